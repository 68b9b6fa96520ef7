package io.pipit.broker;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts the changes of the index, by the first level of the filters that changed, so that whoever keeps the result
 * of a match knows whether it still holds. Any thread.
 */
final class MatchVersions {
    private static final int STRIPES = 128;
    /** Counters as far apart as a cache line is long, for a change here not to slow down readers there. */
    private static final int DISTANCE = Long.BYTES;

    /** Counts the changes of filters that begin with a wildcard, in the line behind the stripes. */
    private static final int WILDCARD = STRIPES * DISTANCE;

    private final AtomicLongArray counters = new AtomicLongArray(WILDCARD + DISTANCE);
    private final LevelHash hashes;

    MatchVersions(LevelHash hashes) {
        this.hashes = hashes;
    }

    /** The stripe of the topics that share the first level of this one: it never changes. */
    int stripeOf(byte[] topic) {
        return (int) (hashes.of(topic, 0, Levels.end(topic, 0)) >>> 32 & (STRIPES - 1)) * DISTANCE;
    }

    /**
     * The version of a stripe. It is the sum of two counters that only grow: when it is the same as before, both
     * are.
     */
    long of(int stripe) {
        return counters.get(stripe) + counters.get(WILDCARD);
    }

    /** Counts a change of a filter, after it. */
    void countChange(byte[] filter) {
        boolean wildcardFirst = filter[0] == '+' || filter[0] == '#';
        counters.getAndIncrement(wildcardFirst ? WILDCARD : stripeOf(filter));
    }
}
