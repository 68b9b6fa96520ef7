package io.pipit.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before each attempt to connect again: at random between the minimum and a bound that doubles, up
 * to the maximum, so that the clients of a server that comes back do not all come at once. Pure. One thread at a time.
 */
final class BackOff {
    private final long minimum;
    private final long maximum;
    private final RandomGenerator random;
    private long bound;
    private long last;

    BackOff(Duration minimum, Duration maximum, RandomGenerator random) {
        this.minimum = minimum.toNanos();
        this.maximum = maximum.toNanos();
        this.random = random;
        this.bound = this.minimum;
    }

    /** The wait before the next attempt. */
    Duration next() {
        bound = bound > maximum / 2 ? maximum : bound * 2;
        last = bound <= minimum ? minimum : random.nextLong(minimum, bound + 1);
        return Duration.ofNanos(last);
    }

    /**
     * A connection has ended that lasted so long. One that outlived the wait before it was a success, and the waits
     * begin anew; one that did not, such as one that the server ends at once each time, does not shorten them.
     */
    void lasted(long nanoseconds) {
        if (nanoseconds >= last) {
            bound = minimum;
        }
    }
}
