package io.pipit.broker;

import io.pipit.broker.spi.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The broker's own time, in which everything stored is dated: it goes on by the monotonic clock, and over a downtime
 * by the wall clock's difference, never backwards. A wall clock that steps ends no session. Any thread.
 */
final class BrokerTime {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Clock clock;
    private volatile long offsetMillis;

    /** Starts at the wall clock's time, for a broker without past. */
    BrokerTime(Clock clock) {
        this.clock = clock;
        this.offsetMillis = clock.wallMillis() - clock.nanos() / NANOS_PER_MILLI;
    }

    /** Goes on after a downtime: from the time last stored, plus what the wall clock has gone forward since. */
    void resume(long storedMillis, long storedWallMillis) {
        long downtime = Math.max(0, clock.wallMillis() - storedWallMillis);
        offsetMillis = storedMillis + downtime - clock.nanos() / NANOS_PER_MILLI;
    }

    /** Milliseconds; comparable to nothing but what this class has given out. */
    long millis() {
        return offsetMillis + clock.nanos() / NANOS_PER_MILLI;
    }

    /** When a Message Expiry Interval that begins now ends, or {@link Message#NEVER} when there is none. */
    long expiryAfter(@Nullable Long seconds) {
        return seconds == null ? Message.NEVER : millis() + seconds * 1000;
    }

    /** The wall clock beside it, to be stored together. */
    long wallMillis() {
        return clock.wallMillis();
    }
}
