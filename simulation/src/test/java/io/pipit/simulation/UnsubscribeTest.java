package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.unsuback;
import static io.pipit.simulation.Packets.unsubscribe;

import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Section 3.10 and 3.11: what a client does not want to hear any more. */
final class UnsubscribeTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec({"MQTT-3.10.4-4", "MQTT-3.10.4-5", "MQTT-3.10.4-2"})
    void unsubscribe_isAcknowledgedAndEndsTheSubscription() {
        var alice = broker.connect(connect("alice")).subscribes("t");
        alice.sends(unsubscribe(9, "t")).receives(unsuback(9, ReasonCode.SUCCESS));
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1());
        alice.receivesNothing();
    }

    @Test
    @Spec({"MQTT-3.10.4-6", "MQTT-3.11.3-1", "MQTT-3.10.4-5"})
    void severalFilters_areAcknowledgedTogetherInTheirOrder() {
        var alice = broker.connect(connect("alice")).subscribes("a").subscribes("c");
        alice.sends(unsubscribe(9, "a", "b", "c"))
                .receives(unsuback(9, ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED, ReasonCode.SUCCESS));
    }

    @Test
    void unsubscribe_in311_isAcknowledgedWithoutReasons() {
        var alice = broker.connect(connect("alice").v311()).subscribes("a");
        alice.sends(unsubscribe(9, "a", "b")).receives(unsuback(9));
    }

    @Test
    @Spec("MQTT-3.10.4-1")
    void filters_areComparedCharacterByCharacter() {
        var alice = broker.connect(connect("alice")).subscribes("a/+");
        alice.sends(unsubscribe(1, "a/b", "a/#", "A/+"))
                .receives(unsuback(
                        1,
                        ReasonCode.NO_SUBSCRIPTION_EXISTED,
                        ReasonCode.NO_SUBSCRIPTION_EXISTED,
                        ReasonCode.NO_SUBSCRIPTION_EXISTED));
        broker.connect(connect("bob")).publishes(publish("a/b", "hi"));
        alice.receives(publish("a/b", "hi"));
        alice.unsubscribes("a/+");
        broker.connect(connect("carol")).publishes(publish("a/b", "hi"));
        alice.receivesNothing();
    }

    @Test
    void otherSubscriptions_remain() {
        var alice = broker.connect(connect("alice"))
                .subscribes("a/+")
                .subscribes("a/b")
                .subscribes("#");
        alice.unsubscribes("a/b").unsubscribes("a/+");
        broker.connect(connect("bob")).publishes(publish("a/b", "hi"));
        alice.receives(publish("a/b", "hi"));
        alice.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.10.4-3")
    void messagesInFlight_areCompleted() {
        var alice = broker.connect(connect("alice").expiry(60)).subscribes("t");
        broker.connect(connect("bob"))
                .publishes(publish("t", "one").qos1())
                .publishes(publish("t", "two").qos2());
        int first = alice.receives(publish("t", "one").qos1()).packetIdentifier();
        int second = alice.receives(publish("t", "two").qos2()).packetIdentifier();
        alice.unsubscribes("t").vanishes();
        alice = broker.connect(connect("alice").resuming().expiry(60));
        var one = alice.receives(publish("t", "one").qos1(first).asDuplicate());
        var two = alice.receives(publish("t", "two").qos2(second).asDuplicate());
        alice.acknowledges(one).acknowledges(two).receivesNothing();
    }

    @Test
    void unsubscribeOfAStoredSession_outlivesACrash() {
        broker.connect(connect("alice").expiry(60))
                .subscribes("t")
                .subscribes("u")
                .unsubscribes("t");
        broker.crashes();
        var alice = broker.connect(connect("alice").resuming().expiry(60));
        broker.connect(connect("bob")).publishes(publish("t", "no")).publishes(publish("u", "yes"));
        alice.receives(publish("u", "yes"));
    }
}
