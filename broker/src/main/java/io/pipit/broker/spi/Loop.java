package io.pipit.broker.spi;

/**
 * One event loop: a thread that runs tasks one after the other, in turns. What the broker keeps for a session is
 * touched only by the loop that owns it, so it needs no locks.
 */
public interface Loop {
    /** Its place among the loops given to the broker, from 0. */
    int index();

    /** Whether the calling thread is this loop's. */
    boolean inLoop();

    /** Runs a task on this loop, after those handed in before it; from any thread, never at once. */
    void execute(Runnable task);

    /**
     * Runs a task when so much time has passed, never earlier; only from this loop.
     *
     * @param delayNanos 0 or more
     */
    Scheduled schedule(long delayNanos, Runnable task);

    /**
     * Runs a task when everything that this turn read has been handled and before what it sent is flushed; only
     * from this loop. A task that is handed in while these run still runs in this turn.
     */
    void atEndOfTurn(Runnable task);

    /** A task that waits for its time. */
    interface Scheduled {
        /** Takes it back when it has not run; only from its loop. */
        void cancel();
    }
}
