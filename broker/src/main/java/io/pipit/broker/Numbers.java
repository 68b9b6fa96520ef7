package io.pipit.broker;

/**
 * Numbers that are given once: to sessions, and to messages that are stored apart. Unique over all loops and
 * restarts: the epoch, which each start raises durably, the loop, and a counter. Confined to its loop.
 */
final class Numbers {
    private static final int COUNTER_BITS = 36;
    private static final int LOOP_BITS = 8;
    /** More loops would give a number twice. */
    static final int MAX_LOOPS = 1 << LOOP_BITS;

    private final int loop;
    private long last;

    Numbers(int loop) {
        this.loop = loop;
    }

    /** Begins the counting of this start, whose epoch no earlier one had. */
    void begin(long epoch) {
        last = (epoch << (LOOP_BITS + COUNTER_BITS)) | ((long) loop << COUNTER_BITS);
    }

    /** The epoch in which a number was given. */
    static long epochOf(long number) {
        return number >>> (LOOP_BITS + COUNTER_BITS);
    }

    /** A number that was never given before, above 0. */
    long next() {
        return ++last;
    }
}
