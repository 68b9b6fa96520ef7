package io.pipit.broker;

import org.jspecify.annotations.Nullable;

/**
 * One change of the subscriptions of one filter, on its way to where that filter lies in the index: an addition, a
 * removal, or both as a replacement. Used once, by the thread that makes the change.
 *
 * @param <S> the subscriptions
 */
@SuppressWarnings("ReferenceEquality") // subscriptions are compared by identity
final class SubscriptionChange<S> {
    private final SubscriberSets<S> sets;
    private final @Nullable S removed;
    private final @Nullable S added;
    private int sizeBefore;
    private int sizeAfter;
    private boolean made;

    SubscriptionChange(SubscriberSets<S> sets, @Nullable S removed, @Nullable S added) {
        this.sets = sets;
        this.removed = removed;
        this.added = added;
    }

    /** Whether it applies to a filter without subscriptions: what only adds does. */
    boolean createsFilter() {
        return removed == null;
    }

    /** The next value of the set of the filter's subscriptions; the same one when nothing changes. */
    @Nullable
    Object appliedTo(@Nullable Object set) {
        Object next = next(set);
        if (next != set) {
            made = true;
            sizeBefore = sets.size(set);
            sizeAfter = sets.size(next);
        }
        return next;
    }

    private @Nullable Object next(@Nullable Object set) {
        S old = removed;
        S replacement = added;
        if (old == null) {
            return replacement == null ? set : sets.with(set, replacement);
        }
        if (set == null || !sets.contains(set, old)) {
            return set;
        }
        return replacement == null ? sets.without(set, old) : sets.replaced(set, old, replacement);
    }

    /** Whether something has changed. */
    boolean isMade() {
        return made;
    }

    /** How many subscriptions there are more than before. */
    int subscriptionsMore() {
        return sizeAfter - sizeBefore;
    }

    /** How many filters there are more than before. */
    int filtersMore() {
        return Integer.signum(sizeAfter) - Integer.signum(sizeBefore);
    }
}
