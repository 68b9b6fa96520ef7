package io.pipit.broker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.mqtt.TopicFilter;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The shared subscriptions of the broker, by filter and Share Name. Any thread. */
final class SharedSubscriptions {
    private final SubscriptionIndex<Matched> index;

    @GuardedBy("this")
    private final Map<TopicFilter, SharedSubscription> byFilter = new HashMap<>();

    SharedSubscriptions(SubscriptionIndex<Matched> index) {
        this.index = index;
    }

    /**
     * A member enters the shared subscription of a filter, which is made for the first one, or takes the place of the
     * member that it replaces: there is no moment without it.
     *
     * @param membership makes the member
     */
    synchronized Subscription enter(
            TopicFilter filter,
            Function<SharedSubscription, Subscription> membership,
            @Nullable Subscription replaced) {
        SharedSubscription known = byFilter.get(filter);
        SharedSubscription shared = known == null ? new SharedSubscription(filter) : known;
        Subscription member = membership.apply(shared);
        shared.members().add(member);
        if (replaced != null) {
            shared.members().remove(replaced);
        }
        if (known == null) {
            byFilter.put(filter, shared);
            index.add(filter.unshared(), shared);
        }
        return member;
    }

    /** A member leaves; with the last one the shared subscription ends. */
    synchronized void leave(SharedSubscription shared, Subscription member) {
        shared.members().remove(member);
        if (shared.members().isEmpty() && byFilter.remove(shared.filter(), shared)) {
            index.remove(shared.filter().unshared(), shared);
        }
    }

    /** The shared subscription of a filter, or null when it has no members. */
    synchronized @Nullable SharedSubscription find(TopicFilter filter) {
        return byFilter.get(filter);
    }

    synchronized int size() {
        return byFilter.size();
    }
}
