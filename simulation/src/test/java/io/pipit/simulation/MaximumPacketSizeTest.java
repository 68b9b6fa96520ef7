package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Section 3.1.2.11.4 and 3.2.2.3.6: what is too large is neither taken nor sent. */
final class MaximumPacketSizeTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    void server_announcesItsMaximum() {
        broker.tries(connect("alice")).receives(connack(Property.MAXIMUM_PACKET_SIZE, 1L << 20));
    }

    @Test
    @Spec("MQTT-3.2.2-15")
    void packetAboveTheServersMaximum_isDisconnected() {
        broker.configured(settings().maximumPacketSize(2_000));
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "x".repeat(1_900)));
        bob.receivesPublish();
        alice.sends(publish("t", "x".repeat(2_100)));
        alice.isClosedAfter(disconnect(ReasonCode.PACKET_TOO_LARGE));
        bob.receivesNothing();
    }

    @Test
    void packetAboveTheServersMaximum_in311_isClosed() {
        broker.configured(settings().maximumPacketSize(2_000));
        var alice = broker.connect(connect("alice").v311());
        alice.sends(publish("t", "x".repeat(2_100)));
        alice.isClosed();
    }

    @Test
    @Spec("MQTT-3.2.2-19")
    void refusalAboveTheClientsMaximum_comesWithoutItsReasonString() {
        broker.configured(settings().connections(1));
        broker.connect(connect("alice"));
        var bob = broker.tries(connect("bob").maximumPacketSize(10));
        assertThat(bob.receivesConnack()).isEqualTo(new ConnAck(false, ReasonCode.QUOTA_EXCEEDED, Properties.NONE));
        bob.isClosed();
    }

    @Test
    @Spec({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    void messageAboveTheClientsMaximum_isCompletedForItAndCounted() {
        var bob = broker.connect(
                        connect("bob").expiry(60).maximumPacketSize(100).receiveMaximum(1))
                .subscribes("t");
        var carol = broker.connect(connect("carol")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        for (int qos = 0; qos <= 2; qos++) {
            alice.publishes(publish("t", "x".repeat(200)).qos(QoS.of(qos), 0));
            carol.receivesPublish();
        }
        alice.publishes(publish("t", "small").qos1());
        bob.acknowledges(bob.receives(publish("t", "small").qos1()));
        broker.dropped("bob", DropReason.PACKET_TOO_LARGE, 3);
        carol.acknowledges(carol.receives(publish("t", "small").qos1()));
        bob.vanishes();
        broker.connect(connect("bob").resuming().expiry(60)).receivesNothing();
    }

    @Test
    @Spec("MQTT-3.1.2-25")
    void messageThatHasBecomeTooLarge_isCompletedAndCounted() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "x".repeat(200)).qos1());
        bob.receivesPublish();
        bob.vanishes();
        alice.publishes(publish("t", "y".repeat(200)).qos2())
                .publishes(publish("t", "small").qos1());

        bob = broker.connect(connect("bob").resuming().expiry(60).maximumPacketSize(100));
        bob.acknowledges(bob.receives(publish("t", "small").qos1()));
        broker.dropped("bob", DropReason.PACKET_TOO_LARGE, 2);
        bob.vanishes();
        broker.connect(connect("bob").resuming().expiry(60)).receivesNothing();
    }

    @Test
    void messageAtTheClientsMaximum_isSent() {
        var bob = broker.connect(connect("bob").maximumPacketSize(100)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        int overhead = 2 + 2 + 1 + 1;
        alice.publishes(publish("t", "x".repeat(100 - overhead)));
        bob.receives(publish("t", "x".repeat(100 - overhead)));
        alice.publishes(publish("t", "x".repeat(101 - overhead)));
        bob.receivesNothing();
        broker.dropped("bob", DropReason.PACKET_TOO_LARGE, 1);
    }

    @Test
    @Spec("MQTT-3.2.0-1")
    void clientThatAcceptsNoConnack_isClosedAndHearsNothing() {
        broker.connect(connect("alice").expiry(60)).subscribes("t").vanishes();
        broker.connect(connect("bob")).publishes(publish("t", "").qos1());
        broker.tries(connect("alice").resuming().expiry(60).maximumPacketSize(10))
                .isClosed();
        var alice = broker.connect(connect("alice").resuming().expiry(60));
        alice.acknowledges(alice.receives(publish("t", "").qos1()));
    }

    @Test
    void clientThatAcceptsNoConnack_isNotConnected() {
        broker.connect(connect("alice").expiry(60)).subscribes("$share/g/t").vanishes();
        broker.tries(connect("alice").resuming().expiry(60).maximumPacketSize(10))
                .isClosed();
        assertThat(broker.census().counted().clients()).isZero();
        var bob = broker.connect(connect("bob")).subscribes("$share/g/t");
        var carol = broker.connect(connect("carol"));
        for (int i = 0; i < 4; i++) { // a member that is connected comes before one that is not
            carol.publishes(publish("t", "m" + i).qos1());
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
        }
    }

    @Test
    @Spec("MQTT-3.14.2-3")
    void reasonStringOfDisconnect_isLeftOutWhereItDoesNotFit() {
        var alice = broker.connect(connect("alice").maximumPacketSize(22));
        alice.sends(connect("alice"));
        assertThat(alice.hearsAll()).containsExactly(disconnect(ReasonCode.PROTOCOL_ERROR));
        alice.isClosed();
    }
}
