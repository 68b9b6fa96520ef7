package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.Packets.suback;
import static io.pipit.simulation.Packets.subscribe;

import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** MQTT 3.1, where it differs, and mosquitto's bridges, which have a bit of their own. */
final class VersionThreeOneTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    void emptyClientIdentifier_isRefused() {
        broker.tries(connect("").v31()).isClosedAfter(connack(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID));
        broker.tries(connect("").v31().resuming()).isClosedAfter(connack(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID));
    }

    @Test
    void longClientIdentifier_isAccepted() {
        broker.connect(connect("a".repeat(200)).v31());
    }

    @Test
    void connack_saysNothingOfASession() {
        broker.connect(connect("alice").v31().resuming()).subscribes("t", 1).disconnects();
        var alice = broker.tries(connect("alice").v31().resuming());
        alice.receives(connack());
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1());
        alice.acknowledges(alice.receives(publish("t", "hi").qos1()));
    }

    @Test
    void deniedFilter_isAnsweredWithItsQoSButNotSubscribed() {
        broker.access().denySubscribe("secret");
        var alice = broker.connect(connect("alice").v31());
        alice.sends(subscribe(1, "secret").qos(1).and("open").qos(2))
                .receives(suback(1, ReasonCode.GRANTED_QOS_1, ReasonCode.GRANTED_QOS_2));
        var bob = broker.connect(connect("bob"));
        bob.publishes(publish("secret", "no")).publishes(publish("open", "yes"));
        alice.receives(publish("open", "yes"));
        alice.receivesNothing();
    }

    @Test
    void session_isQueuedFor() {
        broker.connect(connect("alice").v31().resuming()).subscribes("t", 2).vanishes();
        broker.connect(connect("bob").v31()).publishes(publish("t", "hi").qos2());
        var alice = broker.connect(connect("alice").v31().resuming());
        alice.acknowledges(alice.receives(publish("t", "hi").qos2()));
    }

    @Test
    void unacknowledged_isSentAgainWithDup() {
        var alice = broker.connect(connect("alice").v31().resuming()).subscribes("t", 2);
        broker.connect(connect("bob").v31()).publishes(publish("t", "hi").qos2());
        int identifier = alice.receives(publish("t", "hi").qos2()).packetIdentifier();
        alice.sends(pubrec(identifier)).receives(pubrel(identifier));
        alice.vanishes();
        alice = broker.connect(connect("alice").v31().resuming());
        alice.receives(pubrel(identifier));
        alice.sends(pubcomp(identifier)).receivesNothing();
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"MQTT_3_1", "MQTT_3_1_1"})
    void bridge_hearsNoneOfItsOwnMessagesAndRetainAsPublished(ProtocolVersion version) {
        var bridge =
                broker.connect(connect("bridge").version(version).asBridge()).subscribes("#", 1);
        bridge.publishes(publish("t", "mine"));
        bridge.receivesNothing();
        var bob = broker.connect(connect("bob"));
        bob.publishes(publish("t", "kept").retained()).publishes(publish("t", "passing"));
        bridge.receives(publish("t", "kept").retained());
        bridge.receives(publish("t", "passing"));
    }
}
