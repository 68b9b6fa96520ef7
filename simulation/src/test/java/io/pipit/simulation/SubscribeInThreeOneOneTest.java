package io.pipit.simulation;

import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.suback;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.Packets.unsuback;
import static io.pipit.simulation.Packets.unsubscribe;
import static io.pipit.simulation.SettingsDraft.settings;
import static io.pipit.simulation.ThreeOneOne.clean;
import static io.pipit.simulation.ThreeOneOne.stored;

import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section 3.8 to 3.11 and 4.7 of MQTT 3.1.1: what a client wants to hear, and what no more. */
final class SubscribeInThreeOneOneTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec({"3.1.1:MQTT-3.8.4-1", "3.1.1:MQTT-3.8.4-2", "3.1.1:MQTT-2.3.1-7"})
    void subscribe_isAcknowledgedWithItsPacketIdentifier() {
        var alice = broker.connect(clean("alice"));
        alice.sends(subscribe(4711, "t").qos(1)).receives(suback(4711, ReasonCode.GRANTED_QOS_1));
        alice.sends(subscribe(65_535, "u").qos(0)).receives(suback(65_535, ReasonCode.SUCCESS));
    }

    @Test
    @Spec({"3.1.1:MQTT-3.8.4-4", "3.1.1:MQTT-3.8.4-5", "3.1.1:MQTT-3.9.3-1"})
    void severalFilters_areAcknowledgedTogetherInTheirOrder() {
        broker.access().denySubscribe("secret");
        var alice = broker.connect(clean("alice"));
        alice.sends(subscribe(1, "a")
                        .qos(2)
                        .and("b")
                        .qos(0)
                        .and("secret")
                        .and("c/+")
                        .qos(1))
                .receives(suback(
                        1,
                        ReasonCode.GRANTED_QOS_2,
                        ReasonCode.SUCCESS,
                        ReasonCode.UNSPECIFIED_ERROR,
                        ReasonCode.GRANTED_QOS_1));
        alice.receivesNothing();
        var bob = broker.connect(clean("bob"));
        for (String topic : new String[] {"a", "b", "secret", "c/d"}) {
            bob.publishes(publish(topic, "in " + topic).qos2());
        }
        alice.acknowledges(alice.receives(publish("a", "in a").qos2()));
        alice.receives(publish("b", "in b"));
        alice.acknowledges(alice.receives(publish("c/d", "in c/d").qos1()));
    }

    @Test
    @Spec("3.1.1:MQTT-3.8.4-4")
    void sameFilterTwiceInOnePacket_isOneSubscription() {
        var alice = broker.connect(clean("alice"));
        alice.sends(subscribe(1, "t").qos(2).and("t").qos(1))
                .receives(suback(1, ReasonCode.GRANTED_QOS_2, ReasonCode.GRANTED_QOS_1));
        broker.connect(clean("bob")).publishes(publish("t", "hi").qos2());
        alice.acknowledges(alice.receives(publish("t", "hi").qos1()));
    }

    @Test
    @Spec("3.1.1:MQTT-3.8.4-3")
    void sameFilterAgain_replacesTheSubscription() {
        var alice = broker.connect(clean("alice")).subscribes("t", 2).subscribes("t", 0);
        broker.connect(clean("bob")).publishes(publish("t", "hi").qos1());
        alice.receives(publish("t", "hi"));
        alice.receivesNothing();
    }

    @Test
    @Spec("3.1.1:MQTT-3.8.4-3")
    void sameFilterAgain_repeatsRetainedMessagesAndInterruptsNothing() {
        var bob = broker.connect(clean("bob"));
        bob.publishes(publish("t", "kept").retained());
        var alice = broker.connect(stored("alice")).subscribes("t", 1);
        alice.receives(publish("t", "kept").retained());
        alice.vanishes();
        bob.publishes(publish("t", "waiting").qos1());
        alice = broker.connect(stored("alice"));
        var waiting = alice.receives(publish("t", "waiting").qos1());
        alice.subscribes("t", 1);
        alice.receives(publish("t", "kept").retained());
        bob.publishes(publish("t", "passing"));
        alice.receives(publish("t", "passing"));
        alice.acknowledges(waiting).receivesNothing();
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "0,1,0", "0,2,0", "1,0,0", "1,1,1", "1,2,1", "2,0,0", "2,1,1", "2,2,2"})
    @Spec("3.1.1:MQTT-3.8.4-6")
    void delivery_isAtTheLowerOfBothQoS(int published, int subscribed, int delivered) {
        var alice = broker.connect(clean("alice")).subscribes("t", subscribed);
        broker.connect(clean("bob")).publishes(publish("t", "hi").qos(QoS.of(published), 0));
        alice.receives(publish("t", "hi").qos(QoS.of(delivered), 0));
    }

    @Test
    @Spec("3.1.1:MQTT-3.8.4-6")
    void delivery_isAtTheLowerOfPublishedAndGrantedQoS() {
        broker.configured(settings().maximumQos(1));
        var alice = broker.connect(clean("alice"));
        alice.sends(subscribe(1, "t").qos(2)).receives(suback(1, ReasonCode.GRANTED_QOS_1));
        broker.connect(clean("bob")).publishes(publish("t", "hi").qos1());
        alice.acknowledges(alice.receives(publish("t", "hi").qos1()));
    }

    @Test
    @Spec("3.1.1:MQTT-3.8.3-2")
    void wildcards_whereTheyAreNotAvailable_areRefused() {
        broker.configured(settings().withoutWildcards());
        var alice = broker.connect(clean("alice"));
        alice.sends(subscribe(1, "a/+").and("#").and("b").qos(1))
                .receives(suback(
                        1, ReasonCode.UNSPECIFIED_ERROR, ReasonCode.UNSPECIFIED_ERROR, ReasonCode.GRANTED_QOS_1));
        var bob = broker.connect(clean("bob"));
        bob.publishes(publish("a/b", "no")).publishes(publish("b", "yes"));
        alice.receives(publish("b", "yes"));
    }

    @ParameterizedTest
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1, true",
        "sport/tennis/player1/#, sport/tennis/player1/ranking, true",
        "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true",
        "sport/tennis/player1/#, sport/tennis/player2, false",
        "sport/#, sport, true",
        "#, a/b/c, true",
        "sport/tennis/+, sport/tennis/player1, true",
        "sport/tennis/+, sport/tennis/player1/ranking, false",
        "sport/+, sport, false",
        "sport/+, sport/, true",
        "+/+, /finance, true",
        "/+, /finance, true",
        "+, /finance, false",
        "+/tennis/#, sport/tennis/x, true",
        "/a, a, false",
        "a//b, a//b, true",
        "a/+/b, a//b, true"
    })
    @Spec({"3.1.1:MQTT-3.3.2-3", "3.1.1:MQTT-4.7.1-2", "3.1.1:MQTT-4.7.1-3"})
    void filters_matchAsTheStandardSays(String filter, String topic, boolean matches) {
        var alice = broker.connect(clean("alice")).subscribes(filter);
        broker.connect(clean("bob")).publishes(publish(topic, "hi"));
        if (matches) {
            alice.receives(publish(topic, "hi"));
        } else {
            alice.receivesNothing();
        }
    }

    @Test
    @Spec("3.1.1:MQTT-4.7.2-1")
    void dollarTopics_areHiddenFromLeadingWildcards() {
        var alice =
                broker.connect(clean("alice")).subscribes("#").subscribes("+/a").subscribes("+/#");
        var carol = broker.connect(clean("carol")).subscribes("$x/#");
        broker.connect(clean("bob")).publishes(publish("$x/a", "hi"));
        alice.receivesNothing();
        carol.receives(publish("$x/a", "hi"));
    }

    @ParameterizedTest
    @CsvSource({"a, A", "\u00E4, a\u0308", "\uFEFFa, a", "\uFFFD, \uFFFE", "\uD83D\uDE00, \uD83D\uDE01"})
    @Spec("3.1.1:MQTT-4.7.3-4")
    void textsThatOnlyLookAlike_doNotMatch(String one, String other) {
        var alice = broker.connect(clean("alice")).subscribes(one);
        var carol = broker.connect(clean("carol")).subscribes(other);
        broker.connect(clean("bob")).publishes(publish(one, "hi"));
        alice.receives(publish(one, "hi"));
        carol.receivesNothing();
    }

    @Test
    @Spec({"3.1.1:MQTT-3.10.4-2", "3.1.1:MQTT-3.10.4-4", "3.1.1:MQTT-2.3.1-7"})
    void unsubscribe_isAcknowledgedAndEndsTheSubscription() {
        var alice = broker.connect(clean("alice")).subscribes("t");
        alice.sends(unsubscribe(4711, "t")).receives(unsuback(4711));
        broker.connect(clean("bob")).publishes(publish("t", "hi").qos1());
        alice.receivesNothing();
    }

    @Test
    @Spec({"3.1.1:MQTT-3.10.4-1", "3.1.1:MQTT-3.10.4-5"})
    void unsubscribe_ofWhatOnlyMatches_isAcknowledgedAndEndsNothing() {
        var alice = broker.connect(clean("alice")).subscribes("a/+");
        for (String other : new String[] {"a/b", "a/#", "A/+", "a/+/", "a"}) {
            alice.sends(unsubscribe(9, other)).receives(unsuback(9));
        }
        var bob = broker.connect(clean("bob"));
        bob.publishes(publish("a/b", "hi"));
        alice.receives(publish("a/b", "hi"));
        alice.sends(unsubscribe(10, "a/+")).receives(unsuback(10));
        bob.publishes(publish("a/b", "no more"));
        alice.receivesNothing();
    }

    @Test
    @Spec("3.1.1:MQTT-3.10.4-6")
    void unsubscribe_ofSeveralFilters_isAcknowledgedOnce() {
        var alice =
                broker.connect(clean("alice")).subscribes("a").subscribes("c/#").subscribes("d");
        alice.sends(unsubscribe(9, "a", "b", "c/#")).receives(unsuback(9));
        alice.receivesNothing();
        var bob = broker.connect(clean("bob"));
        bob.publishes(publish("a", "no")).publishes(publish("c/x", "no")).publishes(publish("d", "yes"));
        alice.receives(publish("d", "yes"));
    }

    @Test
    @Spec("3.1.1:MQTT-3.10.4-3")
    void unsubscribe_leavesDeliveriesThatHadBegun() {
        var alice = broker.connect(stored("alice")).subscribes("t");
        broker.connect(clean("bob"))
                .publishes(publish("t", "one").qos1())
                .publishes(publish("t", "two").qos2());
        int first = alice.receives(publish("t", "one").qos1()).packetIdentifier();
        int second = alice.receives(publish("t", "two").qos2()).packetIdentifier();
        alice.unsubscribes("t").vanishes();
        alice = broker.connect(stored("alice"));
        var one = alice.receives(publish("t", "one").qos1(first).asDuplicate());
        var two = alice.receives(publish("t", "two").qos2(second).asDuplicate());
        alice.acknowledges(one).acknowledges(two).receivesNothing();
    }
}
