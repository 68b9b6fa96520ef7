package io.pipit.simulation;

import io.pipit.broker.spi.Clock;
import java.time.Duration;

/**
 * Time that stands until it is moved. Its monotonic nanoseconds begin below zero, as those of a machine may; its wall
 * clock goes along with them and can be stepped.
 */
public final class SimulatedClock implements Clock {
    private static final long ORIGIN_NANOS = -7_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private long nanos = ORIGIN_NANOS;
    private long wallStartMillis = 1_800_000_000_000L;

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long wallMillis() {
        return wallStartMillis + elapsedMillis();
    }

    /** Milliseconds since this clock began. */
    public long elapsedMillis() {
        return (nanos - ORIGIN_NANOS) / NANOS_PER_MILLI;
    }

    /** Microseconds since this clock began. */
    long elapsedMicros() {
        return (nanos - ORIGIN_NANOS) / 1000;
    }

    /** The wall clock jumps, forwards or backwards, while no time passes. */
    public void stepWall(Duration step) {
        wallStartMillis += step.toMillis();
    }

    /** Time passes, but nothing runs: for the time in which no broker is there. */
    public void elapse(Duration duration) {
        nanos += duration.toNanos();
    }

    void moveTo(long laterNanos) {
        if (laterNanos - nanos < 0) {
            throw new IllegalArgumentException("monotonic time does not go back");
        }
        nanos = laterNanos;
    }
}
