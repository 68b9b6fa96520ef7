package io.pipit.client;

/** Where the client reads the time that its keep-alive runs on. */
@FunctionalInterface
public interface Clock {
    /** Nanoseconds that only go forward, from any origin. Any thread. */
    long nanoseconds();

    /** The clock of this machine. */
    static Clock system() {
        return System::nanoTime;
    }
}
