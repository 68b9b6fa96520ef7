package io.pipit.simulation;

import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.ThreeOneOne.clean;
import static io.pipit.simulation.ThreeOneOne.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Table;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 3.3.1.3 of MQTT 3.1.1: the last message of a topic, for those who come later. */
final class RetainedInThreeOneOneTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @ParameterizedTest
    @EnumSource(QoS.class)
    @Spec("3.1.1:MQTT-3.3.1-5")
    void retained_isKeptWithItsQos(QoS qos) {
        broker.connect(clean("alice")).publishes(publish("t", "kept").retained().qos(qos, 0));
        broker.connect(clean("bob"))
                .subscribes("t")
                .receives(publish("t", "kept").retained().qos(qos, 0));
    }

    @Test
    @Spec("3.1.1:MQTT-3.3.1-6")
    void newSubscription_receivesTheLastOfEachMatchingTopic() {
        var alice = broker.connect(clean("alice"));
        for (String topic : new String[] {"a", "a/b", "a/c", "b/b"}) {
            alice.publishes(publish(topic, "old").retained())
                    .publishes(publish(topic, "in " + topic).retained());
        }
        var bob = broker.connect(clean("bob")).subscribes("a/+");
        bob.receivesInAnyOrder(
                publish("a/b", "in a/b").retained(), publish("a/c", "in a/c").retained());
        bob.subscribes("a");
        bob.receives(publish("a", "in a").retained());
        bob.receivesNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    @Spec("3.1.1:MQTT-3.3.1-7")
    void retainedAtQos0_discardsTheOneBefore(int before) {
        var alice = broker.connect(clean("alice"));
        alice.publishes(publish("t", "old").retained().qos(QoS.of(before), 0))
                .publishes(publish("t", "new").retained());
        var bob = broker.connect(clean("bob")).subscribes("t");
        bob.receives(publish("t", "new").retained());
        bob.receivesNothing();
    }

    @ParameterizedTest
    @EnumSource(QoS.class)
    @Spec({"3.1.1:MQTT-3.3.1-10", "3.1.1:MQTT-3.3.1-11"})
    void emptyPayload_isDeliveredAndRemovesTheOneBefore(QoS qos) {
        var carol = broker.connect(clean("carol")).subscribes("t");
        var alice = broker.connect(clean("alice"));
        alice.publishes(publish("t", "kept").retained())
                .publishes(publish("t", "").retained().qos(qos, 0));
        carol.receives(publish("t", "kept"));
        carol.receives(publish("t", "").qos(qos, 0));
        broker.connect(clean("bob")).subscribes("#").receivesNothing();
        assertThat(broker.storage().rows(Table.RETAINED)).isZero();
    }

    @Test
    @Spec("3.1.1:MQTT-3.3.1-11")
    void emptyPayload_whereNothingWasRetained_isNotStored() {
        broker.connect(clean("alice")).publishes(publish("t", "").retained().qos1());
        broker.connect(clean("bob")).subscribes("#").receivesNothing();
        assertThat(broker.storage().rows(Table.RETAINED)).isZero();
    }

    @Test
    @Spec("3.1.1:MQTT-3.3.1-12")
    void withoutRetain_nothingIsKeptReplacedOrCleared() {
        var alice = broker.connect(clean("alice"));
        alice.publishes(publish("u", "passing"))
                .publishes(publish("t", "kept").retained().qos1())
                .publishes(publish("t", "passing").qos2())
                .publishes(publish("t", ""));
        var bob = broker.connect(clean("bob")).subscribes("#");
        bob.receives(publish("t", "kept").retained().qos1());
        bob.receivesNothing();
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-7")
    void retained_outlivesTheSessionOfItsPublisher() {
        broker.connect(clean("alice"))
                .publishes(publish("a", "kept").retained().qos1())
                .disconnects();
        broker.connect(stored("carol"))
                .publishes(publish("c", "kept").retained().qos1())
                .vanishes();
        broker.connect(clean("carol")).disconnects();
        assertThat(broker.storage().rows(Table.SESSIONS)).isZero();
        broker.connect(clean("bob"))
                .subscribes("#")
                .receivesInAnyOrder(
                        publish("a", "kept").retained().qos1(),
                        publish("c", "kept").retained().qos1());
    }
}
