package io.pipit.broker;

import java.util.Arrays;

/** What lies behind one key: the level of a filter in the trie, or a whole filter among the exact ones. */
abstract sealed class LevelBranch extends LevelSlot permits FilterLeaf, LevelNode {
    /** Bytes that contain the key; never changed. */
    final byte[] bytes;

    /** Where in {@link #bytes} the key begins. */
    final int from;

    /** Where in {@link #bytes} the key ends. */
    final int to;

    LevelBranch(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    /** Whether its key is this range of bytes. */
    final boolean hasKey(byte[] key, int keyFrom, int keyTo) {
        return Arrays.equals(bytes, from, to, key, keyFrom, keyTo);
    }
}
