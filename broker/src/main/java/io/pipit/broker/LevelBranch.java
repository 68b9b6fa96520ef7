package io.pipit.broker;

import java.util.Arrays;

/** What lies behind one key: the level of a filter in the trie, or a whole filter among the exact ones. */
abstract sealed class LevelBranch permits FilterLeaf, LevelNode {
    /** Bytes that contain the key; never changed. */
    final byte[] bytes;

    /** Where in {@link #bytes} the key begins. */
    final int from;

    /** Where in {@link #bytes} the key ends. */
    final int to;

    /** The key's hash. */
    final long hash;

    LevelBranch(byte[] bytes, int from, int to, long hash) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
        this.hash = hash;
    }

    /** Whether its key is this range of bytes, which has that hash. */
    final boolean hasKey(byte[] key, int keyFrom, int keyTo, long keyHash) {
        return hash == keyHash && Arrays.equals(bytes, from, to, key, keyFrom, keyTo);
    }

    /** Whether its key is that of another. */
    final boolean hasKeyOf(LevelBranch other) {
        return hasKey(other.bytes, other.from, other.to, other.hash);
    }
}
