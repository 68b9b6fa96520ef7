package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.suback;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.SettingsDraft.settings;

import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section 3.8, 3.9 and 4.7: what a client wants to hear. */
final class SubscribeTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec({"MQTT-3.8.4-1", "MQTT-3.8.4-2", "MQTT-2.2.1-6"})
    void subscribe_isAcknowledgedWithItsPacketIdentifier() {
        var alice = broker.connect(connect("alice"));
        alice.sends(subscribe(4711, "t").qos(1)).receives(suback(4711, ReasonCode.GRANTED_QOS_1));
    }

    @Test
    @Spec({"MQTT-3.8.4-5", "MQTT-3.8.4-6", "MQTT-3.9.3-1"})
    void severalFilters_areAcknowledgedTogetherInTheirOrder() {
        var alice = broker.connect(connect("alice"));
        alice.sends(subscribe(1, "a").qos(2).and("b").qos(0).and("c/+").qos(1))
                .receives(suback(1, ReasonCode.GRANTED_QOS_2, ReasonCode.SUCCESS, ReasonCode.GRANTED_QOS_1));
        var bob = broker.connect(connect("bob"));
        bob.publishes(publish("a", "1")).publishes(publish("b", "2")).publishes(publish("c/d", "3"));
        alice.receives(publish("a", "1"));
        alice.receives(publish("b", "2"));
        alice.receives(publish("c/d", "3"));
    }

    @Test
    @Spec("MQTT-3.8.4-3")
    void sameFilterAgain_replacesTheSubscription() {
        var alice = broker.connect(connect("alice")).subscribes("t", 2).subscribes("t", 0);
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1());
        alice.receives(publish("t", "hi"));
        alice.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.8.4-3")
    void sameFilterTwiceInOnePacket_isOneSubscription() {
        var alice = broker.connect(connect("alice"));
        alice.sends(subscribe(1, "t").qos(2).and("t").qos(1))
                .receives(suback(1, ReasonCode.GRANTED_QOS_2, ReasonCode.GRANTED_QOS_1));
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos2());
        alice.acknowledges(alice.receives(publish("t", "hi").qos1()));
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "0,1,0", "0,2,0", "1,0,0", "1,1,1", "1,2,1", "2,0,0", "2,1,1", "2,2,2"})
    @Spec("MQTT-3.8.4-8")
    void delivery_isAtTheLowerOfBothQoS(int published, int subscribed, int delivered) {
        var alice = broker.connect(connect("alice")).subscribes("t", subscribed);
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos(QoS.of(published), 0));
        var received = alice.receives(publish("t", "hi").qos(QoS.of(delivered), 0));
        if (delivered > 0) {
            alice.acknowledges(received);
        }
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
        "a, A, false",
        "/a, a, false",
        "a//b, a//b, true",
        "a/+/b, a//b, true"
    })
    @Spec("MQTT-4.7.3-4")
    void filters_matchAsTheStandardSays(String filter, String topic, boolean matches) {
        var alice = broker.connect(connect("alice")).subscribes(filter);
        broker.connect(connect("bob")).publishes(publish(topic, "hi"));
        if (matches) {
            alice.receives(publish(topic, "hi"));
        } else {
            alice.receivesNothing();
        }
    }

    @Test
    @Spec("MQTT-4.7.2-1")
    void dollarTopics_areHiddenFromLeadingWildcards() {
        var alice = broker.connect(connect("alice")).subscribes("#").subscribes("+/a");
        var carol = broker.connect(connect("carol")).subscribes("$x/#").subscribes("$x/+");
        broker.connect(connect("bob")).publishes(publish("$x/a", "hi"));
        alice.receivesNothing();
        carol.receives(publish("$x/a", "hi"));
        carol.receivesNothing();
    }

    @Test
    @Spec({"MQTT-3.3.4-2", "MQTT-3.3.4-3", "MQTT-3.3.4-4"})
    void overlappingSubscriptions_giveOneMessageAtTheHighestQoSWithAllIdentifiers() {
        var alice = broker.connect(connect("alice"));
        alice.subscribes(subscribe(1, "a/b").qos(0).identifier(11));
        alice.subscribes(subscribe(2, "a/+").qos(2).identifier(22));
        alice.subscribes(subscribe(3, "#").qos(1));
        alice.subscribes(subscribe(4, "+/b").qos(1).identifier(44));
        alice.subscribes(subscribe(5, "c").qos(1).identifier(55));
        broker.connect(connect("bob")).publishes(publish("a/b", "hi").qos2());
        alice.acknowledges(alice.receives(
                publish("a/b", "hi").qos2().identifier(11).identifier(22).identifier(44)));
        alice.receivesNothing();
    }

    @Test
    @Spec("3.1.1:MQTT-3.3.5-1")
    void overlappingSubscriptions_in311_giveTheHighestQoS() {
        var alice = broker.connect(connect("alice").v311())
                .subscribes("a/b", 0)
                .subscribes("a/+", 2)
                .subscribes("#", 1);
        broker.connect(connect("bob")).publishes(publish("a/b", "hi").qos2());
        alice.acknowledges(alice.receives(publish("a/b", "hi").qos2()));
        alice.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.3.4-3")
    void identifier_isThatOfTheLastSubscribe() {
        var alice = broker.connect(connect("alice"));
        alice.subscribes(subscribe(1, "t").identifier(1))
                .subscribes(subscribe(2, "t").identifier(268_435_455));
        var bob = broker.connect(connect("bob"));
        bob.publishes(publish("t", "hi"));
        alice.receives(publish("t", "hi").identifier(268_435_455));
        alice.subscribes(subscribe(3, "t"));
        bob.publishes(publish("t", "hi"));
        alice.receives(publish("t", "hi"));
    }

    @Test
    void identifier_isThatOfTheSubscriptionWhenTheMessageWasQueued() {
        var alice = broker.connect(connect("alice").expiry(60));
        alice.subscribes(subscribe(1, "t").identifier(7)).vanishes();
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1());
        alice = broker.connect(connect("alice").resuming().expiry(60));
        alice.acknowledges(alice.receives(publish("t", "hi").qos1().identifier(7)));
    }

    @Test
    @Spec("MQTT-3.8.3-3")
    void noLocal_keepsOwnMessagesAway() {
        var alice =
                broker.connect(connect("alice")).subscribes(subscribe(1, "t").noLocal());
        alice.publishes(publish("t", "mine"));
        alice.receivesNothing();
        broker.connect(connect("bob")).publishes(publish("t", "his"));
        alice.receives(publish("t", "his"));
    }

    @Test
    void withoutNoLocal_ownMessagesComeBack() {
        var alice = broker.connect(connect("alice")).subscribes("t");
        alice.sends(publish("t", "mine"));
        alice.receives(publish("t", "mine"));
    }

    @Test
    void noLocal_concernsItsOwnSubscriptionOnly() {
        var alice = broker.connect(connect("alice"));
        alice.subscribes(subscribe(1, "t").noLocal().identifier(1))
                .subscribes(subscribe(2, "#").identifier(2));
        alice.sends(publish("t", "mine"));
        alice.receives(publish("t", "mine").identifier(2));
    }

    @Test
    @Spec({"MQTT-3.3.1-12", "MQTT-3.3.1-13"})
    void retainAsPublished_decidesTheRetainFlag() {
        var alice =
                broker.connect(connect("alice")).subscribes(subscribe(1, "t").retainAsPublished());
        var carol = broker.connect(connect("carol")).subscribes("t");
        var bob = broker.connect(connect("bob"));
        bob.publishes(publish("t", "kept").retained()).publishes(publish("t", "passing"));
        alice.receives(publish("t", "kept").retained());
        alice.receives(publish("t", "passing"));
        carol.receives(publish("t", "kept"));
        carol.receives(publish("t", "passing"));
    }

    @Test
    @Spec("MQTT-3.3.1-13")
    void retainAsPublished_holdsForQueuedMessages() {
        broker.connect(connect("alice").expiry(60))
                .subscribes(subscribe(1, "t").retainAsPublished())
                .vanishes();
        broker.connect(connect("bob")).publishes(publish("t", "kept").qos1().retained());
        var alice = broker.connect(connect("alice").resuming().expiry(60));
        alice.acknowledges(alice.receives(publish("t", "kept").qos1().retained()));
    }

    @Test
    @Spec("MQTT-3.8.4-7")
    void deniedFilter_isRefusedAndTheOthersAreGranted() {
        broker.access().denySubscribe("secret/#");
        var alice = broker.connect(connect("alice"));
        alice.sends(subscribe(1, "a").qos(1).and("secret/#").and("b").qos(0))
                .receives(suback(1, ReasonCode.GRANTED_QOS_1, ReasonCode.NOT_AUTHORIZED, ReasonCode.SUCCESS));
        var bob = broker.connect(connect("bob"));
        bob.publishes(publish("secret/x", "no")).publishes(publish("b", "yes"));
        alice.receives(publish("b", "yes"));
    }

    @Test
    void deniedFilter_in311_isRefusedWith0x80() {
        broker.access().denySubscribe("secret/#");
        var alice = broker.connect(connect("alice").v311());
        alice.sends(subscribe(1, "secret/#").and("a").qos(1))
                .receives(suback(1, ReasonCode.UNSPECIFIED_ERROR, ReasonCode.GRANTED_QOS_1));
    }

    @Test
    void sharedFilter_isDeniedByTheFilterWithin() {
        broker.access().denySubscribe("secret/#");
        var alice = broker.connect(connect("alice"));
        alice.sends(subscribe(1, "$share/g/secret/#")).receives(suback(1, ReasonCode.NOT_AUTHORIZED));
    }

    @Test
    void moreSubscriptionsThanAllowed_areRefused() {
        broker.configured(settings().subscriptionsPerSession(2));
        var alice = broker.connect(connect("alice"));
        alice.sends(subscribe(1, "a").qos(0).and("b").qos(0).and("c").qos(0))
                .receives(suback(1, ReasonCode.SUCCESS, ReasonCode.SUCCESS, ReasonCode.QUOTA_EXCEEDED));
        alice.subscribes("a", 1).unsubscribes("b").subscribes("c", 1);
        broker.connect(connect("bob")).publishes(publish("c", "hi"));
        alice.receives(publish("c", "hi"));
    }

    @Test
    void subscriptionsEnd_withTheirSession() {
        broker.connect(connect("alice")).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice"));
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1());
        alice.receivesNothing();
        broker.droppedNothing("alice");
    }

    @Test
    void manySubscribers_onAllLoopsReceiveOneEach() {
        List<SimulatedClient> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(broker.connect(connect("c" + i)).subscribes("t", i % 3));
        }
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos2());
        for (int i = 0; i < 50; i++) {
            all.get(i).receives(publish("t", "hi").qos(QoS.of(i % 3), 0));
        }
    }
}
