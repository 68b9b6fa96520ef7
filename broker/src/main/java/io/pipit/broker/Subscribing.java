package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Storage;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.UnsubAck;
import io.pipit.mqtt.Unsubscribe;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One SUBSCRIBE or UNSUBSCRIBE of a client, and its answer. Confined to the client's loop. */
final class Subscribing {
    private final Client client;
    private final BrokerLoop loop;
    private final Session session;
    private final Settings settings;
    private final Batch batch = new Batch(Batch.Urgency.DURABLE);
    private final List<UndecidedSubscriptions.Change> changes = new ArrayList<>(2);

    /** Those that want no retained messages, to whose filter some were on their way: they may all have been sent by now. */
    private Set<Subscription> heirs = Set.of();

    Subscribing(Client client) {
        this.client = client;
        this.loop = client.loop();
        this.session = client.session();
        this.settings = loop.settings();
    }

    /** Subscribes filter by filter, in order [MQTT-3.8.4-5]; answers when that is safe. */
    void subscribe(Subscribe subscribe) throws ProtocolException {
        Integer identifier = subscribe.properties().get(Property.SUBSCRIPTION_IDENTIFIER);
        if (identifier != null && !settings.mqtt().subscriptionIdentifierAvailable()) {
            throw new ProtocolException(
                    "Subscription Identifiers are not available", ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED);
        }
        for (SubscriptionRequest request : subscribe.subscriptions()) {
            ReasonCode unavailable = unavailable(request.filter());
            if (unavailable != null && client.version().hasProperties()) { // section 3.2.2.3: announced in CONNACK
                throw new ProtocolException(request.filter() + " is not available", unavailable);
            }
        }
        String refused = session.isStored() ? loop.broker().storage().refusal() : null;
        if (refused != null && client.version() == ProtocolVersion.MQTT_3_1) { // its SUBACK cannot say no
            client.disconnect(ReasonCode.QUOTA_EXCEEDED, refused);
            return;
        }
        List<ReasonCode> reasons = new ArrayList<>();
        Set<Subscription> retained = new LinkedHashSet<>();
        List<Subscription> made = new ArrayList<>();
        for (SubscriptionRequest request : subscribe.subscriptions()) {
            ReasonCode refusal = refusalOf(request.filter());
            if (refusal != null) {
                loop.metrics().refusedSubscription(refusal);
                reasons.add(inVersion(refusal, request));
                continue;
            }
            SubscriptionRequest granted = grant(request);
            Subscription replaced = session.subscription(granted.filter());
            Subscription subscription = session.subscribe(granted, identifier == null ? 0 : identifier);
            made.add(subscription);
            changes.add(new UndecidedSubscriptions.Change(granted.filter(), replaced));
            if (wantsRetained(granted, replaced == null) && hasRetained(granted.filter())) {
                retained.add(subscription);
            }
            reasons.add(ReasonCode.granted(granted.options().maximumQoS()));
        }
        heirs = made.stream()
                .filter(subscription -> !retained.contains(subscription) && session.owesRetained(subscription.filter()))
                .collect(Collectors.toUnmodifiableSet());
        SessionRows rows = session.rows();
        if (rows != null) {
            made.forEach(subscription ->
                    rows.put(subscription, retained.contains(subscription) || heirs.contains(subscription), batch));
        }
        answerWhenSafe(
                () -> {
                    client.send(new SubAck(subscribe.packetIdentifier(), Properties.NONE, reasons));
                    retained.forEach(session::deliverRetained);
                },
                why -> {
                    if (client.version() == ProtocolVersion.MQTT_3_1) { // its SUBACK cannot say no
                        client.disconnect(ReasonCode.QUOTA_EXCEEDED, why);
                        return;
                    }
                    List<ReasonCode> all =
                            Collections.nCopies(subscribe.subscriptions().size(), ReasonCode.QUOTA_EXCEEDED);
                    client.send(new SubAck(subscribe.packetIdentifier(), Properties.NONE, all));
                });
    }

    /** Which kind of subscription it is that the server does not offer, or null. */
    private @Nullable ReasonCode unavailable(TopicFilter filter) {
        Settings.Mqtt mqtt = settings.mqtt();
        if (filter.isShared() && !mqtt.sharedSubscriptionAvailable()) {
            return ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        if (filter.hasWildcards() && !mqtt.wildcardSubscriptionAvailable()) {
            return ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        return null;
    }

    private @Nullable ReasonCode refusalOf(TopicFilter filter) {
        Settings.Mqtt mqtt = settings.mqtt();
        int maximum = settings.limits().subscriptionsPerSession();
        ReasonCode unavailable = unavailable(filter);
        if (unavailable != null) {
            return unavailable;
        }
        if (mqtt.maximumTopicLevels() > 0 && filter.levels() > mqtt.maximumTopicLevels()) {
            return ReasonCode.TOPIC_FILTER_INVALID;
        }
        if (maximum > 0 && session.subscriptions().size() >= maximum && session.subscription(filter) == null) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        if (session.isStored() && loop.broker().storage().refusal() != null) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        return loop.broker().authorizer().maySubscribe(client.identity(), filter.unshared())
                ? null
                : ReasonCode.NOT_AUTHORIZED;
    }

    /** 3.1 knows no failure: the filter is answered with its QoS, and not subscribed. */
    private ReasonCode inVersion(ReasonCode refusal, SubscriptionRequest request) {
        return client.version() == ProtocolVersion.MQTT_3_1
                ? ReasonCode.granted(request.options().maximumQoS())
                : refusal;
    }

    /** The request with the QoS that the broker has, and what a bridge of 3.x means. */
    private SubscriptionRequest grant(SubscriptionRequest request) {
        SubscriptionOptions asked = request.options();
        QoS qos = asked.maximumQoS().min(settings.mqtt().maximumQos());
        boolean bridge = client.isBridge();
        return new SubscriptionRequest(
                request.filter(),
                new SubscriptionOptions(
                        qos,
                        asked.noLocal() || (bridge && !request.filter().isShared()),
                        asked.retainAsPublished() || bridge,
                        asked.retainHandling()));
    }

    private static boolean wantsRetained(SubscriptionRequest request, boolean isNew) {
        if (request.filter().isShared()) {
            return false;
        }
        RetainHandling handling = request.options().retainHandling();
        return handling == RetainHandling.SEND || (handling == RetainHandling.SEND_IF_NEW && isNew);
    }

    /** Whether there may be retained messages for a filter; what comes from now on is sent to its subscription anyway. */
    private boolean hasRetained(TopicFilter filter) {
        RetainedMessages retained = loop.broker().retained();
        return filter.hasWildcards() ? !retained.isEmpty() : retained.get(TopicName.owning(filter.utf8())) != null;
    }

    /** Unsubscribes; answers when that is safe. */
    void unsubscribe(Unsubscribe unsubscribe) {
        List<ReasonCode> reasons = new ArrayList<>();
        SessionRows rows = session.rows();
        for (TopicFilter filter : unsubscribe.filters()) {
            Subscription ended = session.subscription(filter);
            boolean existed = session.unsubscribe(filter);
            if (ended != null) {
                changes.add(new UndecidedSubscriptions.Change(filter, ended));
            }
            reasons.add(existed ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED);
            if (existed && rows != null) {
                rows.remove(filter, batch);
            }
        }
        answerWhenSafe(
                () -> client.send(new UnsubAck(unsubscribe.packetIdentifier(), Properties.NONE, reasons)),
                why -> client.disconnect(ReasonCode.QUOTA_EXCEEDED, why));
    }

    private void answerWhenSafe(Runnable answer, Consumer<String> refuse) {
        if (batch.isEmpty()) {
            answer.run();
            return;
        }
        session.undecided().add(changes);
        loop.commit(batch, session.clientIdentifier().value(), commit -> {
            boolean isThere = session.client() == client;
            switch (commit) {
                case Storage.Commit.Durable() -> {
                    session.undecided().durable(changes);
                    if (isThere) {
                        answer.run();
                    }
                }
                case Storage.Commit.Failed(String why, boolean full) -> {
                    session.undecided().refused(changes);
                    if (isThere) {
                        refuse.accept(why);
                    }
                }
            }
            heirs.forEach(heir -> session.nothingOwed(heir.filter()));
        });
    }
}
