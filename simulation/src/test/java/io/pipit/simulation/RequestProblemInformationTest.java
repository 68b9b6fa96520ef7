package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.Packets.unsubscribe;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Section 3.1.2.11.7: who does not want to be told why. */
final class RequestProblemInformationTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec("MQTT-3.1.2-29")
    void clientThatWantsNone_isGivenNeitherReasonStringNorUserProperties() {
        broker.access().denyPublish("secret");
        broker.access().denySubscribe("secret");
        var alice = broker.connect(connect("alice").with(Property.REQUEST_PROBLEM_INFORMATION, 0));
        alice.sends(publish("secret", "x").qos1(1));
        alice.sends(publish("secret", "x").qos2(2));
        alice.sends(subscribe(3, "secret"));
        alice.sends(unsubscribe(4, "nothing"));
        alice.sends(pubrel(5));
        alice.sends(pubrec(6));
        var heard = alice.hearsAll();
        assertThat(heard).hasSize(6);
        for (Packet packet : heard) {
            Properties properties = Expectation.properties(packet);
            assertThat(properties.has(Property.REASON_STRING))
                    .as(packet.toString())
                    .isFalse();
            assertThat(properties.has(Property.USER_PROPERTY))
                    .as(packet.toString())
                    .isFalse();
        }
    }

    @Test
    @Spec("MQTT-3.3.2-17")
    void clientThatWantsNone_isGivenTheUserPropertiesOfMessages() {
        var bob = broker.connect(connect("bob").with(Property.REQUEST_PROBLEM_INFORMATION, 0))
                .subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").userProperty("a", "b"));
        bob.receives(publish("t", "hi").userProperty("a", "b"));
    }
}
