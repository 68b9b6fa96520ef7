package io.pipit.simulation;

import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A SUBSCRIBE in the making; each word makes a new one, and concerns the filter that was named last. */
public record SubscribeDraft(int packetIdentifier, Properties properties, List<SubscriptionRequest> requests) {
    public SubscribeDraft {
        requests = List.copyOf(requests);
    }

    static SubscribeDraft of(int packetIdentifier, String filter) {
        return new SubscribeDraft(packetIdentifier, Properties.NONE, List.of(request(filter)));
    }

    /** The packet. */
    public Subscribe packet() {
        return new Subscribe(packetIdentifier, properties, requests);
    }

    /** One more filter, at QoS 2. */
    public SubscribeDraft and(String filter) {
        List<SubscriptionRequest> more = new ArrayList<>(requests);
        more.add(request(filter));
        return new SubscribeDraft(packetIdentifier, properties, more);
    }

    public SubscribeDraft qos(int level) {
        return last(
                o -> new SubscriptionOptions(QoS.of(level), o.noLocal(), o.retainAsPublished(), o.retainHandling()));
    }

    public SubscribeDraft noLocal() {
        return last(o -> new SubscriptionOptions(o.maximumQoS(), true, o.retainAsPublished(), o.retainHandling()));
    }

    public SubscribeDraft retainAsPublished() {
        return last(o -> new SubscriptionOptions(o.maximumQoS(), o.noLocal(), true, o.retainHandling()));
    }

    public SubscribeDraft retainHandling(RetainHandling handling) {
        return last(o -> new SubscriptionOptions(o.maximumQoS(), o.noLocal(), o.retainAsPublished(), handling));
    }

    /** With a Subscription Identifier, which holds for all its filters. */
    public SubscribeDraft identifier(int subscriptionIdentifier) {
        return new SubscribeDraft(
                packetIdentifier, properties.with(Property.SUBSCRIPTION_IDENTIFIER, subscriptionIdentifier), requests);
    }

    private SubscribeDraft last(UnaryOperator<SubscriptionOptions> change) {
        List<SubscriptionRequest> changed = new ArrayList<>(requests);
        SubscriptionRequest last = changed.removeLast();
        changed.add(new SubscriptionRequest(last.filter(), change.apply(last.options())));
        return new SubscribeDraft(packetIdentifier, properties, changed);
    }

    private static SubscriptionRequest request(String filter) {
        return new SubscriptionRequest(TopicFilter.of(filter), new SubscriptionOptions(QoS.EXACTLY_ONCE));
    }
}
