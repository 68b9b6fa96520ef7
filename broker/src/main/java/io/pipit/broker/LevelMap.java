package io.pipit.broker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Maps from levels to branches. Null is the empty map, a branch the map of one; up to {@value FewBranches#MOST} are
 * {@link FewBranches}; more of them lie in an array of {@value #WIDTH} places by five bits of
 * their hashes, each place a map again.
 *
 * <p>A change writes one place of one array, or makes one such array of few branches or the reverse: at most
 * {@value #WIDTH} references are copied, however large the map. So a single writer changes maps in place,
 * while readers find every key that is there throughout, whatever arrays they have in hand.
 *
 * <p>Where keys agree in all bits of their hashes, the places go on by the bits of the keys themselves, for a short one
 * by zeros. No two keys agree in these (topics contain no zero byte, which stands for the end, and no two short keys agree
 * in their hashes), so no array grows beyond its bound.
 *
 * <p>The shape is made for few cache misses: with a million keys the upper arrays stay in the cache, and a search reads
 * one array of places, perhaps few branches' hashes, the branch, and the bytes of a long key.
 */
final class LevelMap {
    private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final int BITS = 5;
    private static final int WIDTH = 1 << BITS;
    private static final int HASH_DEPTHS = Math.ceilDiv(Long.SIZE, BITS);

    private static final byte[] NO_KEY = {};

    private LevelMap() {}

    /** The branch of a key in a map, or null; any thread. */
    static @Nullable LevelBranch find(@Nullable Object map, byte[] key, int from, int to, long hash) {
        Object slot = map;
        for (int depth = 0; slot instanceof Object[] array; depth++) {
            slot = at(array, placeOf(key, from, to, hash, depth));
        }
        return switch (slot) {
            case LevelBranch branch when branch.hasKey(key, from, to, hash) -> branch;
            case FewBranches few -> few.find(key, from, to, hash);
            case null, default -> null;
        };
    }

    /** The map with a branch put under its key, in the place of one with the same key if there is one. */
    static Object with(@Nullable Object map, LevelBranch branch) {
        return with(map, branch, 0);
    }

    /** The map without a branch that it contains; null when nothing is left. */
    static @Nullable Object without(Object map, LevelBranch branch) {
        return without(map, branch, 0);
    }

    private static Object with(@Nullable Object slot, LevelBranch branch, int depth) {
        return switch (slot) {
            case null -> branch;
            case Object[] array -> {
                int place = placeOf(branch, depth);
                put(array, place, with(at(array, place), branch, depth + 1));
                yield array;
            }
            case FewBranches few -> {
                FewBranches more = few.with(branch);
                yield more == null ? wide(few, branch, depth) : more;
            }
            default -> {
                LevelBranch other = (LevelBranch) slot;
                yield other.hasKeyOf(branch) ? branch : FewBranches.of(other, branch);
            }
        };
    }

    private static Object wide(FewBranches few, LevelBranch branch, int depth) {
        Object wide = new Object[WIDTH];
        for (int i = 0; i < FewBranches.MOST; i++) {
            wide = with(wide, Objects.requireNonNull(few.at(i)), depth);
        }
        return with(wide, branch, depth);
    }

    @SuppressWarnings("ReferenceEquality") // the very branch that was found
    private static @Nullable Object without(@Nullable Object slot, LevelBranch branch, int depth) {
        if (slot instanceof Object[] array) {
            return withoutBelow(array, branch, depth);
        }
        if (slot instanceof FewBranches few) {
            return few.without(branch);
        }
        if (slot != branch) {
            throw new IllegalArgumentException("the branch to remove is not in the map");
        }
        return null;
    }

    private static @Nullable Object withoutBelow(Object[] wide, LevelBranch branch, int depth) {
        int place = placeOf(branch, depth);
        Object left = without(at(wide, place), branch, depth + 1);
        put(wide, place, left);
        return left instanceof Object[] || !isSparse(wide) ? wide : joined(wide);
    }

    /** Whether at most half of {@link FewBranches#MOST} are left: then these are enough, with room to grow again. */
    private static boolean isSparse(Object[] wide) {
        int count = 0;
        for (int i = 0; i < WIDTH && count <= FewBranches.MOST / 2; i++) {
            count += switch (at(wide, i)) {
                case null -> 0;
                case LevelBranch branch -> 1;
                case FewBranches few -> few.size();
                default -> WIDTH;
            };
        }
        return count <= FewBranches.MOST / 2;
    }

    private static @Nullable Object joined(Object[] wide) {
        Object all = null;
        for (int i = 0; i < WIDTH; i++) {
            all = switch (at(wide, i)) {
                case LevelBranch branch -> with(all, branch);
                case FewBranches few -> joined(all, few);
                case null, default -> all;
            };
        }
        return all;
    }

    private static @Nullable Object joined(@Nullable Object map, FewBranches few) {
        Object all = map;
        for (int i = 0; i < few.size(); i++) {
            all = with(all, Objects.requireNonNull(few.at(i)));
        }
        return all;
    }

    private static @Nullable Object at(Object[] array, int index) {
        return PLACE.getVolatile(array, index);
    }

    @SuppressWarnings("ReferenceEquality") // whether the place changes at all
    private static void put(Object[] array, int index, @Nullable Object slot) {
        if (at(array, index) != slot) {
            PLACE.setVolatile(array, index, slot);
        }
    }

    private static int placeOf(LevelBranch branch, int depth) {
        byte[] key = branch.longKey;
        return key == null
                ? placeOf(NO_KEY, 0, 0, branch.hash, depth)
                : placeOf(key, 0, key.length, branch.hash, depth);
    }

    /** Which place of an array at a depth is that of a key. */
    private static int placeOf(byte[] key, int from, int to, long hash, int depth) {
        if (depth < HASH_DEPTHS) {
            return (int) (hash >>> (depth * BITS)) & (WIDTH - 1);
        }
        int half = depth - HASH_DEPTHS;
        int index = from + half / 2;
        int octet = to - from > LevelHash.SHORT && index < to ? key[index] & 0xFF : 0;
        return half % 2 == 0 ? octet & 15 : octet >>> 4;
    }
}
