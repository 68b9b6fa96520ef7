package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.pingreq;
import static io.pipit.simulation.Packets.pingresp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Property;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Section 3.1.2.10: a silent client is disconnected. */
final class KeepAliveTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec("MQTT-3.1.2-22")
    void silence_forOneAndAHalfKeepAlive_isDisconnected() {
        var alice = broker.connect(connect("alice").keepAlive(60));
        broker.advance(Duration.ofMillis(89_900));
        alice.receivesNothing();
        broker.advance(Duration.ofSeconds(2));
        alice.isClosedAfter(disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-24")
    void silence_in311_isClosedWithoutAWord() {
        var alice = broker.connect(connect("alice").v311().keepAlive(60));
        broker.advance(Duration.ofMillis(89_900));
        alice.receivesNothing();
        broker.advance(Duration.ofSeconds(2));
        alice.isClosed();
    }

    @Test
    @Spec({"MQTT-3.1.2-22", "MQTT-3.12.4-1"})
    void pingreq_isAnsweredAndKeepsAlive() {
        var alice = broker.connect(connect("alice").keepAlive(60));
        for (int i = 0; i < 5; i++) {
            broker.advance(Duration.ofSeconds(80));
            alice.sends(pingreq()).receives(pingresp());
        }
    }

    @Test
    void anyPacket_keepsAlive() {
        var alice = broker.connect(connect("alice").keepAlive(10));
        for (int i = 0; i < 5; i++) {
            broker.advance(Duration.ofSeconds(14));
            alice.publishes(publish("t", "x"));
        }
        alice.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.1.2-22")
    void silenceAfterAPacket_isCountedFromThatPacket() {
        var alice = broker.connect(connect("alice").keepAlive(10));
        broker.advance(Duration.ofSeconds(14));
        alice.publishes(publish("t", "x"));
        broker.advance(Duration.ofMillis(14_900));
        alice.receivesNothing();
        broker.advance(Duration.ofMillis(200));
        alice.isClosedAfter(disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }

    @Test
    void whatTheServerSends_doesNotKeepAlive() {
        var alice = broker.connect(connect("alice").keepAlive(10)).subscribes("t");
        var bob = broker.connect(connect("bob"));
        broker.advance(Duration.ofSeconds(10));
        bob.publishes(publish("t", "x"));
        alice.receives(publish("t", "x"));
        broker.advance(Duration.ofSeconds(7));
        alice.isClosedAfter(disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }

    @Test
    void partOfAPacket_doesNotKeepAlive() {
        var alice = broker.connect(connect("alice").keepAlive(10));
        broker.advance(Duration.ofSeconds(10));
        alice.sendsBytes(0x30, 0x7F, 0);
        broker.advance(Duration.ofSeconds(7));
        alice.isClosedAfter(disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }

    @Tag("long")
    @Test
    void keepAlive0_isNeverDisconnected() {
        var alice = broker.connect(connect("alice").keepAlive(0));
        broker.advance(Duration.ofDays(2));
        alice.receivesNothing();
    }

    @Test
    void keepAliveFactor_isConfigurable() {
        broker.configured(settings().keepAliveFactor(2.5));
        var alice = broker.connect(connect("alice").keepAlive(60));
        broker.advance(Duration.ofSeconds(149));
        alice.receivesNothing();
        broker.advance(Duration.ofSeconds(3));
        alice.isClosedAfter(disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }

    @Test
    void keepAliveAboveTheMaximum_isReplacedAndTold() {
        broker.configured(settings().maximumKeepAlive(30));
        var alice = broker.tries(connect("alice").keepAlive(600));
        alice.receives(connack(Property.SERVER_KEEP_ALIVE, 30));
        broker.advance(Duration.ofSeconds(44));
        alice.receivesNothing();
        broker.advance(Duration.ofSeconds(3));
        alice.isClosedAfter(disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }

    @Test
    void noKeepAlive_whereThereIsAMaximum_isReplacedAndTold() {
        broker.configured(settings().maximumKeepAlive(30));
        broker.tries(connect("alice").keepAlive(0)).receives(connack(Property.SERVER_KEEP_ALIVE, 30));
    }

    @Test
    void keepAliveAboveTheMaximum_in311_holds() {
        broker.configured(settings().maximumKeepAlive(30));
        var alice = broker.connect(connect("alice").v311().keepAlive(60));
        broker.advance(Duration.ofSeconds(89));
        alice.receivesNothing();
        broker.advance(Duration.ofSeconds(3));
        alice.isClosed();
    }

    @Test
    @Spec("MQTT-3.2.2-22")
    void keepAliveBelowTheMaximum_holds() {
        broker.configured(settings().maximumKeepAlive(30));
        var alice = broker.connect(connect("alice").keepAlive(10));
        assertThat(alice.connack().properties().has(Property.SERVER_KEEP_ALIVE)).isFalse();
        broker.advance(Duration.ofSeconds(17));
        alice.isClosedAfter(disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }

    @Test
    void wallClockThatSteps_disconnectsNobody() {
        var alice = broker.connect(connect("alice").keepAlive(60));
        broker.clock().stepWall(Duration.ofDays(10_000));
        broker.advance(Duration.ofSeconds(80));
        alice.receivesNothing();
    }
}
