package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicName;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Section 3.3.2.3.4: numbers in the place of Topic Names, in either direction. */
final class TopicAliasTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec("MQTT-3.3.2-12")
    void aliasOfAClient_standsForItsTopic() {
        var bob = broker.connect(connect("bob")).subscribes("#");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("a", "1").alias(1)).publishes(publish("b", "2").alias(64));
        alice.publishes(publish("-", "3").alias(1).withoutTopic())
                .publishes(publish("-", "4").alias(64).withoutTopic());
        bob.receives(publish("a", "1"));
        bob.receives(publish("b", "2"));
        bob.receives(publish("a", "3"));
        bob.receives(publish("b", "4"));
    }

    @Test
    void aliasOfAClient_mayChangeItsTopic() {
        var bob = broker.connect(connect("bob")).subscribes("#");
        broker.connect(connect("alice"))
                .publishes(publish("a", "1").alias(1))
                .publishes(publish("b", "2").alias(1))
                .publishes(publish("-", "3").alias(1).withoutTopic());
        bob.receives(publish("a", "1"));
        bob.receives(publish("b", "2"));
        bob.receives(publish("b", "3"));
    }

    @Test
    void aliasThatStandsForNothing_isAProtocolError() {
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("-", "1").alias(1).withoutTopic());
        alice.isClosedAfter(disconnect(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    @Spec("MQTT-3.3.2-9")
    void aliasAboveTheMaximum_isInvalid() {
        var alice = broker.connect(connect("alice"));
        alice.sends(publish("a", "1").alias(65));
        alice.isClosedAfter(disconnect(ReasonCode.TOPIC_ALIAS_INVALID));
    }

    @Test
    void anyAlias_whereTheServerAllowsNone_isInvalid() {
        broker.configured(settings().topicAliasMaximum(0));
        var alice = broker.connect(connect("alice"));
        assertThat(alice.connack().properties().get(Property.TOPIC_ALIAS_MAXIMUM, 0))
                .isZero();
        alice.sends(publish("a", "1").alias(1));
        alice.isClosedAfter(disconnect(ReasonCode.TOPIC_ALIAS_INVALID));
    }

    @Test
    @Spec("MQTT-3.3.2-7")
    void alias_isForgottenWithItsConnection() {
        broker.connect(connect("alice").expiry(60))
                .publishes(publish("a", "1").alias(1))
                .vanishes();
        var alice = broker.connect(connect("alice").resuming().expiry(60));
        alice.sends(publish("-", "2").alias(1).withoutTopic());
        alice.isClosedAfter(disconnect(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    @Spec("MQTT-3.1.2-27")
    void clientThatAllowsNone_isSentNone() {
        var bob = broker.connect(connect("bob")).subscribes("#");
        var carol = broker.connect(connect("carol").topicAliasMaximum(0)).subscribes("#");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 10; i++) {
            alice.publishes(publish("a/long/topic/that/repeats", "m" + i));
            bob.receives(publish("a/long/topic/that/repeats", "m" + i));
            carol.receives(publish("a/long/topic/that/repeats", "m" + i));
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-26", "MQTT-3.3.2-11"})
    void clientThatAllowsSome_isSentNoMoreAndUnderstandsThem() {
        var bob = broker.connect(connect("bob").topicAliasMaximum(2)).subscribes("#");
        var alice = broker.connect(connect("alice"));
        Map<Integer, TopicName> topics = new HashMap<>();
        int withoutTopic = 0;
        for (int i = 0; i < 40; i++) {
            String topic = "topic/" + i % 4;
            alice.publishes(publish(topic, "m" + i));
            var received = bob.receivesPublish();
            assertThat(resolve(received, topics, 2)).isEqualTo(TopicName.of(topic));
            assertThat(received.payload()).isEqualTo(Payload.of("m" + i));
            withoutTopic += received.topic() == null ? 1 : 0;
        }
        assertThat(withoutTopic).as("aliases are of use").isPositive();
    }

    @Test
    @Spec({"MQTT-3.3.2-7", "MQTT-4.4.0-1"})
    void messageSentAgain_carriesItsTopic() {
        var bob = broker.connect(connect("bob").topicAliasMaximum(5).expiry(60)).subscribes("#");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 3; i++) {
            alice.publishes(publish("a", "m" + i).qos1());
            bob.receivesPublish();
        }
        bob.vanishes();
        bob = broker.connect(connect("bob").resuming().topicAliasMaximum(5).expiry(60));
        Map<Integer, TopicName> topics = new HashMap<>();
        for (int i = 0; i < 3; i++) {
            var received = bob.receivesPublish();
            assertThat(received.dup()).isTrue();
            assertThat(resolve(received, topics, 5)).isEqualTo(TopicName.of("a"));
        }
    }

    @Test
    @Spec("MQTT-3.1.2-25")
    void messageThatIsTooLargeOnlyWithAnAlias_isSentWithoutOne_andTheAliasIsFreeForTheNext() {
        var bob = broker.connect(connect("bob").topicAliasMaximum(1).maximumPacketSize(100))
                .subscribes("#");
        var alice = broker.connect(connect("alice"));
        String fits = "x".repeat(100 - "topic".length() - 5);
        alice.publishes(publish("topic", fits));
        bob.receives(publish("topic", fits));
        alice.publishes(publish("other", "1"));
        bob.receives(publish("other", "1").alias(1));
        alice.publishes(publish("topic", "2"));
        bob.receives(publish("topic", "2"));
        alice.publishes(publish("topic", fits + "x"));
        bob.receivesNothing();
        broker.dropped("bob", DropReason.PACKET_TOO_LARGE, 1);
    }

    @Test
    void messageThatFillsTheClientsMaximumWithItsAlias_isSentWithIt() {
        var bob = broker.connect(connect("bob").topicAliasMaximum(1).maximumPacketSize(100))
                .subscribes("#");
        String fits = "x".repeat(100 - "topic".length() - 5 - 3);
        broker.connect(connect("alice")).publishes(publish("topic", fits));
        bob.receives(publish("topic", fits).alias(1));
    }

    @Test
    void messageThatIsTooLargeWithTheAliasOfAShortTopic_isSentWithoutIt_andTheAliasStays() {
        var bob = broker.connect(connect("bob").topicAliasMaximum(2).maximumPacketSize(100))
                .subscribes("#");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("a", "1")).publishes(publish("b", "1"));
        bob.receives(publish("a", "1").alias(1));
        bob.receives(publish("b", "1").alias(2));
        String fits = "x".repeat(100 - "a".length() - 5);
        alice.publishes(publish("a", fits)).publishes(publish("a", "2")).publishes(publish("b", "2"));
        bob.receives(publish("a", fits));
        bob.receives(publish("-", "2").alias(1).withoutTopic());
        bob.receives(publish("-", "2").alias(2).withoutTopic());
    }

    private static TopicName resolve(Publish received, Map<Integer, TopicName> topics, int maximum) {
        Integer alias = received.properties().get(Property.TOPIC_ALIAS);
        if (alias != null) {
            assertThat(alias).isBetween(1, maximum);
        }
        TopicName topic = received.topic();
        if (topic == null) {
            return Objects.requireNonNull(topics.get(alias), "alias " + alias + " stands for nothing");
        }
        if (alias != null) {
            topics.put(alias, topic);
        }
        return topic;
    }
}
