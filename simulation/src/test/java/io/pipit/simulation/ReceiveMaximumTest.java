package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.pingreq;
import static io.pipit.simulation.Packets.pingresp;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Property;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 4.9: how many QoS 1 and 2 messages may be unacknowledged, in either direction. */
final class ReceiveMaximumTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec({"MQTT-3.3.4-9", "MQTT-4.9.0-2"})
    void server_sendsNoMoreThanTheClientReceives() {
        var bob = broker.connect(connect("bob").receiveMaximum(2)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 5; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        var first = bob.receives(publish("t", "m0").qos1());
        var second = bob.receives(publish("t", "m1").qos1());
        bob.receivesNothing();
        bob.acknowledges(first);
        var third = bob.receives(publish("t", "m2").qos1());
        bob.receivesNothing();
        bob.acknowledges(second).acknowledges(third);
        bob.acknowledges(bob.receives(publish("t", "m3").qos1()));
        bob.acknowledges(bob.receives(publish("t", "m4").qos1()));
    }

    /** On one loop nobody else keeps what was read. */
    @Test
    void messageToItsOwnPublisher_thatWaitsForTheWindow_isWholeWhenItIsSent() {
        var alice = broker.connect(connect("alice").receiveMaximum(1)).subscribes("t");
        alice.publishes(publish("t", "one").qos1())
                .publishes(publish("t", "two").qos1());
        alice.acknowledges(alice.receives(publish("t", "one").qos1()));
        alice.acknowledges(alice.receives(publish("t", "two").qos1()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    @Spec("MQTT-4.9.0-1")
    void firstQuota_isTheReceiveMaximumOfTheConnect(int receiveMaximum) {
        var bob = broker.connect(connect("bob").receiveMaximum(receiveMaximum)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 10; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        for (int i = 0; i < receiveMaximum; i++) {
            bob.receives(publish("t", "m" + i).qos1());
        }
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-4.9.0-2")
    void qos2_holdsItsPlaceUntilPubcomp() {
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "one").qos2())
                .publishes(publish("t", "two").qos2());
        int first = bob.receives(publish("t", "one").qos2()).packetIdentifier();
        bob.sends(pubrec(first)).receives(pubrel(first));
        bob.receivesNothing();
        bob.sends(pubcomp(first));
        bob.acknowledges(bob.receives(publish("t", "two").qos2()));
    }

    @Test
    @Spec("MQTT-3.3.4-9")
    void pubrecWithAnError_givesItsPlaceBack() {
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "one").qos2())
                .publishes(publish("t", "two").qos1());
        int first = bob.receives(publish("t", "one").qos2()).packetIdentifier();
        bob.sends(pubrec(first, ReasonCode.QUOTA_EXCEEDED));
        bob.acknowledges(bob.receives(publish("t", "two").qos1()));
    }

    @Test
    @Spec({"MQTT-3.3.4-9", "MQTT-4.3.3-4"})
    void acknowledgementOfAnotherKind_givesNoPlaceBack() {
        var bob = broker.connect(connect("bob").receiveMaximum(2)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "one").qos1())
                .publishes(publish("t", "two").qos2())
                .publishes(publish("t", "three").qos1());
        int one = bob.receives(publish("t", "one").qos1()).packetIdentifier();
        int two = bob.receives(publish("t", "two").qos2()).packetIdentifier();
        bob.sends(pubcomp(one)).sends(puback(two)).sends(pubcomp(two));
        bob.sends(pubrec(one)).receives(pubrel(one, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        bob.receivesNothing();
        bob.sends(pubrec(two)).receives(pubrel(two));
        bob.sends(puback(two)).receivesNothing();
        bob.sends(pubcomp(two));
        bob.acknowledges(bob.receives(publish("t", "three").qos1()));
        bob.sends(puback(one)).receivesNothing();
    }

    @Test
    void qos0_isNotHeldBack() {
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "one").qos1())
                .publishes(publish("t", "two").qos1())
                .publishes(publish("t", "three"));
        bob.receives(publish("t", "one").qos1());
        bob.receives(publish("t", "three"));
        bob.receivesNothing();
    }

    @Test
    @Spec({"MQTT-3.3.4-10", "MQTT-4.9.0-3"})
    void otherPackets_areNotHeldBack() {
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "one").qos1())
                .publishes(publish("t", "two").qos1());
        bob.receives(publish("t", "one").qos1());
        bob.sends(pingreq()).receives(pingresp());
        bob.subscribes("u").publishes(publish("x", "y").qos2()).unsubscribes("u");
        bob.receivesNothing();
    }

    @Test
    void onResume_theNewReceiveMaximumHolds() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 3; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
            bob.receives(publish("t", "m" + i).qos1());
        }
        bob.vanishes();
        bob = broker.connect(connect("bob").resuming().expiry(60).receiveMaximum(1));
        for (int i = 0; i < 3; i++) {
            var again = bob.receives(publish("t", "m" + i).qos1().asDuplicate());
            bob.receivesNothing();
            bob.acknowledges(again);
        }
        alice.publishes(publish("t", "new").qos1());
        bob.acknowledges(bob.receives(publish("t", "new").qos1()));
    }

    @Test
    void server_announcesItsReceiveMaximum() {
        broker.configured(settings().receiveMaximum(7));
        broker.tries(connect("alice")).receives(connack(Property.RECEIVE_MAXIMUM, 7));
    }

    @Test
    @Spec("MQTT-3.3.4-7")
    void client_thatSendsMoreThanTheServerReceives_isDisconnected() {
        broker.configured(settings().receiveMaximum(2));
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "1").qos2(1)).sends(publish("t", "2").qos2(2)).hearsAll();
        alice.sends(publish("t", "3").qos2(3));
        alice.isClosedAfter(disconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED));
    }

    @Test
    void qos2ThatWasTooMany_mayComeAgainOnTheNextConnection() {
        broker.configured(settings().receiveMaximum(1));
        var alice = broker.connect(connect("alice").expiry(600));
        alice.sends(publish("t", "1").qos2(1)).hearsAll();
        alice.sends(publish("t", "2").qos2(2));
        alice.isClosedAfter(disconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED));
        alice = broker.connect(connect("alice").resuming().expiry(600));
        alice.sends(pubrel(1)).hearsAll();
        alice.sends(publish("t", "2").qos2(2).asDuplicate());
        alice.receives(pubrec(2, ReasonCode.NO_MATCHING_SUBSCRIBERS));
    }

    @Test
    void qos1ThatWaitsForTheStorage_counts() {
        broker.configured(settings().receiveMaximum(2));
        broker.connect(connect("bob").expiry(60)).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "1").qos1(1)).sends(publish("t", "2").qos1(2)).receivesNothing();
        alice.sends(publish("t", "3").qos1(3));
        alice.isClosedAfter(disconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED));
        broker.storage().releaseCommits();
        broker.runUntilIdle();
    }

    @Test
    void client_thatStaysWithin_isServedForEver() {
        broker.configured(settings().receiveMaximum(2));
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 50; i++) {
            alice.publishes(publish("t", "x").qos2())
                    .publishes(publish("t", "x").qos1());
        }
        alice.sends(publish("t", "1").qos2(1)).sends(publish("t", "2").qos2(2)).hearsAll();
        alice.sends(publish("t", "2").qos2(2).asDuplicate()).hearsAll();
        alice.sends(pubrel(1)).receives(pubcomp(1));
        alice.sends(publish("t", "3").qos2(3)).hearsAll();
        alice.isOpen();
    }

    @Test
    void client311_whichKnowsNoReceiveMaximum_isNotDisconnected() {
        broker.configured(settings().receiveMaximum(2));
        var alice = broker.connect(connect("alice").v311());
        for (int i = 1; i <= 5; i++) {
            alice.sends(publish("t", "x").qos2(i)).receives(pubrec(i));
        }
        alice.isOpen();
    }

    @Test
    @Spec("MQTT-4.9.0-1")
    void pubrecWithAnErrorToTheClient_givesItsPlaceBack() {
        broker.configured(settings().receiveMaximum(1));
        broker.access().denyPublish("secret");
        var alice = broker.connect(connect("alice"));
        for (int i = 1; i <= 3; i++) {
            alice.sends(publish("secret", "x").qos2(i)).receives(pubrec(i, ReasonCode.NOT_AUTHORIZED));
        }
        alice.sends(publish("secret", "x").qos1(4)).receives(puback(4, ReasonCode.NOT_AUTHORIZED));
        alice.sends(publish("open", "x").qos2(5)).receives(pubrec(5, ReasonCode.NO_MATCHING_SUBSCRIBERS));
        alice.sends(publish("open", "x").qos1(6));
        alice.isClosedAfter(disconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED));
    }

    @Test
    void client311_isNotReadWhileSoManyOfItsMessagesWaitForTheStorage() {
        broker.configured(settings().receiveMaximum(2));
        broker.connect(connect("bob").expiry(60)).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice").v311());
        broker.storage().holdCommits();
        alice.sends(publish("t", "1").qos1(1));
        assertThat(alice.network().isPaused()).isFalse();
        alice.sends(publish("t", "2").qos1(2));
        assertThat(alice.network().isPaused()).isTrue();
        broker.storage().releaseOneCommit();
        broker.runUntilIdle();
        alice.receives(puback(1));
        assertThat(alice.network().isPaused()).isFalse();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(puback(2));
    }
}
