package io.pipit.broker;

import org.jspecify.annotations.Nullable;

/**
 * A level of the trie behind which several filters lie. Changed in place, each field by one write, under the lock
 * of the index; read without it.
 */
final class LevelNode extends LevelBranch {
    /** The subscribers of the filter that ends with this level, or null. */
    volatile @Nullable Object here;

    /** The subscribers of the filter that goes on with # only, or null. */
    volatile @Nullable Object rest;

    /** The filters that go on with +, or null. */
    volatile @Nullable LevelBranch any;

    /** The filters that go on with other levels, by that level: a {@link LevelMap}. */
    volatile @Nullable Object children;

    LevelNode(byte @Nullable [] longKey, long hash) {
        super(longKey, hash);
    }

    /** Whether no filter is left here. */
    boolean isEmpty() {
        return here == null && rest == null && any == null && children == null;
    }
}
