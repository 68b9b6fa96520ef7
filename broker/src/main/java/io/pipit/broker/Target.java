package io.pipit.broker;

import org.jspecify.annotations.Nullable;

/** Who is to get a message: a session, or the program around the broker. It has a loop. */
sealed interface Target permits SessionTarget, LocalTarget {
    /**
     * Takes a message that matches, if it is still wanted; on its loop.
     *
     * @param part what this loop does for a publication whose publisher waits; null when nobody does
     */
    void admit(Message message, @Nullable Part part);

    /** A fault of our own has kept this message from it. */
    void broke(Message message, Throwable fault);

    /** Whether its queue has reached its bound; any thread, and a moment old. */
    boolean isFull();
}
