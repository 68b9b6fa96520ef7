package io.pipit.broker;

import io.pipit.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * A shared subscription (section 4.8.2): sessions that share one filter under one Share Name, each message going to
 * one of them. The publisher's loop picks, without a lock.
 */
final class SharedSubscription implements Matched {
    private final TopicFilter filter;
    private final SharedGroup<Subscription> members = new SharedGroup<>();

    /** Of a filter with its Share Name. */
    SharedSubscription(TopicFilter filter) {
        this.filter = filter;
    }

    @Override
    public int orderHash() {
        return filter.hashCode();
    }

    TopicFilter filter() {
        return filter;
    }

    SharedGroup<Subscription> members() {
        return members;
    }

    /** The member that gets the next message, or null when there is none that can. */
    @Nullable
    Subscription pick() {
        return members.pick();
    }
}
