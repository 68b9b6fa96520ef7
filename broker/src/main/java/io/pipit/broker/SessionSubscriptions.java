package io.pipit.broker;

import io.pipit.mqtt.TopicFilter;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of one session by their filters, in the order in which the filters came. A few, which is what most
 * sessions have, are an array and no more, so that a million sessions take little. Confined to the session's loop.
 */
final class SessionSubscriptions {
    private static final int FEW = 8;
    private static final Subscription[] NONE = {};

    private Subscription[] few = NONE;

    /** All of them, when they are more than {@value #FEW}. */
    private @Nullable Map<TopicFilter, Subscription> many;

    int size() {
        return many == null ? few.length : many.size();
    }

    /** All of them, for readers. */
    Collection<Subscription> all() {
        return many == null ? Collections.unmodifiableList(Arrays.asList(few)) : many.values();
    }

    /** The subscription with this filter, or null. */
    @Nullable
    Subscription get(TopicFilter filter) {
        if (many != null) {
            return many.get(filter);
        }
        int place = placeOf(filter);
        return place < 0 ? null : few[place];
    }

    /** Adds a subscription, or puts it in the place of the one with its filter. */
    void put(Subscription subscription) {
        if (many != null) {
            many.put(subscription.filter(), subscription);
            return;
        }
        int place = placeOf(subscription.filter());
        if (place >= 0) {
            few[place] = subscription;
        } else if (few.length < FEW) {
            few = Arrays.copyOf(few, few.length + 1);
            few[few.length - 1] = subscription;
        } else {
            Map<TopicFilter, Subscription> all = new LinkedHashMap<>(2 * FEW);
            for (Subscription one : few) {
                all.put(one.filter(), one);
            }
            all.put(subscription.filter(), subscription);
            many = all;
            few = NONE;
        }
    }

    /** Removes the subscription with this filter and returns it; null when there is none. */
    @Nullable
    Subscription remove(TopicFilter filter) {
        if (many != null) {
            Subscription removed = many.remove(filter);
            if (many.size() <= FEW / 2) {
                few = many.values().toArray(NONE);
                many = null;
            }
            return removed;
        }
        int place = placeOf(filter);
        if (place < 0) {
            return null;
        }
        Subscription removed = few[place];
        Subscription[] left = few.length == 1 ? NONE : Arrays.copyOf(few, few.length - 1);
        System.arraycopy(few, place + 1, left, place, left.length - place);
        few = left;
        return removed;
    }

    void clear() {
        few = NONE;
        many = null;
    }

    private int placeOf(TopicFilter filter) {
        for (int i = 0; i < few.length; i++) {
            if (few[i].filter().equals(filter)) {
                return i;
            }
        }
        return -1;
    }
}
