package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Section 4.3 and 4.4 towards the subscriber: sent once, acknowledged, and sent again only on a new connection. */
final class DeliveryTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec({"MQTT-4.3.2-2", "MQTT-4.4.0-1"})
    void qos1_isNotSentAgainOnTheSameConnection() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos1());
        bob.receives(publish("t", "hi").qos1());
        broker.advance(Duration.ofHours(2));
        bob.receivesNothing();
    }

    @Test
    @Spec({"MQTT-3.3.1-1", "MQTT-4.4.0-1", "MQTT-4.3.2-3"})
    void qos1_unacknowledged_isSentAgainWithDupAndItsIdentifier() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos1());
        var sent = bob.receives(publish("t", "hi").qos1());
        bob.vanishes();
        bob = broker.connect(connect("bob").resuming().expiry(60));
        bob.acknowledges(
                bob.receives(publish("t", "hi").qos1(sent.packetIdentifier()).asDuplicate()));
        bob.vanishes();
        broker.connect(connect("bob").resuming().expiry(60)).receivesNothing();
    }

    @Test
    @Spec({"MQTT-4.3.3-2", "MQTT-4.3.3-3", "MQTT-3.3.1-1"})
    void qos2_withoutPubrec_isSentAgainWithDup() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        var sent = bob.receives(publish("t", "hi").qos2());
        bob.vanishes();
        bob = broker.connect(connect("bob").resuming().expiry(60));
        bob.acknowledges(
                bob.receives(publish("t", "hi").qos2(sent.packetIdentifier()).asDuplicate()));
        bob.receivesNothing();
    }

    @Test
    @Spec({"MQTT-4.3.3-4", "MQTT-4.3.3-5", "MQTT-4.3.3-6"})
    void qos2_withPubrec_hasItsPubrelSentAgain() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
        bob.sends(pubrec(identifier)).receives(pubrel(identifier));
        for (int i = 0; i < 3; i++) {
            bob.vanishes();
            bob = broker.connect(connect("bob").resuming().expiry(60));
            bob.receives(pubrel(identifier));
            bob.receivesNothing();
        }
        bob.sends(pubcomp(identifier)).vanishes();
        broker.connect(connect("bob").resuming().expiry(60)).receivesNothing();
    }

    @Test
    @Spec("MQTT-4.3.3-4")
    void pubrecAgain_isAnsweredWithPubrelAgain() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
        bob.sends(pubrec(identifier)).receives(pubrel(identifier));
        bob.sends(pubrec(identifier)).receives(pubrel(identifier));
        bob.sends(pubcomp(identifier)).receivesNothing();
    }

    @Test
    void aMessageSentWhenAnotherPublisherHasItsPuback_comesAfterThatOnesMessage() {
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        for (int i = 0; i < 10; i++) { // each pair on other loops
            var alice = broker.connect(connect("alice-" + i));
            var carol = broker.connect(connect("carol-" + i));
            alice.sendsWithoutTurn(publish("t", "before").qos1(1).packet());
            while (alice.unheard() == 0 && broker.turn()) {}
            carol.sends(publish("t", "after").qos1(1));
            alice.receives(puback(1));
            carol.receives(puback(1));
            bob.receives(publish("t", "before"));
            bob.receives(publish("t", "after"));
        }
    }

    @Test
    void unacknowledged_isSentAgainInItsOrder() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("#");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("a", "1").qos1())
                .publishes(publish("b", "2").qos2())
                .publishes(publish("a", "3").qos2())
                .publishes(publish("b", "4").qos1());
        int first = bob.receives(publish("a", "1").qos1()).packetIdentifier();
        int second = bob.receives(publish("b", "2").qos2()).packetIdentifier();
        int third = bob.receives(publish("a", "3").qos2()).packetIdentifier();
        int fourth = bob.receives(publish("b", "4").qos1()).packetIdentifier();
        bob.sends(pubrec(third)).receives(pubrel(third));
        bob.vanishes();

        bob = broker.connect(connect("bob").resuming().expiry(60));
        bob.receives(publish("a", "1").qos1(first).asDuplicate());
        bob.receives(publish("b", "2").qos2(second).asDuplicate());
        bob.receives(pubrel(third));
        bob.receives(publish("b", "4").qos1(fourth).asDuplicate());
        bob.receivesNothing();
    }

    @Test
    void acknowledgedOutOfOrder_leavesOnlyTheOthers() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        List<Publish> sent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
            sent.add(bob.receives(publish("t", "m" + i).qos1()));
        }
        bob.acknowledges(sent.get(3)).acknowledges(sent.get(0)).acknowledges(sent.get(4));
        bob.vanishes();
        bob = broker.connect(connect("bob").resuming().expiry(60));
        bob.receives(publish("t", "m1").qos1(sent.get(1).packetIdentifier()).asDuplicate());
        bob.receives(publish("t", "m2").qos1(sent.get(2).packetIdentifier()).asDuplicate());
        bob.receivesNothing();
    }

    @Test
    void onResume_theUnacknowledgedComeBeforeTheQueued() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "one").qos1());
        int first = bob.receives(publish("t", "one").qos1()).packetIdentifier();
        bob.vanishes();
        alice.publishes(publish("t", "two").qos1())
                .publishes(publish("t", "three").qos2());

        bob = broker.connect(connect("bob").resuming().expiry(60));
        alice.publishes(publish("t", "four").qos1());
        bob.acknowledges(bob.receives(publish("t", "one").qos1(first).asDuplicate()));
        bob.acknowledges(bob.receives(publish("t", "two").qos1()));
        var third = bob.receives(publish("t", "three").qos2());
        var fourth = bob.receives(publish("t", "four").qos1());
        bob.acknowledges(third).acknowledges(fourth);
    }

    @Test
    @Spec({"MQTT-2.2.1-4", "MQTT-4.3.2-1", "MQTT-4.3.3-1"})
    void identifiers_ofMessagesInFlight_differ() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        Set<Integer> identifiers = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            alice.publishes(publish("t", "m" + i).qos(QoS.of(1 + i % 2), 0));
            identifiers.add(bob.receivesPublish().packetIdentifier());
        }
        assertThat(identifiers).hasSize(100).doesNotContain(0);
    }

    @Test
    @Spec("MQTT-4.4.0-2")
    void pubackWithAnError_endsTheDeliveryAndIsCounted() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos1());
        int identifier = bob.receives(publish("t", "hi").qos1()).packetIdentifier();
        bob.sends(puback(identifier, ReasonCode.QUOTA_EXCEEDED)).receivesNothing();
        broker.dropped("bob", DropReason.REFUSED_BY_CLIENT, 1);
        bob.vanishes();
        broker.connect(connect("bob").resuming().expiry(60)).receivesNothing();
    }

    @Test
    @Spec("MQTT-4.4.0-2")
    void pubrecWithAnError_endsTheDeliveryAndIsCounted() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
        bob.sends(pubrec(identifier, ReasonCode.NOT_AUTHORIZED)).receivesNothing();
        broker.dropped("bob", DropReason.REFUSED_BY_CLIENT, 1);
        bob.vanishes();
        broker.connect(connect("bob").resuming().expiry(60)).receivesNothing();
    }

    @Test
    void acknowledgementsOfNothing_doNoHarm() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        bob.sends(puback(7)).sends(pubcomp(8));
        bob.sends(pubrec(9)).receives(pubrel(9, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos1());
        bob.acknowledges(bob.receives(publish("t", "hi").qos1()));
    }

    @Test
    void cleanSession_sendsNothingAgain() {
        var bob = broker.connect(connect("bob").v311()).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos1());
        bob.receives(publish("t", "hi").qos1());
        bob.vanishes();
        broker.connect(connect("bob").v311()).subscribes("t").receivesNothing();
    }

    @Tag("long")
    @Test
    @Spec("MQTT-2.2.1-4")
    void identifiers_goOnAfterTheLast_andWaitForOneInUse() {
        int identifiers = 65_535;
        var bob = broker.connect(connect("bob").expiry(60).receiveMaximum(2)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "first").qos1());
        var first = bob.receives(publish("t", "first").qos1());
        for (int i = 1; i < identifiers; i++) {
            alice.sends(publish("t", "x").qos1(1)).receives(puback(1));
            bob.sends(puback(bob.receivesPublish().packetIdentifier()));
        }
        alice.sends(publish("t", "waits").qos1(1)).receives(puback(1));
        bob.receivesNothing();
        bob.acknowledges(first);
        bob.acknowledges(bob.receives(publish("t", "waits").qos1(first.packetIdentifier())));
    }
}
