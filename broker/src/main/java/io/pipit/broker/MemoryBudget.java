package io.pipit.broker;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The memory that queued messages take, over all loops, and its bound: above the high-water mark those who fill it
 * are paused, below the low-water mark they go on. Any thread.
 */
final class MemoryBudget {
    private static final long STEP = 64 << 10;

    private final AtomicLong queued = new AtomicLong();
    private final LongSupplier elsewhere;
    private final long high;
    private final long low;

    /**
     * An empty budget.
     *
     * @param bound bytes, or 0 for half of the heap
     * @param elsewhere bytes that are held beside the queues and count, too
     */
    MemoryBudget(long bound, LongSupplier elsewhere) {
        this.high = bound > 0 ? bound : Runtime.getRuntime().maxMemory() / 2;
        this.low = high - high / 8;
        this.elsewhere = elsewhere;
    }

    /** Queues have grown by so many bytes, or shrunk by a negative number. */
    void add(long bytes) {
        queued.addAndGet(bytes);
    }

    /**
     * The bytes by which each of so many loops may fall behind in counting, so that they do not share a counter for each
     * message: what all of them miss together is less than what lies between the marks.
     */
    long step(int loops) {
        return Math.min(STEP, (high - low) / (2L * loops));
    }

    /** What queues take. */
    long queued() {
        return queued.get();
    }

    long used() {
        return queued.get() + elsewhere.getAsLong();
    }

    /** Whether the high-water mark is passed. */
    boolean isExceeded() {
        return used() > high;
    }

    /** Whether there is room again. */
    boolean isRelieved() {
        return used() < low;
    }
}
