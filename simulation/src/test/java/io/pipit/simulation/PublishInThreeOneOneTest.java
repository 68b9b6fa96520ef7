package io.pipit.simulation;

import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.ThreeOneOne.clean;
import static io.pipit.simulation.ThreeOneOne.stored;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 3.3 and 4.3 of MQTT 3.1.1: what a client publishes is accepted once, and acknowledged. */
final class PublishInThreeOneOneTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec({"3.1.1:MQTT-3.3.4-1", "3.1.1:MQTT-4.3.1-1", "3.1.1:MQTT-2.3.1-5"})
    void qos0_isDeliveredWithoutPacketIdentifierAndNotAcknowledged() {
        var bob = broker.connect(clean("bob")).subscribes("t");
        var alice = broker.connect(clean("alice"));
        alice.sendsHex("30 05 0001 't' 'hi'").receivesNothing();
        bob.receives(publish("t", "hi"));
    }

    @Test
    @Spec({"3.1.1:MQTT-3.3.4-1", "3.1.1:MQTT-2.3.1-6", "3.1.1:MQTT-4.3.2-2"})
    void qos1_isAcknowledgedWithItsPacketIdentifier() {
        var bob = broker.connect(clean("bob")).subscribes("t");
        var alice = broker.connect(clean("alice"));
        alice.sends(publish("t", "hi").qos1(4711)).receives(puback(4711));
        bob.acknowledges(bob.receives(publish("t", "hi").qos1()));
        alice.receivesNothing();
    }

    @Test
    @Spec({"3.1.1:MQTT-3.3.4-1", "3.1.1:MQTT-2.3.1-6", "3.1.1:MQTT-4.3.3-2"})
    void qos2_isReceivedAndCompletedWithItsPacketIdentifier() {
        var bob = broker.connect(clean("bob")).subscribes("t");
        var alice = broker.connect(clean("alice"));
        alice.sends(publish("t", "hi").qos2(4711)).receives(pubrec(4711));
        alice.sends(pubrel(4711)).receives(pubcomp(4711));
        bob.acknowledges(bob.receives(publish("t", "hi").qos2()));
        alice.receivesNothing();
    }

    @Test
    @Spec("3.1.1:MQTT-4.3.2-2")
    void qos1AfterItsPuback_isANewMessageDespiteDup() {
        var bob = broker.connect(clean("bob")).subscribes("t", 0);
        var alice = broker.connect(clean("alice"));
        alice.sends(publish("t", "one").qos1(1)).receives(puback(1));
        alice.sends(publish("t", "one").qos1(1).asDuplicate()).receives(puback(1));
        alice.sends(publish("t", "two").qos1(1)).receives(puback(1));
        bob.receives(publish("t", "one"));
        bob.receives(publish("t", "one"));
        bob.receives(publish("t", "two"));
    }

    @Test
    @Spec("3.1.1:MQTT-4.3.3-2")
    void qos2BeforeItsPubrel_isADuplicateAndAfterItsPubcompANewMessage() {
        var bob = broker.connect(clean("bob")).subscribes("t", 0);
        var alice = broker.connect(clean("alice"));
        alice.sends(publish("t", "one").qos2(1)).receives(pubrec(1));
        alice.sends(publish("t", "one").qos2(1).asDuplicate()).receives(pubrec(1));
        alice.sends(publish("t", "one").qos2(1)).receives(pubrec(1));
        bob.receives(publish("t", "one"));
        bob.receivesNothing();
        alice.sends(pubrel(1)).receives(pubcomp(1));
        alice.sends(publish("t", "two").qos2(1).asDuplicate()).receives(pubrec(1));
        bob.receives(publish("t", "two"));
    }

    @Test
    @Spec({"3.1.1:MQTT-4.3.3-2", "3.1.1:MQTT-4.1.0-1"})
    void qos2Again_onTheNextConnection_isADuplicate() {
        var bob = broker.connect(clean("bob")).subscribes("t", 0);
        var alice = broker.connect(stored("alice"));
        alice.sends(publish("t", "hi").qos2(1)).receives(pubrec(1));
        alice.vanishes();
        alice = broker.connect(stored("alice"));
        alice.sends(publish("t", "hi").qos2(1).asDuplicate()).receives(pubrec(1));
        alice.sends(pubrel(1)).receives(pubcomp(1));
        bob.receives(publish("t", "hi"));
        bob.receivesNothing();
    }

    @Test
    @Spec("3.1.1:MQTT-4.3.3-2")
    void pubrelAgain_isAnsweredAgain() {
        var alice = broker.connect(clean("alice"));
        alice.sends(publish("t", "hi").qos2(7)).receives(pubrec(7));
        alice.sends(pubrel(7)).receives(pubcomp(7));
        alice.sends(pubrel(7)).receives(pubcomp(7));
    }

    @Test
    @Spec("3.1.1:MQTT-3.3.5-2")
    void qos2ThatMayNotBePublished_isAcknowledgedToItsEndAndDeliveredToNobody() {
        broker.access().denyPublish("secret");
        var bob = broker.connect(clean("bob")).subscribes("#");
        var alice = broker.connect(clean("alice"));
        alice.sends(publish("secret", "hi").qos2(1)).receives(pubrec(1));
        alice.sends(publish("secret", "hi").qos2(1).asDuplicate()).receives(pubrec(1));
        broker.dropped("alice", DropReason.NOT_AUTHORIZED, 1);
        alice.sends(pubrel(1)).receives(pubcomp(1));
        alice.sends(publish("open", "ho").qos2(1)).receives(pubrec(1));
        bob.acknowledges(bob.receives(publish("open", "ho").qos2()));
        bob.receivesNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Spec("3.1.1:MQTT-3.3.1-3")
    void dup_isNotPropagated(int qos) {
        var bob = broker.connect(clean("bob")).subscribes("t");
        var carol = broker.connect(clean("carol")).subscribes("t", 0);
        var alice = broker.connect(clean("alice"));
        alice.publishes(publish("t", "hi").qos(QoS.of(qos), 9).asDuplicate());
        bob.receives(publish("t", "hi").qos(QoS.of(qos), 0));
        carol.receives(publish("t", "hi"));
    }

    @Test
    @Spec("3.1.1:MQTT-3.3.1-2")
    void qos0_hasNoDup_whateverItWasPublishedWith() {
        var bob = broker.connect(clean("bob")).subscribes("t", 0);
        broker.connect(clean("alice"))
                .publishes(publish("t", "one").qos1(1).asDuplicate())
                .publishes(publish("t", "two").qos2(2).asDuplicate());
        bob.receives(publish("t", "one"));
        bob.receives(publish("t", "two"));
    }

    @Test
    @Spec({"3.1.1:MQTT-3.3.2-1", "3.1.1:MQTT-3.3.2-3"})
    void topic_isThatOfTheMessageNotOfTheFilter() {
        var bob = broker.connect(clean("bob")).subscribes("\u00E4/+/#");
        broker.connect(clean("alice")).publishes(publish("\u00E4/\u732B/c/d", "hi"));
        bob.receives(publish("\u00E4/\u732B/c/d", "hi"));
    }

    @Test
    @Spec({"3.1.1:MQTT-4.6.0-5", "3.1.1:MQTT-4.6.0-6"})
    void manyMessages_keepTheirOrderForEachSubscriberAndTheirAcknowledgements() {
        var bob = broker.connect(clean("bob")).subscribes("t");
        var carol = broker.connect(clean("carol")).subscribes("#", 0);
        var alice = broker.connect(clean("alice"));
        alice.sendsTogether(IntStream.range(1, 200)
                .mapToObj(i -> publish("t", "m" + i).qos(QoS.of(1 + i / 100), i).packet())
                .toArray(Packet[]::new));
        for (int i = 1; i < 200; i++) {
            QoS qos = QoS.of(1 + i / 100);
            alice.receives(qos == QoS.AT_LEAST_ONCE ? puback(i) : pubrec(i));
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos(qos, 0)));
            carol.receives(publish("t", "m" + i));
        }
    }

    @Test
    @Spec("3.1.1:MQTT-4.6.0-6")
    void messages_resent_keepTheirOrder() {
        var bob = broker.connect(stored("bob")).subscribes("t");
        var alice = broker.connect(clean("alice"));
        for (int i = 0; i < 40; i++) {
            alice.publishes(publish("t", "m" + i).qos(QoS.of(1 + i % 2), 0));
            bob.receives(publish("t", "m" + i).qos(QoS.of(1 + i % 2), 0));
        }
        bob.vanishes();
        alice.publishes(publish("t", "last").qos1());
        bob = broker.connect(stored("bob"));
        for (int i = 0; i < 40; i++) {
            bob.receives(publish("t", "m" + i).qos(QoS.of(1 + i % 2), 0).asDuplicate());
        }
        bob.receives(publish("t", "last").qos1());
    }

    @Test
    @Spec("3.1.1:MQTT-4.6.0-6")
    void pubrels_keepTheOrderOfTheirPubrecs() {
        var bob = broker.connect(clean("bob")).subscribes("t");
        var alice = broker.connect(clean("alice"));
        int[] identifiers = new int[5];
        for (int i = 0; i < identifiers.length; i++) {
            alice.publishes(publish("t", "m" + i).qos2());
            identifiers[i] = bob.receives(publish("t", "m" + i).qos2()).packetIdentifier();
        }
        bob.sendsTogether(IntStream.of(identifiers).mapToObj(Packets::pubrec).toArray(Packet[]::new));
        for (int identifier : identifiers) {
            bob.receives(pubrel(identifier));
        }
    }
}
