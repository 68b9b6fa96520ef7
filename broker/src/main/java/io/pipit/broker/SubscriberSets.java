package io.pipit.broker;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The sets of subscriptions of single filters, compared by identity. A set is an immutable value: null is the empty
 * one, a subscription alone is the set of itself, up to 16 lie in an array in the order of their arrival, more of
 * them in a tree by their hashes with 8 parts a level. Making the next value copies about 8 references for each
 * level and at most 16 in the last: less than 64 for 100,000 subscriptions.
 *
 * @param <S> the subscriptions
 */
@SuppressWarnings("ReferenceEquality") // subscriptions are compared by identity
final class SubscriberSets<S> {
    private static final int FEW = 16;
    private static final int BITS = 3;
    private static final int PARTS = 1 << BITS;

    private final ToIntFunction<? super S> hash;

    /**
     * Sets over a hash function.
     *
     * @param hash must stay the same for a subscription, and the same for few of them; it decides the order in
     *     which a set of more than 16 is visited
     */
    SubscriberSets(ToIntFunction<? super S> hash) {
        this.hash = hash;
    }

    /** The part of a set that is an array: 2 or more members, 1 or more within a tree. */
    private static final class Few {
        final Object[] members;

        Few(Object[] members) {
            this.members = members;
        }
    }

    /** A set with more than {@link #FEW} members, or part of one: null, {@link Few} or {@link Many} by hash. */
    private static final class Many {
        final int size;
        final @Nullable Object[] parts;

        Many(int size, @Nullable Object[] parts) {
            this.size = size;
            this.parts = parts;
        }
    }

    /** How many members a set has. */
    int size(@Nullable Object set) {
        return switch (set) {
            case null -> 0;
            case Few few -> few.members.length;
            case Many many -> many.size;
            default -> 1;
        };
    }

    /** Visits each member of a set. */
    @SuppressWarnings("unchecked") // sets are made of S by this class alone
    void forEach(@Nullable Object set, Consumer<? super S> visitor) {
        switch (set) {
            case null -> {}
            case Few few -> {
                for (Object member : few.members) {
                    visitor.accept((S) member);
                }
            }
            case Many many -> {
                for (Object part : many.parts) {
                    forEach(part, visitor);
                }
            }
            default -> visitor.accept((S) set);
        }
    }

    /** The set with a member more; the same set when it is in there. */
    Object with(@Nullable Object set, S added) {
        if (set == null) {
            return added;
        }
        if (set instanceof Few || set instanceof Many) {
            return with(set, added, mixed(added), 0);
        }
        return set == added ? set : new Few(new Object[] {set, added});
    }

    private Object with(@Nullable Object part, S added, int bits, int shift) {
        if (part instanceof Many many) {
            int index = (bits >>> shift) & (PARTS - 1);
            Object old = many.parts[index];
            Object next = with(old, added, bits, shift + BITS);
            return old == next ? many : new Many(many.size + 1, replaced(many.parts, index, next));
        }
        if (!(part instanceof Few few)) {
            return new Few(new Object[] {added});
        }
        int count = few.members.length;
        if (indexOf(few, added) >= 0) {
            return few;
        }
        if (count < FEW || shift >= Integer.SIZE) {
            Object[] more = Arrays.copyOf(few.members, count + 1);
            more[count] = added;
            return new Few(more);
        }
        return with(split(few, shift), added, bits, shift);
    }

    @SuppressWarnings("unchecked") // sets are made of S by this class alone
    private Many split(Few few, int shift) {
        @Nullable Object[] parts = new @Nullable Object[PARTS];
        for (Object member : few.members) {
            int index = (mixed((S) member) >>> shift) & (PARTS - 1);
            Object[] old = parts[index] instanceof Few part ? part.members : new Object[0];
            Object[] more = Arrays.copyOf(old, old.length + 1);
            more[old.length] = member;
            parts[index] = new Few(more);
        }
        return new Many(few.members.length, parts);
    }

    /** The set with a member less; null when it was the last; the same set when it is not in there. */
    @Nullable
    Object without(@Nullable Object set, S removed) {
        if (!(set instanceof Few) && !(set instanceof Many)) {
            return set == removed ? null : set;
        }
        Object left = without(set, removed, mixed(removed), 0);
        return left instanceof Few few && few.members.length == 1 ? few.members[0] : left;
    }

    private @Nullable Object without(@Nullable Object part, S removed, int bits, int shift) {
        return switch (part) {
            case Few few -> {
                int index = indexOf(few, removed);
                if (index < 0) {
                    yield few;
                }
                yield few.members.length == 1 ? null : new Few(removed(few.members, index));
            }
            case Many many -> {
                int index = (bits >>> shift) & (PARTS - 1);
                Object old = many.parts[index];
                Object next = without(old, removed, bits, shift + BITS);
                if (old == next) {
                    yield many;
                }
                Many left = new Many(many.size - 1, replaced(many.parts, index, next));
                yield left.size <= FEW / 2 ? joined(left) : left;
            }
            case null, default -> part;
        };
    }

    private Few joined(Many many) {
        Object[] members = new Object[many.size];
        int count = 0;
        for (Object part : many.parts) {
            // At this size no part has been large enough to be a tree of its own.
            if (part instanceof Few few) {
                System.arraycopy(few.members, 0, members, count, few.members.length);
                count += few.members.length;
            }
        }
        return new Few(members);
    }

    /** The set with one member in the place of another that it contains, and without the replacement elsewhere. */
    Object replaced(Object set, S old, S replacement) {
        if (set == old) {
            return replacement;
        }
        if (set instanceof Few few && indexOf(few, replacement) < 0) {
            Object[] members = few.members.clone();
            members[indexOf(few, old)] = replacement;
            return new Few(members);
        }
        return with(without(set, old), replacement);
    }

    /** Whether a set has a member. */
    boolean contains(@Nullable Object set, S member) {
        int bits = mixed(member);
        Object part = set;
        while (part instanceof Many many) {
            part = many.parts[bits & (PARTS - 1)];
            bits >>>= BITS;
        }
        return part instanceof Few few ? indexOf(few, member) >= 0 : part == member;
    }

    private static int indexOf(Few few, Object member) {
        for (int i = 0; i < few.members.length; i++) {
            if (few.members[i] == member) {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable Object[] replaced(@Nullable Object[] parts, int index, @Nullable Object part) {
        @Nullable Object[] copy = parts.clone();
        copy[index] = part;
        return copy;
    }

    private static Object[] removed(Object[] members, int index) {
        Object[] fewer = Arrays.copyOf(members, members.length - 1);
        System.arraycopy(members, index + 1, fewer, index, fewer.length - index);
        return fewer;
    }

    private int mixed(S member) {
        int bits = hash.applyAsInt(member) * 0x9E3779B9;
        bits = (bits ^ (bits >>> 15)) * 0x85EBCA6B;
        return bits ^ (bits >>> 13);
    }
}
