package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Table;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Section 3.1.2.5 and 3.1.3.2: what a client leaves to be said when it goes without a word. */
final class WillTest {
    private static final PublishDraft WILL = publish("will", "gone");

    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec("MQTT-3.1.2-8")
    void networkFailure_publishesTheWill() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").will(WILL)).vanishes();
        bob.receives(WILL);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void networkFailure_inAnyVersion_publishesTheWill(ProtocolVersion version) {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").version(version).will(WILL.qos1())).vanishes();
        bob.acknowledges(bob.receives(WILL.qos1()));
    }

    @ParameterizedTest
    @EnumSource(QoS.class)
    @Spec("MQTT-3.1.2-9")
    void will_isPublishedAtItsQoS(QoS qos) {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").will(WILL.qos(qos, 0))).vanishes();
        bob.receives(WILL.qos(qos, 0));
    }

    @Test
    @Spec("MQTT-3.1.2-15")
    void willWithRetain_isRetained() {
        broker.connect(connect("alice").will(WILL.retained())).vanishes();
        var bob = broker.connect(connect("bob")).subscribes("will");
        bob.receives(WILL.retained());
    }

    @Test
    @Spec("MQTT-3.1.2-14")
    void willWithoutRetain_isNotRetained() {
        broker.connect(connect("alice").will(WILL)).vanishes();
        broker.connect(connect("bob")).subscribes("will").receivesNothing();
    }

    @Test
    @Spec({"MQTT-3.14.4-3", "MQTT-3.1.2-10"})
    void disconnect_deletesTheWill() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").expiry(10).will(WILL)).disconnects();
        broker.advance(Duration.ofSeconds(60));
        bob.receivesNothing();
    }

    @Test
    @Spec("3.1.1:MQTT-3.14.4-3")
    void disconnect_in311_deletesTheWill() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").v311().will(WILL)).disconnects();
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void disconnectWithWillMessage_publishesTheWill() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").will(WILL)).disconnects(disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE));
        bob.receives(WILL);
    }

    @Test
    void disconnectWithAnError_publishesTheWill() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").will(WILL)).disconnects(disconnect(ReasonCode.UNSPECIFIED_ERROR));
        bob.receives(WILL);
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void keepAliveTimeout_publishesTheWill() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        var alice = broker.connect(connect("alice").keepAlive(10).will(WILL));
        broker.advance(Duration.ofSeconds(17));
        alice.isClosedAfter(disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
        bob.receives(WILL);
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void protocolError_publishesTheWill() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        var alice = broker.connect(connect("alice").will(WILL));
        alice.sends(connect("alice"));
        alice.isClosedAfter(disconnect(ReasonCode.PROTOCOL_ERROR));
        bob.receives(WILL);
    }

    @Test
    void refusedConnect_leavesNoWill() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.access().refuse(ReasonCode.NOT_AUTHORIZED);
        broker.tries(connect("alice").will(WILL)).isClosedAfter(connack(ReasonCode.NOT_AUTHORIZED));
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.1.2-10")
    void will_isPublishedOnce() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").expiry(10).will(WILL)).vanishes();
        bob.receives(WILL);
        broker.advance(Duration.ofSeconds(60));
        bob.receivesNothing();
        broker.connect(connect("alice")).disconnects();
        bob.receivesNothing();
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void willDelay_isWaitedFor() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").expiry(600).will(WILL.delay(30))).vanishes();
        broker.advance(Duration.ofMillis(29_900));
        bob.receivesNothing();
        broker.advance(Duration.ofSeconds(2));
        bob.receives(WILL);
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void willDelay_endsWithTheSession() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").expiry(10).will(WILL.delay(600))).vanishes();
        broker.advance(Duration.ofMillis(9_900));
        bob.receivesNothing();
        broker.advance(Duration.ofSeconds(3));
        bob.receives(WILL);
    }

    @Test
    void willDelay_ofASessionThatEndsWithItsConnection_isNone() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").will(WILL.delay(600))).vanishes();
        bob.receives(WILL);
    }

    @Test
    void disconnectWithExpiry0AndWill_publishesAtOnce() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").expiry(600).will(WILL.delay(300)))
                .disconnects(new Disconnect(
                        ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, Properties.of(Property.SESSION_EXPIRY_INTERVAL, 0L)));
        bob.receives(WILL);
    }

    @Test
    @Spec("MQTT-3.1.3-9")
    void reconnectWithinTheDelay_cancelsTheWill() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").expiry(600).will(WILL.delay(30))).vanishes();
        broker.advance(Duration.ofSeconds(20));
        var alice = broker.connect(connect("alice").resuming().expiry(600));
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
        broker.advance(Duration.ofSeconds(60));
        alice.vanishes();
        broker.advance(Duration.ofSeconds(60));
        bob.receivesNothing();
    }

    @Test
    void reconnectWithinTheDelay_bringsItsOwnWill() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").expiry(600).will(WILL.delay(30))).vanishes();
        broker.connect(connect("alice").resuming().expiry(600).will(publish("will", "other")))
                .vanishes();
        bob.receives(publish("will", "other"));
        broker.advance(Duration.ofSeconds(60));
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void cleanStartWithinTheDelay_endsTheSessionAndPublishesTheWill() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").expiry(600).will(WILL.delay(30))).vanishes();
        broker.connect(connect("alice").expiry(600));
        bob.receives(WILL);
        broker.advance(Duration.ofSeconds(60));
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void takeover_publishesAWillWithoutDelay() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        var first = broker.connect(connect("alice").expiry(60).will(WILL));
        broker.connect(connect("alice").resuming().expiry(60));
        first.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        bob.receives(WILL);
    }

    @Test
    @Spec("MQTT-3.1.3-9")
    void takeover_cancelsAWillWithDelay() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        var first = broker.connect(connect("alice").expiry(60).will(WILL.delay(5)));
        broker.connect(connect("alice").resuming().expiry(60));
        first.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        broker.advance(Duration.ofSeconds(30));
        bob.receivesNothing();
    }

    @Test
    void takeoverWithCleanStart_publishesAWillWithDelayAtOnce() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        var first = broker.connect(connect("alice").expiry(60).will(WILL.delay(5)));
        broker.connect(connect("alice").expiry(60));
        first.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        bob.receives(WILL);
    }

    @Test
    @Spec({"MQTT-3.1.3-10", "MQTT-3.3.2-18"})
    void willProperties_areForwarded() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        var rich = WILL.with(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                .with(Property.CONTENT_TYPE, "text/plain")
                .with(Property.RESPONSE_TOPIC, "answer")
                .with(Property.CORRELATION_DATA, Payload.of("c"))
                .userProperty("b", "1")
                .userProperty("a", "2")
                .userProperty("b", "3");
        broker.connect(connect("alice").expiry(60).will(rich.delay(2))).vanishes();
        broker.advance(Duration.ofSeconds(4));
        bob.receives(rich);
    }

    @Test
    void willExpiry_beginsWithThePublication() {
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").expiry(600).will(WILL.expiry(30).delay(60)))
                .vanishes();
        broker.advance(Duration.ofSeconds(62));
        bob.receivesPublish();
        assertThat(bob.unheard()).isZero();
    }

    @Test
    void will_reachesStoredSessionsThatAreOffline() {
        broker.connect(connect("bob").expiry(600)).subscribes("will").vanishes();
        broker.connect(connect("alice").will(WILL.qos1())).vanishes();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(WILL.qos1()));
    }

    @Test
    void willToATopicThatIsDenied_isNotPublished() {
        broker.access().denyPublish("will");
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.tries(connect("alice").will(WILL)).isClosedAfter(connack(ReasonCode.NOT_AUTHORIZED));
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.1.2-7")
    void crash_publishesTheWillOfAConnectedClientOnceReady() {
        broker.connect(connect("bob").expiry(600)).subscribes("will").vanishes();
        broker.connect(connect("alice").will(WILL.qos1()));
        broker.crashes();
        broker.advance(Duration.ofSeconds(2));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(WILL.qos1()));
        broker.crashes();
        broker.advance(Duration.ofSeconds(2));
        broker.connect(connect("bob").resuming().expiry(600)).receivesNothing();
    }

    @Test
    void crashDuringTheDelay_keepsTheClockOfTheWill() {
        broker.connect(connect("bob").expiry(600)).subscribes("will").vanishes();
        broker.connect(connect("alice").expiry(600).will(WILL.qos1().delay(60))).vanishes();
        broker.advance(Duration.ofSeconds(20));
        broker.crashes();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        broker.advance(Duration.ofSeconds(38));
        bob.receivesNothing();
        broker.advance(Duration.ofSeconds(4));
        bob.acknowledges(bob.receives(WILL.qos1()));
    }

    @Test
    void crash_beginsTheDelayOfTheWillOfAConnectedClient() {
        broker.connect(connect("bob").expiry(600)).subscribes("will").vanishes();
        broker.connect(connect("alice").expiry(600).will(WILL.qos1().delay(60)));
        broker.advance(Duration.ofSeconds(100));
        broker.crashes();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        broker.advance(Duration.ofSeconds(58));
        bob.receivesNothing();
        broker.advance(Duration.ofSeconds(4));
        bob.acknowledges(bob.receives(WILL.qos1()));
    }

    @Test
    void crash_keepsTheExpiryOfAWill() {
        broker.connect(connect("bob").expiry(600)).subscribes("will").vanishes();
        broker.connect(connect("alice").will(WILL.qos1().expiry(0)));
        broker.connect(connect("carol").will(publish("will", "kept").qos1().expiry(30)));
        broker.crashes();
        broker.advance(Duration.ofSeconds(10));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        var kept = bob.receivesPublish();
        assertThat(kept.payload()).isEqualTo(Payload.of("kept"));
        assertThat(kept.properties().get(Property.MESSAGE_EXPIRY_INTERVAL, 0L)).isBetween(20L, 21L);
        bob.acknowledges(kept).receivesNothing();
    }

    @Test
    @Spec("MQTT-3.1.3-9")
    void reconnectAfterACrashWithinTheDelay_cancelsTheWill() {
        broker.connect(connect("alice").expiry(600).will(WILL.delay(60))).vanishes();
        broker.crashes();
        var bob = broker.connect(connect("bob")).subscribes("will");
        broker.connect(connect("alice").resuming().expiry(600));
        broker.advance(Duration.ofMinutes(2));
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.1.2-10")
    void disconnectBeforeACrash_leavesNoWill() {
        broker.connect(connect("bob").expiry(600)).subscribes("will").vanishes();
        broker.connect(connect("alice").will(WILL.qos1())).disconnects();
        broker.crashes();
        broker.advance(Duration.ofSeconds(60));
        broker.connect(connect("bob").resuming().expiry(600)).receivesNothing();
    }
}
