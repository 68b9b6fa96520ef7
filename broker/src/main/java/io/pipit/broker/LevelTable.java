package io.pipit.broker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A map from byte ranges to branches: a hash array mapped trie of tables with up to 32 places each. Null is the
 * empty map, a branch the map of one, a table everything larger.
 *
 * <p>A change writes one place of one table, or copies that one table with a place more or less and puts the copy
 * where it was: at most 32 references are copied, however large the map. So tables are changed in place by a
 * single writer, while readers find every key that was there throughout, whatever tables they have in hand.
 *
 * <p>Where keys agree in all bits of their hashes, the tables go on by the bits of the keys themselves. No two keys
 * agree in these (topics contain no zero byte, which stands for the end), so there are no lists of collisions.
 */
final class LevelTable extends LevelSlot {
    private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(LevelSlot[].class);
    private static final int BITS = 5;
    private static final int HASH_DEPTHS = Long.SIZE / BITS;

    /** Which of 32 places are taken; the taken ones lie in {@link #slots} without gaps. */
    private final int taken;

    private final LevelSlot[] slots;

    private LevelTable(int taken, LevelSlot[] slots) {
        this.taken = taken;
        this.slots = slots;
    }

    /** The branch of a key in a map, or null; any thread. */
    static @Nullable LevelBranch find(@Nullable LevelSlot map, byte[] key, int from, int to, long hash) {
        LevelSlot slot = map;
        int depth = 0;
        while (slot instanceof LevelTable table) {
            int bit = bitOf(key, from, to, hash, depth);
            if ((table.taken & bit) == 0) {
                return null;
            }
            slot = table.at(table.indexOf(bit));
            depth++;
        }
        return slot instanceof LevelBranch branch && branch.hasKey(key, from, to) ? branch : null;
    }

    /** The map with a branch put under its key, in the place of one with the same key if there is one. */
    static LevelSlot with(@Nullable LevelSlot map, LevelBranch branch, LevelHash hashes) {
        return with(map, branch, hashes.of(branch.bytes, branch.from, branch.to), 0, hashes);
    }

    /** The map without a branch that it contains; null when nothing is left. */
    static @Nullable LevelSlot without(LevelSlot map, LevelBranch branch, LevelHash hashes) {
        return without(map, branch, hashes.of(branch.bytes, branch.from, branch.to), 0);
    }

    private static LevelSlot with(
            @Nullable LevelSlot slot, LevelBranch branch, long hash, int depth, LevelHash hashes) {
        return switch (slot) {
            case null -> branch;
            case LevelBranch other when other.hasKey(branch.bytes, branch.from, branch.to) -> branch;
            case LevelBranch other -> {
                int bit = bitOf(other.bytes, other.from, other.to, hashes.of(other.bytes, other.from, other.to), depth);
                yield with(new LevelTable(bit, new LevelSlot[] {other}), branch, hash, depth, hashes);
            }
            case LevelTable table -> table.with(branch, hash, depth, hashes);
        };
    }

    private LevelTable with(LevelBranch branch, long hash, int depth, LevelHash hashes) {
        int bit = bitOf(branch.bytes, branch.from, branch.to, hash, depth);
        int index = indexOf(bit);
        if ((taken & bit) == 0) {
            LevelSlot[] more = new LevelSlot[slots.length + 1];
            System.arraycopy(slots, 0, more, 0, index);
            more[index] = branch;
            System.arraycopy(slots, index, more, index + 1, slots.length - index);
            return new LevelTable(taken | bit, more);
        }
        put(index, with(at(index), branch, hash, depth + 1, hashes));
        return this;
    }

    private static @Nullable LevelSlot without(LevelSlot slot, LevelBranch branch, long hash, int depth) {
        if (slot instanceof LevelTable table) {
            return table.without(branch, hash, depth);
        }
        if (slot != branch) {
            throw new IllegalArgumentException("the branch to remove is not in the map");
        }
        return null;
    }

    private @Nullable LevelSlot without(LevelBranch branch, long hash, int depth) {
        int bit = bitOf(branch.bytes, branch.from, branch.to, hash, depth);
        int index = indexOf(bit);
        if ((taken & bit) == 0) {
            throw new IllegalArgumentException("the branch to remove is not in the map");
        }
        LevelSlot left = without(at(index), branch, hash, depth + 1);
        if (left != null) {
            if (slots.length == 1 && left instanceof LevelBranch) {
                return left;
            }
            put(index, left);
            return this;
        }
        if (slots.length == 1) {
            return null;
        }
        if (slots.length == 2 && at(1 - index) instanceof LevelBranch last) {
            return last;
        }
        LevelSlot[] fewer = Arrays.copyOf(slots, slots.length - 1);
        System.arraycopy(slots, index + 1, fewer, index, fewer.length - index);
        return new LevelTable(taken & ~bit, fewer);
    }

    private LevelSlot at(int index) {
        return (LevelSlot) PLACE.getVolatile(slots, index);
    }

    private void put(int index, LevelSlot slot) {
        if (at(index) != slot) {
            PLACE.setVolatile(slots, index, slot);
        }
    }

    private int indexOf(int bit) {
        return Integer.bitCount(taken & (bit - 1));
    }

    /** Which of the 32 places of a table at a depth is that of a key. */
    private static int bitOf(byte[] key, int from, int to, long hash, int depth) {
        if (depth < HASH_DEPTHS) {
            return 1 << ((hash >>> (depth * BITS)) & 31);
        }
        int half = depth - HASH_DEPTHS;
        int index = from + half / 2;
        int octet = index < to ? key[index] & 0xFF : 0;
        return 1 << (half % 2 == 0 ? octet & 15 : octet >>> 4);
    }
}
