package io.pipit.broker;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What lies behind one key: the level of a filter in the trie, or a whole filter among the exact ones. A short key is
 * nothing but its hash (see {@link LevelHash}), so that finding it reads no bytes elsewhere.
 */
abstract sealed class LevelBranch permits FilterLeaf, LevelNode {
    /** The key's hash. */
    final long hash;

    /** The bytes of a key that is longer than {@link LevelHash#SHORT}, else null; never changed. */
    final byte @Nullable [] longKey;

    LevelBranch(byte @Nullable [] longKey, long hash) {
        this.longKey = longKey;
        this.hash = hash;
    }

    /** A range of bytes as a branch keeps it: null when it is short, the very array when that is all of it. */
    static byte @Nullable [] keyOf(byte[] bytes, int from, int to) {
        if (to - from <= LevelHash.SHORT) {
            return null;
        }
        return to - from == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, to);
    }

    /** Whether its key is this range of bytes, which has that hash. */
    final boolean hasKey(byte[] key, int keyFrom, int keyTo, long keyHash) {
        if (hash != keyHash) {
            return false;
        }
        byte[] own = longKey;
        return own == null
                ? keyTo - keyFrom <= LevelHash.SHORT
                : Arrays.equals(own, 0, own.length, key, keyFrom, keyTo);
    }

    /** Whether its key is that of another. */
    final boolean hasKeyOf(LevelBranch other) {
        return hash == other.hash && Arrays.equals(longKey, other.longKey);
    }
}
