package io.pipit.broker;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Two to {@value #MOST} branches in any order, with a byte of each one's hash beside them: a search reads the branch
 * that it looks for, and hardly ever another. Immutable, since all of it fits into a cache line.
 */
final class FewBranches {
    /** The most branches. */
    static final int MOST = 8;

    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private final long tags;
    private final LevelBranch first;
    private final LevelBranch second;
    private final @Nullable LevelBranch third;
    private final @Nullable LevelBranch fourth;
    private final @Nullable LevelBranch fifth;
    private final @Nullable LevelBranch sixth;
    private final @Nullable LevelBranch seventh;
    private final @Nullable LevelBranch eighth;

    private FewBranches(@Nullable LevelBranch[] branches) {
        long all = 0;
        for (int i = 0; i < branches.length; i++) {
            LevelBranch branch = branches[i];
            all |= branch == null ? 0 : tagOf(branch.hash) << (i * Byte.SIZE);
        }
        tags = all;
        first = Objects.requireNonNull(branches[0]);
        second = Objects.requireNonNull(branches[1]);
        third = branches[2];
        fourth = branches[3];
        fifth = branches[4];
        sixth = branches[5];
        seventh = branches[6];
        eighth = branches[7];
    }

    /** Two branches whose keys differ. */
    static FewBranches of(LevelBranch first, LevelBranch second) {
        return new FewBranches(new @Nullable LevelBranch[] {first, second, null, null, null, null, null, null});
    }

    /** How many there are. */
    int size() {
        int size = 2;
        while (size < MOST && at(size) != null) {
            size++;
        }
        return size;
    }

    /** One of them; null from {@link #size} on. */
    @Nullable
    LevelBranch at(int index) {
        return switch (index) {
            case 0 -> first;
            case 1 -> second;
            case 2 -> third;
            case 3 -> fourth;
            case 4 -> fifth;
            case 5 -> sixth;
            case 6 -> seventh;
            case 7 -> eighth;
            default -> null;
        };
    }

    /** The branch of a key, or null. */
    @Nullable
    LevelBranch find(byte[] key, int from, int to, long hash) {
        // The high bit of each byte in which the tags agree, and perhaps of one above such a byte.
        long differences = tags ^ (tagOf(hash) * EACH_BYTE);
        long same = (differences - EACH_BYTE) & ~differences & HIGH_BITS;
        for (; same != 0; same &= same - 1) {
            LevelBranch branch = at(Long.numberOfTrailingZeros(same) / Byte.SIZE);
            if (branch != null && branch.hasKey(key, from, to, hash)) {
                return branch;
            }
        }
        return null;
    }

    /** With a branch in the place of the one that has its key, else behind the others; null when these are all there can be. */
    @Nullable
    FewBranches with(LevelBranch branch) {
        int place = 0;
        for (LevelBranch other = first; other != null && !other.hasKeyOf(branch); other = at(place)) {
            place++;
        }
        if (place == MOST) {
            return null;
        }
        @Nullable LevelBranch[] branches = toArray();
        branches[place] = branch;
        return new FewBranches(branches);
    }

    /**
     * Without one of them: the other one of two, else these without it.
     *
     * @throws IllegalArgumentException when it is not one of them
     */
    Object without(LevelBranch branch) {
        @Nullable LevelBranch[] branches = toArray();
        int place = Arrays.asList(branches).indexOf(branch);
        if (place < 0) {
            throw new IllegalArgumentException("the branch to remove is not in the map");
        }
        if (third == null) {
            return place == 0 ? second : first;
        }
        System.arraycopy(branches, place + 1, branches, place, MOST - place - 1);
        branches[MOST - 1] = null;
        return new FewBranches(branches);
    }

    private @Nullable LevelBranch[] toArray() {
        return new @Nullable LevelBranch[] {first, second, third, fourth, fifth, sixth, seventh, eighth};
    }

    private static long tagOf(long hash) {
        return hash >>> (Long.SIZE - Byte.SIZE);
    }
}
