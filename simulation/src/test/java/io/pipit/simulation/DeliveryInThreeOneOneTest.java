package io.pipit.simulation;

import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.SettingsDraft.settings;
import static io.pipit.simulation.ThreeOneOne.clean;
import static io.pipit.simulation.ThreeOneOne.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Section 4.1 to 4.5 of MQTT 3.1.1 towards the subscriber: sessions, and what is sent again on a new connection. */
final class DeliveryInThreeOneOneTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec({"3.1.1:MQTT-4.3.2-1", "3.1.1:MQTT-3.3.1-1", "3.1.1:MQTT-4.4.0-1"})
    void qos1_unacknowledged_isSentAgainWithDupAndItsIdentifier() {
        var bob = broker.connect(stored("bob")).subscribes("t");
        broker.connect(clean("alice")).publishes(publish("t", "hi").qos1());
        int identifier = bob.receives(publish("t", "hi").qos1()).packetIdentifier();
        for (int i = 0; i < 3; i++) {
            bob.vanishes();
            bob = broker.connect(stored("bob"));
            bob.receives(publish("t", "hi").qos1(identifier).asDuplicate());
        }
        bob.sends(puback(identifier)).vanishes();
        broker.connect(stored("bob")).receivesNothing();
    }

    @Test
    @Spec({"3.1.1:MQTT-4.3.3-1", "3.1.1:MQTT-3.3.1-1", "3.1.1:MQTT-4.4.0-1"})
    void qos2_withoutPubrec_isSentAgainWithDupAndItsIdentifier() {
        var bob = broker.connect(stored("bob")).subscribes("t");
        broker.connect(clean("alice")).publishes(publish("t", "hi").qos2());
        int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
        for (int i = 0; i < 3; i++) {
            bob.vanishes();
            bob = broker.connect(stored("bob"));
            bob.receives(publish("t", "hi").qos2(identifier).asDuplicate());
        }
        bob.sends(pubrec(identifier)).receives(pubrel(identifier));
    }

    @Test
    @Spec({"3.1.1:MQTT-4.3.3-1", "3.1.1:MQTT-4.4.0-1", "3.1.1:MQTT-2.3.1-6"})
    void qos2_withPubrec_hasItsPubrelSentAgainAndNeverThePublish() {
        var bob = broker.connect(stored("bob")).subscribes("t");
        broker.connect(clean("alice")).publishes(publish("t", "hi").qos2());
        int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
        bob.sends(pubrec(identifier)).receives(pubrel(identifier));
        for (int i = 0; i < 3; i++) {
            bob.vanishes();
            bob = broker.connect(stored("bob"));
            bob.receives(pubrel(identifier));
            bob.receivesNothing();
        }
        bob.sends(pubcomp(identifier)).vanishes();
        broker.connect(stored("bob")).receivesNothing();
    }

    @Test
    @Spec({"3.1.1:MQTT-4.3.2-1", "3.1.1:MQTT-4.3.3-1", "3.1.1:MQTT-2.3.1-1"})
    void identifiers_ofMessagesInFlight_differAndAreNot0() {
        var bob = broker.connect(clean("bob")).subscribes("t");
        var alice = broker.connect(clean("alice"));
        Set<Integer> identifiers = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            QoS qos = QoS.of(1 + i % 2);
            alice.publishes(publish("t", "m" + i).qos(qos, 0));
            identifiers.add(bob.receives(publish("t", "m" + i).qos(qos, 0)).packetIdentifier());
        }
        assertThat(identifiers).hasSize(500).doesNotContain(0);
    }

    @Test
    @Spec("3.1.1:MQTT-2.3.1-4")
    void identifier_isKeptWhenSentAgainAndNotReusedUntilItsPubcomp() {
        int identifiers = 65_535;
        var bob = broker.connect(stored("bob")).subscribes("t");
        var alice = broker.connect(clean("alice"));
        alice.publishes(publish("t", "first").qos2());
        int first = bob.receives(publish("t", "first").qos2()).packetIdentifier();
        bob.vanishes();
        bob = broker.connect(stored("bob"));
        bob.receives(publish("t", "first").qos2(first).asDuplicate());
        bob.sends(pubrec(first)).receives(pubrel(first));
        for (int i = 1; i < identifiers; i++) {
            alice.sends(publish("t", "x").qos1(1)).receives(puback(1));
            int next = bob.receivesPublish().packetIdentifier();
            assertThat(next).isNotEqualTo(first);
            bob.sends(puback(next));
        }
        alice.sends(publish("t", "waits").qos1(1)).receives(puback(1));
        bob.receivesNothing();
        bob.sends(pubcomp(first)).receives(publish("t", "waits").qos1(first));
    }

    @Test
    @Spec("3.1.1:MQTT-4.3.2-1")
    void qos1_isNotSentAgainOnTheSameConnection() {
        var bob = broker.connect(stored("bob")).subscribes("t");
        broker.connect(clean("alice")).publishes(publish("t", "hi").qos1());
        bob.receives(publish("t", "hi").qos1());
        broker.advance(Duration.ofHours(2));
        bob.receivesNothing();
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.2-5", "3.1.1:MQTT-4.1.0-1", "3.1.1:MQTT-4.5.0-1"})
    void offlineSession_receivesWhatCameAtQos1And2() {
        broker.connect(stored("bob")).subscribes("a/+").subscribes("b", 1).vanishes();
        broker.connect(stored("carol")).subscribes("#", 1).disconnects();
        var dave = broker.connect(clean("dave")).subscribes("a/b", 0);
        broker.connect(clean("alice"))
                .publishes(publish("a/b", "one").qos1())
                .publishes(publish("a/b", "two").qos2())
                .publishes(publish("b", "three").qos2());
        dave.receives(publish("a/b", "one"));
        dave.receives(publish("a/b", "two"));
        var bob = broker.connect(stored("bob"));
        bob.receives(publish("a/b", "one").qos1());
        bob.receives(publish("a/b", "two").qos2());
        bob.receives(publish("b", "three").qos1());
        var carol = broker.connect(stored("carol"));
        carol.receives(publish("a/b", "one").qos1());
        carol.receives(publish("a/b", "two").qos1());
        carol.receives(publish("b", "three").qos1());
    }

    @Test
    @Spec("3.1.1:MQTT-4.1.0-1")
    void session_keepsSubscriptionsAndWhatIsUnderWay() {
        var bob = broker.connect(stored("bob")).subscribes("t");
        var alice = broker.connect(clean("alice"));
        alice.publishes(publish("t", "one").qos1())
                .publishes(publish("t", "two").qos2());
        int first = bob.receives(publish("t", "one").qos1()).packetIdentifier();
        int second = bob.receives(publish("t", "two").qos2()).packetIdentifier();
        bob.sends(pubrec(second)).receives(pubrel(second));
        bob.sends(publish("other", "mine").qos2(5)).receives(pubrec(5));
        bob.vanishes();
        broker.advance(Duration.ofHours(2));
        bob = broker.connect(stored("bob"));
        bob.receives(publish("t", "one").qos1(first).asDuplicate());
        bob.receives(pubrel(second));
        bob.sends(publish("other", "mine").qos2(5).asDuplicate()).receives(pubrec(5));
        alice.publishes(publish("t", "three"));
        bob.receives(publish("t", "three"));
    }

    @Test
    @Spec("3.1.1:MQTT-4.1.0-2")
    void session_lastsAsLongAsItsConnection() {
        broker.configured(settings().sessionExpiry(Duration.ofHours(1), Duration.ZERO));
        var bob = broker.connect(clean("bob")).subscribes("t", 1);
        var carol = broker.connect(stored("carol")).subscribes("t", 1);
        var alice = broker.connect(clean("alice"));
        broker.advance(Duration.ofHours(12));
        alice.publishes(publish("t", "hi").qos1());
        bob.acknowledges(bob.receives(publish("t", "hi").qos1()));
        carol.acknowledges(carol.receives(publish("t", "hi").qos1()));
    }
}
