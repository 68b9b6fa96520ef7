package io.pipit.broker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.mqtt.TopicFilter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The shared subscriptions of the broker, by filter and Share Name. Any thread. */
final class SharedSubscriptions {
    private final SubscriptionIndex<Matched> index;

    @GuardedBy("this")
    private final Map<TopicFilter, SharedSubscription> byFilter = new HashMap<>();

    SharedSubscriptions(SubscriptionIndex<Matched> index) {
        this.index = index;
    }

    /** The shared subscription of a filter, made when a first session wants it; a member is to be added next. */
    synchronized SharedSubscription join(TopicFilter filter) {
        SharedSubscription shared = byFilter.get(filter);
        if (shared == null) {
            shared = new SharedSubscription(filter);
            byFilter.put(filter, shared);
            index.add(filter.unshared(), shared);
        }
        return shared;
    }

    /** A member leaves; with the last one the shared subscription ends. */
    synchronized void leave(SharedSubscription shared, Subscription member) {
        shared.members().remove(member);
        if (shared.members().isEmpty() && byFilter.remove(shared.filter(), shared)) {
            index.remove(shared.filter().unshared(), shared);
        }
    }

    /** A member enters, or takes the place of the one it had. */
    synchronized void enter(SharedSubscription shared, Subscription member, @Nullable Subscription replaced) {
        if (replaced != null) {
            shared.members().remove(replaced);
        }
        shared.members().add(member);
    }

    /** The shared subscription of a filter, or null when it has no members. */
    synchronized @Nullable SharedSubscription find(TopicFilter filter) {
        return byFilter.get(filter);
    }

    synchronized int size() {
        return byFilter.size();
    }
}
