package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.suback;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Section 3.2.2.3: what the server does not offer is announced, and not done. */
final class ServerLimitsTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    void byDefault_everythingIsOffered() {
        var alice = broker.connect(connect("alice"));
        Properties announced = alice.connack().properties();
        assertThat(announced.has(Property.MAXIMUM_QOS)).isFalse();
        assertThat(announced.get(Property.RETAIN_AVAILABLE, 1)).isEqualTo(1);
        assertThat(announced.get(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 1)).isEqualTo(1);
        assertThat(announced.get(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 1)).isEqualTo(1);
        assertThat(announced.get(Property.SHARED_SUBSCRIPTION_AVAILABLE, 1)).isEqualTo(1);
        assertThat(announced.get(Property.RECEIVE_MAXIMUM, 65_535)).isEqualTo(1024);
        assertThat(announced.get(Property.TOPIC_ALIAS_MAXIMUM, 0)).isEqualTo(64);
        assertThat(announced.has(Property.SESSION_EXPIRY_INTERVAL)).isFalse();
    }

    @Test
    void whatIsNotLimited_isNotAnnounced() {
        broker.configured(settings().receiveMaximum(65_535).topicAliasMaximum(0));
        Properties announced = broker.connect(connect("alice")).connack().properties();
        assertThat(announced.has(Property.RECEIVE_MAXIMUM)).isFalse();
        assertThat(announced.has(Property.TOPIC_ALIAS_MAXIMUM)).isFalse();
    }

    @Test
    @Spec("MQTT-3.2.2-9")
    void maximumQos_isAnnounced() {
        broker.configured(settings().maximumQos(1));
        broker.tries(connect("alice")).receives(connack(Property.MAXIMUM_QOS, 1));
        broker.configured(settings().maximumQos(0));
        broker.tries(connect("alice")).receives(connack(Property.MAXIMUM_QOS, 0));
    }

    @Test
    @Spec("MQTT-3.2.2-11")
    void publishAboveTheMaximumQos_isDisconnected() {
        broker.configured(settings().maximumQos(1));
        var bob = broker.connect(connect("bob")).subscribes(subscribe(1, "t").qos(1));
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "hi").qos2(1));
        alice.isClosedAfter(disconnect(ReasonCode.QOS_NOT_SUPPORTED));
        var carol = broker.connect(connect("carol").v311());
        carol.sends(publish("t", "hi").qos2(1));
        carol.isClosed();
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.2.2-10")
    void subscribeAboveTheMaximumQos_isGrantedTheMaximum() {
        broker.configured(settings().maximumQos(1));
        var alice = broker.connect(connect("alice"));
        alice.sends(subscribe(1, "t").qos(2)).receives(suback(1, ReasonCode.GRANTED_QOS_1));
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1());
        alice.acknowledges(alice.receives(publish("t", "hi").qos1()));
    }

    @Test
    @Spec("MQTT-3.2.2-12")
    void willAboveTheMaximumQos_isRefused() {
        broker.configured(settings().maximumQos(1));
        broker.tries(connect("alice").will(publish("w", "x").qos2()))
                .isClosedAfter(connack(ReasonCode.QOS_NOT_SUPPORTED));
    }

    @Test
    void whatIsJustWithinTheLimits_isAccepted() {
        broker.configured(settings().maximumQos(1).maximumTopicLevels(2));
        var bob = broker.connect(connect("bob")).subscribes("a/b", 1);
        var alice = broker.connect(connect("alice").will(publish("a/b", "gone").qos1()));
        alice.publishes(publish("a/b", "hi").qos1());
        bob.acknowledges(bob.receives(publish("a/b", "hi").qos1()));
        alice.vanishes();
        bob.acknowledges(bob.receives(publish("a/b", "gone").qos1()));
    }

    @Test
    void willOfTooManyTopicLevels_isRefused() {
        broker.configured(settings().maximumTopicLevels(2));
        broker.tries(connect("alice").will(publish("a/b/c", "gone")))
                .isClosedAfter(connack(ReasonCode.TOPIC_NAME_INVALID));
    }

    @Test
    void topicLevels_whereTheyAreNotLimited_areAsManyAsTheClientWants() {
        broker.configured(settings().maximumTopicLevels(0));
        String topic = "a/".repeat(1_000) + "b";
        var bob = broker.connect(connect("bob")).subscribes(topic);
        var alice = broker.connect(connect("alice").will(publish(topic, "gone")));
        alice.publishes(publish(topic, "hi"));
        bob.receives(publish(topic, "hi"));
        alice.vanishes();
        bob.receives(publish(topic, "gone"));
    }

    @Test
    void retainUnavailable_isAnnounced() {
        broker.configured(settings().withoutRetain());
        broker.tries(connect("alice")).receives(connack(Property.RETAIN_AVAILABLE, 0));
    }

    @Test
    @Spec("MQTT-3.2.2-14")
    void retain_whereUnavailable_isDisconnected() {
        broker.configured(settings().withoutRetain());
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "kept").retained());
        alice.isClosedAfter(disconnect(ReasonCode.RETAIN_NOT_SUPPORTED));
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.2.2-13")
    void willWithRetain_whereUnavailable_isRefused() {
        broker.configured(settings().withoutRetain());
        broker.tries(connect("alice").will(publish("w", "x").retained()))
                .isClosedAfter(connack(ReasonCode.RETAIN_NOT_SUPPORTED));
    }

    @Test
    void retainFrom311_whereUnavailable_isNotKept() {
        broker.configured(settings().withoutRetain());
        var carol =
                broker.connect(connect("carol")).subscribes(subscribe(1, "t").retainAsPublished());
        var alice = broker.connect(connect("alice").v311());
        alice.publishes(publish("t", "kept").retained());
        carol.receives(publish("t", "kept"));
        broker.connect(connect("bob")).subscribes("t").receivesNothing();
        broker.dropped("alice", DropReason.RETAIN_NOT_AVAILABLE, 1);
    }

    @Test
    void wildcardSubscription_whereUnavailable_isDisconnected() {
        broker.configured(settings().withoutWildcards());
        var alice = broker.tries(connect("alice"));
        alice.receives(connack(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 0));
        alice.subscribes("plain/topic");
        alice.sends(subscribe(1, "a/#"));
        alice.isClosedAfter(disconnect(ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED));
    }

    @Test
    void sharedSubscription_whereUnavailable_isDisconnected() {
        broker.configured(settings().withoutSharedSubscriptions());
        var alice = broker.tries(connect("alice"));
        alice.receives(connack(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0));
        alice.sends(subscribe(1, "$share/g/t"));
        alice.isClosedAfter(disconnect(ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED));
    }

    @Test
    void subscriptionIdentifier_whereUnavailable_isDisconnected() {
        broker.configured(settings().withoutSubscriptionIdentifiers());
        var alice = broker.tries(connect("alice"));
        alice.receives(connack(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0));
        alice.sends(subscribe(1, "t").identifier(1));
        alice.isClosedAfter(disconnect(ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED));
    }

    @Test
    void wildcardAndSharedSubscriptions_in311WhereUnavailable_areRefused() {
        broker.configured(settings().withoutWildcards());
        broker.connect(connect("alice").v311())
                .sends(subscribe(1, "a/+").and("b").qos(1))
                .receives(suback(1, ReasonCode.UNSPECIFIED_ERROR, ReasonCode.GRANTED_QOS_1));
        broker.configured(settings().withoutSharedSubscriptions());
        broker.connect(connect("alice").v311())
                .sends(subscribe(1, "$share/g/a").and("b").qos(1))
                .receives(suback(1, ReasonCode.UNSPECIFIED_ERROR, ReasonCode.GRANTED_QOS_1));
    }

    @Test
    void tooManyTopicLevels_areRefused() {
        broker.configured(settings().maximumTopicLevels(4));
        var bob = broker.connect(connect("bob")).subscribes("#");
        bob.sends(subscribe(1, "a/b/c/d").qos(1).and("a/b/c/d/e").qos(1))
                .receives(suback(1, ReasonCode.GRANTED_QOS_1, ReasonCode.TOPIC_FILTER_INVALID));
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("a/b/c/d", "hi"));
        bob.receives(publish("a/b/c/d", "hi"));
        alice.sends(publish("a/b/c/d/e", "hi"));
        alice.isClosedAfter(disconnect(ReasonCode.TOPIC_NAME_INVALID));
        bob.receivesNothing();
    }
}
