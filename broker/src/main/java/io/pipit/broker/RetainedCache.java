package io.pipit.broker;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The retained messages that are in memory though the storage has them, over the whole broker: as many as a bound by
 * bytes allows. They leave in the order in which they came, but who was taken meanwhile gets another round, so
 * that what is asked for often stays. Any thread, without a lock of its own: a message enters under the lock of its
 * {@link RetainedTopic}, and {@link #trim} is called without any.
 */
final class RetainedCache {
    /** A part of the heap when nothing is said. */
    private static final int SHARE = 16;

    /** How many in a row get another round, at most, so that nobody waits long for room. */
    private static final int ROUNDS = 64;

    private final long bound;
    private final AtomicLong bytes = new AtomicLong();
    private final ConcurrentLinkedQueue<RetainedTopic> order = new ConcurrentLinkedQueue<>();

    /**
     * An empty one.
     *
     * @param bound bytes of messages, or 0 for a sixteenth of the heap
     */
    RetainedCache(long bound) {
        this.bound = bound > 0 ? bound : Runtime.getRuntime().maxMemory() / SHARE;
    }

    /** Rough bytes of the messages in it. */
    long bytes() {
        return bytes.get();
    }

    /** Whether a message of this size may be kept at all. */
    boolean takes(int size) {
        return size <= bound;
    }

    /** Whether it has room for a message of this size without another one's leaving. */
    boolean hasRoom(int size) {
        return bytes.get() + size <= bound;
    }

    /** A message of this size has entered. */
    void entered(int size) {
        bytes.addAndGet(size);
    }

    /** A message of this size has left. */
    void left(int size) {
        bytes.addAndGet(-size);
    }

    /** A topic takes its place in the order, in which it has none. */
    void queue(RetainedTopic topic) {
        order.add(topic);
    }

    /** Lets messages go until the bound holds. */
    void trim() {
        int rounds = ROUNDS;
        while (bytes.get() > bound) {
            RetainedTopic oldest = order.poll();
            if (oldest == null) {
                return; // others trim, too
            }
            if (oldest.leave(rounds > 0, this)) {
                rounds = ROUNDS;
            } else {
                order.add(oldest);
                rounds--;
            }
        }
    }
}
