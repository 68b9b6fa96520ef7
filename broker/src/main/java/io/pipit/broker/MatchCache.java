package io.pipit.broker;

import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one loop made of its latest matches, by Topic Name: a topic that comes again costs one comparison of versions
 * and allocates nothing. Confined to its loop.
 *
 * <p>It has a fixed number of places, two for each hash, of which the younger pushes out the older. What it keeps is
 * never wrong, for the version of the index is asked each time, but it may be old: a result that no publish asks for
 * stays until its place is needed or {@link #clear} is called.
 *
 * @param <S> the subscriptions of the index
 * @param <M> what is made of the matching ones
 */
@SuppressWarnings("ReferenceEquality") // a loop's topics are mostly the same objects
final class MatchCache<S, M> {
    private final SubscriptionIndex<S> index;
    private final Function<? super List<S>, ? extends M> made;
    private final int maxSubscriptions;
    private final @Nullable Place<M>[] places;
    private final ArrayList<S> found = new ArrayList<>();
    private int held;

    /** A topic with the result of its match, and the version that was read before. */
    private static final class Place<M> {
        TopicName topic;
        final int stripe;
        final int subscriptions;
        final long version;
        final M result;

        Place(TopicName topic, int stripe, int subscriptions, long version, M result) {
            this.topic = topic;
            this.stripe = stripe;
            this.subscriptions = subscriptions;
            this.version = version;
            this.result = result;
        }
    }

    /**
     * An empty cache of an index.
     *
     * @param places how many topics it holds at most, a power of two, at least 2
     * @param maxSubscriptions how many subscriptions the results that it holds may come from, all together; a
     *     match of more is not kept
     * @param made makes the result of the matching subscriptions, in a list that is used again; it must not come
     *     back to this cache
     */
    MatchCache(
            SubscriptionIndex<S> index, int places, int maxSubscriptions, Function<? super List<S>, ? extends M> made) {
        if (Integer.bitCount(places) != 1 || places < 2) {
            throw new IllegalArgumentException(places + " places are no power of two from 2 on");
        }
        this.index = index;
        this.maxSubscriptions = maxSubscriptions;
        this.made = made;
        this.places = emptyPlaces(places);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of a generic type
    private static <M> @Nullable Place<M>[] emptyPlaces(int places) {
        return new @Nullable Place[places];
    }

    /** What was made of the subscriptions that match a topic; as current as a match that begins now. */
    M get(TopicName topic) {
        int first = firstPlaceOf(topic);
        Place<M> place = places[first];
        if (place == null || !isOf(place, topic)) {
            place = places[first + 1];
        }
        if (place != null && isOf(place, topic) && place.version == index.version(place.stripe)) {
            if (place.topic != topic) {
                place.topic = topic; // the next time it is found by identity
            }
            return place.result;
        }
        return matched(topic, first);
    }

    /** Forgets everything. */
    void clear() {
        for (int i = 0; i < places.length; i++) {
            places[i] = null;
        }
        held = 0;
    }

    private M matched(TopicName topic, int first) {
        int stripe = index.stripe(topic);
        long version = index.version(stripe);
        M result;
        int subscriptions;
        try {
            index.match(topic, found::add);
            subscriptions = found.size();
            result = made.apply(found);
        } finally {
            found.clear();
        }
        Place<M> younger = places[first];
        if (younger != null && isOf(younger, topic)) {
            drop(first);
        } else {
            drop(first + 1);
            places[first + 1] = younger;
            places[first] = null;
        }
        if (subscriptions <= maxSubscriptions) {
            if (held + subscriptions > maxSubscriptions) {
                clear();
            }
            held += subscriptions;
            places[first] = new Place<>(topic, stripe, subscriptions, version, result);
        }
        return result;
    }

    private void drop(int index) {
        Place<M> place = places[index];
        if (place != null) {
            held -= place.subscriptions;
            places[index] = null;
        }
    }

    private int firstPlaceOf(TopicName topic) {
        int hash = topic.hashCode() * 0x9E3779B9;
        return (hash ^ (hash >>> 15)) & (places.length - 2);
    }

    private static boolean isOf(Place<?> place, TopicName topic) {
        return place.topic == topic || place.topic.equals(topic);
    }
}
