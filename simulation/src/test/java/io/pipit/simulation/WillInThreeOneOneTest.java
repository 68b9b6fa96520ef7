package io.pipit.simulation;

import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.ThreeOneOne.clean;
import static io.pipit.simulation.ThreeOneOne.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Table;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Section 3.1.2.5 and 3.14 of MQTT 3.1.1: what a client leaves to be said when it goes without a word. */
final class WillInThreeOneOneTest {
    private static final PublishDraft WILL = publish("will", "gone");

    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec("3.1.1:MQTT-3.1.2-8")
    void networkFailure_publishesTheWill() {
        var bob = observer();
        var alice = broker.connect(clean("alice").will(WILL));
        bob.receivesNothing();
        alice.vanishes();
        bob.receives(WILL);
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-8")
    void keepAliveTimeout_publishesTheWill() {
        var bob = observer();
        var alice = broker.connect(clean("alice").keepAlive(10).will(WILL));
        broker.advance(Duration.ofSeconds(17));
        alice.isClosed();
        bob.receives(WILL);
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-8")
    void protocolViolation_publishesTheWill() {
        var bob = observer();
        var alice = broker.connect(clean("alice").will(WILL));
        alice.sends(clean("alice")).isClosed();
        bob.receives(WILL);
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-8")
    void takeover_publishesTheWill() {
        var bob = observer();
        var first = broker.connect(stored("alice").will(WILL));
        broker.connect(stored("alice"));
        first.isClosed();
        bob.receives(WILL);
    }

    @ParameterizedTest
    @EnumSource(QoS.class)
    @Spec("3.1.1:MQTT-3.1.2-9")
    void will_isPublishedAtItsQos(QoS qos) {
        var bob = observer();
        broker.connect(clean("alice").will(WILL.qos(qos, 0))).vanishes();
        bob.receives(WILL.qos(qos, 0));
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-17")
    void willWithRetain_isRetained() {
        var bob = observer();
        broker.connect(clean("alice").will(WILL.retained().qos1())).vanishes();
        bob.acknowledges(bob.receives(WILL.qos1()));
        broker.connect(clean("carol"))
                .subscribes("will")
                .receives(WILL.retained().qos1());
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-16")
    void willWithoutRetain_isNotRetained() {
        var bob = observer();
        broker.connect(clean("alice").will(WILL)).vanishes();
        bob.receives(WILL);
        broker.connect(clean("carol")).subscribes("will").receivesNothing();
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-12")
    void withoutWill_nothingIsPublished() {
        var bob = broker.connect(clean("bob")).subscribes("#");
        broker.connect(clean("alice")).vanishes();
        broker.connect(stored("carol").will(WILL)).vanishes();
        bob.receives(WILL);
        broker.connect(stored("carol")).vanishes();
        bob.receivesNothing();
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.2-10", "3.1.1:MQTT-3.14.4-3"})
    void disconnect_removesTheWill() {
        var bob = observer();
        var alice = broker.connect(stored("alice").will(WILL));
        assertThat(broker.storage().rows(Table.WILLS)).isOne();
        alice.disconnects();
        bob.receivesNothing();
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-10")
    void publishedWill_isRemovedFromTheSession() {
        var bob = observer();
        broker.connect(stored("alice").will(WILL)).vanishes();
        bob.receives(WILL);
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
        var alice = broker.tries(stored("alice"));
        alice.receives(connackPresent());
        alice.vanishes();
        bob.receivesNothing();
    }

    private SimulatedClient observer() {
        return broker.connect(clean("bob")).subscribes("will");
    }
}
