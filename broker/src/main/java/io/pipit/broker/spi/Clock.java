package io.pipit.broker.spi;

/** The only source of time; any thread. */
public interface Clock {
    /** Monotonic nanoseconds with an origin of its own: for running timers. */
    long nanos();

    /** Milliseconds since 1970 as the machine believes, which may step: only for what is stored. */
    long wallMillis();
}
