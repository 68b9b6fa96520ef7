package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.Message;
import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicName;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Section 3.3 and 4.3: what a client publishes is accepted once, acknowledged, and reaches who subscribed. */
final class PublishTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec({"MQTT-4.3.1-1", "MQTT-3.3.1-2"})
    void qos0_isDeliveredAndNotAcknowledged() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "hi")).receivesNothing();
        bob.receives(publish("t", "hi"));
    }

    @Test
    @Spec({"MQTT-4.3.2-4", "MQTT-2.2.1-5", "MQTT-3.3.4-1"})
    void qos1_isAcknowledgedWithItsPacketIdentifier() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "hi").qos1(77)).receives(puback(77));
        bob.acknowledges(bob.receives(publish("t", "hi").qos1()));
    }

    @Test
    @Spec({"MQTT-4.3.3-8", "MQTT-4.3.3-11", "MQTT-3.3.4-1"})
    void qos2_isReceivedAndCompleted() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "hi").qos2(77)).receives(pubrec(77));
        alice.sends(pubrel(77)).receives(pubcomp(77));
        bob.acknowledges(bob.receives(publish("t", "hi").qos2()));
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void everyQoS_inAnyVersion_isDelivered(ProtocolVersion version) {
        var bob = broker.connect(connect("bob").version(version)).subscribes("t");
        var alice = broker.connect(connect("alice").version(version));
        alice.publishes(publish("t", "zero"));
        bob.receives(publish("t", "zero"));
        alice.publishes(publish("t", "one").qos1());
        bob.acknowledges(bob.receives(publish("t", "one").qos1()));
        alice.publishes(publish("t", "two").qos2());
        bob.acknowledges(bob.receives(publish("t", "two").qos2()));
    }

    @Test
    void withoutSubscribers_isAcknowledged() {
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "one").qos1())
                .publishes(publish("t", "two").qos2());
        alice.receivesNothing();
    }

    @Test
    @Spec("MQTT-4.3.2-5")
    void qos1AfterItsPuback_isANewMessageDespiteDup() {
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "hi").qos1(1)).receives(puback(1));
        alice.sends(publish("t", "hi").qos1(1).asDuplicate()).receives(puback(1));
        bob.receives(publish("t", "hi"));
        bob.receives(publish("t", "hi"));
    }

    @Test
    @Spec("MQTT-4.3.3-10")
    void qos2BeforeItsPubrel_isADuplicate() {
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "hi").qos2(1)).receives(pubrec(1));
        alice.sends(publish("t", "hi").qos2(1).asDuplicate()).receives(pubrec(1));
        alice.sends(publish("t", "hi").qos2(1)).receives(pubrec(1));
        bob.receives(publish("t", "hi"));
        bob.receivesNothing();
        alice.sends(pubrel(1)).receives(pubcomp(1));
    }

    @Test
    @Spec("MQTT-4.3.3-12")
    void qos2AfterItsPubcomp_isANewMessage() {
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "hi").qos2(1)).publishes(publish("t", "hi").qos2(1));
        bob.receives(publish("t", "hi"));
        bob.receives(publish("t", "hi"));
    }

    @Test
    @Spec("MQTT-4.3.3-9")
    void qos2AfterARefusal_isANewMessage() {
        broker.access().denyPublish("secret");
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("secret", "no").qos2(1)).receives(pubrec(1, ReasonCode.NOT_AUTHORIZED));
        alice.publishes(publish("t", "yes").qos2(1));
        bob.receives(publish("t", "yes"));
    }

    @Test
    @Spec({"MQTT-4.3.3-10", "MQTT-4.4.0-1"})
    void qos2Again_onTheNextConnection_isADuplicate() {
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        var alice = broker.connect(connect("alice").expiry(60));
        alice.sends(publish("t", "hi").qos2(1)).receives(pubrec(1));
        alice.vanishes();
        alice = broker.connect(connect("alice").resuming().expiry(60));
        alice.sends(publish("t", "hi").qos2(1).asDuplicate()).receives(pubrec(1));
        alice.sends(pubrel(1)).receives(pubcomp(1));
        bob.receives(publish("t", "hi"));
        bob.receivesNothing();
    }

    @Test
    void qos2Again_afterACleanStart_isANewMessage() {
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        var alice = broker.connect(connect("alice").expiry(60));
        alice.sends(publish("t", "hi").qos2(1)).receives(pubrec(1));
        alice.vanishes();
        broker.connect(connect("alice").expiry(60)).publishes(publish("t", "hi").qos2(1));
        bob.receives(publish("t", "hi"));
        bob.receives(publish("t", "hi"));
    }

    @Test
    @Spec("MQTT-4.3.3-11")
    void pubrelOfAnUnknownIdentifier_isAnswered() {
        var alice = broker.connect(connect("alice"));
        alice.sends(pubrel(9)).receives(pubcomp(9, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        var bob = broker.connect(connect("bob").v311());
        bob.sends(pubrel(9)).receives(pubcomp(9));
    }

    @Test
    @Spec("MQTT-4.3.3-11")
    void pubrelAgain_isAnsweredAgain() {
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "hi").qos2(1)).hearsAll();
        alice.sends(pubrel(1)).receives(pubcomp(1));
        alice.sends(pubrel(1)).receives(pubcomp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
    }

    @Test
    @Spec("MQTT-4.3.3-11")
    void pubrelAgain_inAStoredSession_isAnsweredAgain() {
        var alice = broker.connect(connect("alice").expiry(60));
        alice.sends(publish("t", "hi").qos2(1)).hearsAll();
        alice.sends(pubrel(1)).receives(pubcomp(1));
        assertThat(broker.census().holdings().receivedIdentifiers()).isZero();
        alice.sends(pubrel(1)).receives(pubcomp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
    }

    @Test
    @Spec("MQTT-3.3.1-3")
    void dup_isNotForwarded() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "hi").qos1(1).asDuplicate()).receives(puback(1));
        bob.acknowledges(bob.receives(publish("t", "hi").qos1()));
    }

    @Test
    void acknowledgements_keepTheOrderOfTheirMessages() {
        broker.connect(connect("bob")).subscribes("#", 0).mayLeaveUnheard();
        var alice = broker.connect(connect("alice"));
        alice.sendsTogether(
                publish("a", "1").qos1(5).packet(),
                publish("b", "2").qos2(3).packet(),
                publish("c", "3").qos1(9).packet());
        alice.receives(puback(5));
        alice.receives(pubrec(3));
        alice.receives(puback(9));
    }

    @Test
    @Spec({"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
    void manyMessages_keepTheirOrder() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        var packets = IntStream.range(1, 200)
                .mapToObj(i -> publish("t", "m" + i).qos1(i).packet())
                .toArray(Packet[]::new);
        alice.sendsTogether(packets);
        for (int i = 1; i < 200; i++) {
            alice.receives(puback(i));
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
        }
    }

    @Test
    void deniedTopic_isRefusedAndCounted() {
        broker.access().denyPublish("secret");
        var bob = broker.connect(connect("bob")).subscribes("#");
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("secret", "no").qos1(1)).receives(puback(1, ReasonCode.NOT_AUTHORIZED));
        alice.sends(publish("secret", "no").qos2(2)).receives(pubrec(2, ReasonCode.NOT_AUTHORIZED));
        alice.sends(publish("secret", "no")).receivesNothing();
        bob.receivesNothing();
        broker.dropped("alice", DropReason.NOT_AUTHORIZED, 3);
    }

    @Test
    @Spec("3.1.1:MQTT-3.3.5-2")
    void deniedTopic_in311_isAcknowledgedOrClosedButNotDelivered() {
        broker.access().denyPublish("secret");
        var bob = broker.connect(connect("bob")).subscribes("#");
        var alice = broker.connect(connect("alice").v311());
        alice.sends(publish("secret", "no").qos1(1));
        if (alice.unheard() > 0) {
            alice.receives(puback(1));
        } else {
            alice.isClosed();
        }
        bob.receivesNothing();
        broker.dropped("alice", DropReason.NOT_AUTHORIZED, 1);
    }

    @Test
    @Spec("MQTT-3.3.4-6")
    void subscriptionIdentifierFromAClient_isAProtocolError() {
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "hi").identifier(1));
        alice.isClosedAfter(disconnect(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    @Spec({"MQTT-3.3.2-4", "MQTT-3.3.2-15", "MQTT-3.3.2-20"})
    void formatContentTypeAndResponseTopic_areForwardedUnaltered() {
        var rich = publish("t", "hi")
                .with(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                .with(Property.CONTENT_TYPE, "text/plain")
                .with(Property.RESPONSE_TOPIC, "answer/here");
        var bob = broker.connect(connect("bob")).subscribes("t");
        broker.connect(connect("alice")).publishes(rich);
        bob.receives(rich);
    }

    @Test
    @Spec({"MQTT-3.3.2-16", "MQTT-3.3.2-17", "MQTT-3.3.2-18"})
    void correlationDataAndUserProperties_areForwardedUnalteredAndInOrder() {
        var rich = publish("t", "hi")
                .with(Property.CORRELATION_DATA, Payload.of(new byte[] {0, 1, (byte) 0xFF}))
                .userProperty("z", "1")
                .userProperty("a", "2")
                .userProperty("z", "1")
                .userProperty("", "");
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(rich.qos1());
        bob.acknowledges(bob.receives(rich.qos1()));
        bob.vanishes();
        alice.publishes(rich.qos2());
        bob = broker.connect(connect("bob").resuming().expiry(60));
        bob.acknowledges(bob.receives(rich.qos2()));
    }

    @Test
    void properties_areLeftOutFor311() {
        var bob = broker.connect(connect("bob").v311()).subscribes("t");
        broker.connect(connect("alice"))
                .publishes(publish("t", "hi").userProperty("a", "b").expiry(60));
        bob.receives(publish("t", "hi"));
    }

    @Test
    void emptyPayload_isDelivered() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", ""));
        bob.receives(publish("t", ""));
    }

    @Test
    void largePayload_isDeliveredToManyAndQueuedForOthers() {
        Payload large = Payload.of("x".repeat(200_000));
        broker.connect(connect("carol").expiry(60)).subscribes("t").vanishes();
        var bob = broker.connect(connect("bob")).subscribes("t");
        var dave = broker.connect(connect("dave")).subscribes("#");
        broker.connect(connect("alice")).publishes(publish("t", large).qos1());
        bob.acknowledges(bob.receives(publish("t", large).qos1()));
        dave.acknowledges(dave.receives(publish("t", large).qos1()));
        var carol = broker.connect(connect("carol").resuming().expiry(60));
        carol.acknowledges(carol.receives(publish("t", large).qos1()));
    }

    @Test
    void publisherThatIsGone_hasItsMessageDelivered() {
        broker.connect(connect("bob").expiry(60)).subscribes("t").vanishes();
        broker.storage().holdCommits();
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "hi").qos1(1)).vanishes();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        var bob = broker.connect(connect("bob").resuming().expiry(60));
        bob.acknowledges(bob.receives(publish("t", "hi").qos1()));
    }

    @Test
    void broker_publishesItsOwnMessages() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        broker.publishes(new Message(
                TopicName.of("t"),
                Payload.of("from the program"),
                QoS.AT_LEAST_ONCE,
                false,
                Properties.NONE,
                Message.NEVER,
                null));
        bob.acknowledges(bob.receives(publish("t", "from the program").qos1()));
    }

    @Test
    @Spec("MQTT-3.3.2-3")
    void topic_isThatOfTheMessageNotOfTheFilter() {
        var bob = broker.connect(connect("bob")).subscribes("a/+/#");
        broker.connect(connect("alice")).publishes(publish("a/b/c/d", "hi"));
        bob.receives(publish("a/b/c/d", "hi"));
    }
}
