package io.pipit.broker;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tails of filters that came lately, so that those with equal tails keep one array: a million filters
 * {@code dev/<id>/cmd/+} all read the same {@code /cmd/+}, which then is in the cache. A tail is found in the bytes of
 * the filter that brought it, nothing is copied; one that is pushed out of its place is kept by its leaves alone.
 * Used under the lock of the index.
 */
final class FilterTails {
    private static final int PLACES = 1 << 10;
    private static final Tail NONE = new Tail(new byte[0], 0);

    private final LevelHash hashes;
    private final @Nullable Tail[] lately = new @Nullable Tail[PLACES];

    private static final class Tail {
        final byte[] bytes;
        final int from;

        Tail(byte[] bytes, int from) {
            this.bytes = bytes;
            this.from = from;
        }
    }

    FilterTails(LevelHash hashes) {
        this.hashes = hashes;
    }

    /** A leaf whose key is a level of a filter, or all of it, and whose tail is what comes behind. */
    FilterLeaf leafOf(byte[] filter, int from, int to, long hash, Object subscribers) {
        Tail tail = tail(filter, to);
        return new FilterLeaf(LevelBranch.keyOf(filter, from, to), hash, tail.bytes, tail.from, subscribers);
    }

    private Tail tail(byte[] filter, int from) {
        if (from == filter.length) {
            return NONE;
        }
        int place = (int) (hashes.of(filter, from, filter.length) >>> Integer.SIZE) & (PLACES - 1);
        Tail known = lately[place];
        if (known == null || !Arrays.equals(known.bytes, known.from, known.bytes.length, filter, from, filter.length)) {
            known = new Tail(filter, from);
            lately[place] = known;
        }
        return known;
    }
}
