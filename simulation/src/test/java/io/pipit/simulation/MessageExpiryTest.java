package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Section 3.3.2.3.3: a message that waited too long is not delivered, and the others say how long they have. */
final class MessageExpiryTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec("MQTT-3.3.2-6")
    void messageThatDidNotWait_keepsItsInterval() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").expiry(60));
        bob.receives(publish("t", "hi").expiry(60));
    }

    @Test
    @Spec("MQTT-3.3.2-6")
    void messageThatWaited_carriesTheRest() {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos1().expiry(60));
        broker.advance(Duration.ofSeconds(10));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "hi").qos1().expiry(50)));
    }

    @Test
    @Spec("MQTT-3.3.2-5")
    void messageThatWaitedTooLong_isDroppedAndCounted() {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        broker.connect(connect("alice"))
                .publishes(publish("t", "old").qos1().expiry(60))
                .publishes(publish("t", "new").qos1());
        broker.advance(Duration.ofSeconds(61));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "new").qos1()));
        broker.dropped("bob", DropReason.EXPIRED, 1);
    }

    @Test
    @Spec("MQTT-3.3.2-5")
    void messageThatWaitedTooLongForTheWindow_isDropped() {
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("t");
        broker.connect(connect("alice"))
                .publishes(publish("t", "one").qos1())
                .publishes(publish("t", "two").qos1().expiry(5))
                .publishes(publish("t", "three").qos1().expiry(50));
        var first = bob.receives(publish("t", "one").qos1());
        broker.advance(Duration.ofSeconds(10));
        bob.acknowledges(first);
        bob.acknowledges(bob.receives(publish("t", "three").qos1().expiry(40)));
        broker.dropped("bob", DropReason.EXPIRED, 1);
    }

    @Test
    @Spec("MQTT-4.3.3-7")
    void messageThatWasSent_doesNotExpire() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "one").qos1().expiry(10))
                .publishes(publish("t", "two").qos2().expiry(10));
        int first = bob.receives(publish("t", "one").qos1().expiry(10)).packetIdentifier();
        int second = bob.receives(publish("t", "two").qos2().expiry(10)).packetIdentifier();
        bob.vanishes();
        broker.advance(Duration.ofSeconds(60));
        bob = broker.connect(connect("bob").resuming().expiry(600));
        var one = bob.receivesPublish();
        var two = bob.receivesPublish();
        assertThat(List.of(one.packetIdentifier(), two.packetIdentifier())).containsExactly(first, second);
        assertThat(one.dup() && two.dup()).isTrue();
        bob.acknowledges(one).acknowledges(two);
    }

    @Test
    @Spec("MQTT-4.3.3-13")
    void qos2OfAPublisher_isCompletedThoughTheMessageExpired() {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("t", "hi").qos2(1).expiry(5)).receives(pubrec(1));
        broker.advance(Duration.ofSeconds(10));
        alice.sends(pubrel(1)).receives(pubcomp(1));
        broker.connect(connect("bob").resuming().expiry(600)).receivesNothing();
    }

    @Test
    void downtime_counts() {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        broker.connect(connect("alice"))
                .publishes(publish("t", "short").qos1().expiry(30))
                .publishes(publish("t", "long").qos1().expiry(300));
        broker.restarts(Duration.ofSeconds(60));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        var received = bob.receivesPublish();
        assertThat(received.payload()).isEqualTo(Payload.of("long"));
        assertThat(received.properties().get(Property.MESSAGE_EXPIRY_INTERVAL, 0L))
                .isBetween(200L, 240L);
        bob.acknowledges(received).receivesNothing();
    }

    @Test
    void wallClockThatSteps_expiresNothing() {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos1().expiry(60));
        broker.clock().stepWall(Duration.ofDays(1_000));
        broker.advance(Duration.ofSeconds(20));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "hi").qos1().expiry(40)));
    }
}
