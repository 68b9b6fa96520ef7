package io.pipit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.LocalMessage;
import io.pipit.client.ClientOptions;
import io.pipit.client.Message;
import io.pipit.client.MqttClient;
import io.pipit.client.ReceivedMessage;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import io.pipit.server.Pipit;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pipit's client and Pipit's broker in one process: what one sends the other gets. */
@EmbeddedPipit(shared = true, webSocket = true)
@Timeout(60)
final class ClientTest {
    @ParameterizedTest
    @EnumSource(QoS.class)
    void messageAtEachQoS_comesOnceAndInOrder(QoS qos, MqttClient publisher, MqttClient subscriber) throws Exception {
        BlockingQueue<ReceivedMessage> heard = new LinkedBlockingQueue<>();
        String topic = "order/" + qos.level();
        subscriber.subscribe(topic, QoS.EXACTLY_ONCE, heard::add);
        for (int i = 0; i < 100; i++) {
            publisher.publish(Message.of(topic, "m" + i, qos));
        }
        for (int i = 0; i < 100; i++) {
            ReceivedMessage next = heard.take();
            assertThat(next.payload().toText()).isEqualTo("m" + i);
            assertThat(next.qos()).isEqualTo(qos);
        }
        assertThat(heard).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void everyVersion_overTcpAndWebSocket_carriesMessages(ProtocolVersion version, Pipit pipit) throws Exception {
        String topic = "version/" + version;
        for (String url : new String[] {pipit.url(), pipit.webSocketUrl()}) {
            ClientOptions options = ClientOptions.builder(url)
                    .version(version)
                    .clientIdentifier("version")
                    .build();
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            try (MqttClient client = new MqttClient(options)) {
                client.connect();
                client.subscribe(
                        topic,
                        QoS.AT_LEAST_ONCE,
                        message -> heard.add(message.payload().toText()));
                assertThat(pipit.publish(topic, url, QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
                assertThat(heard.take()).isEqualTo(url);
            }
        }
    }

    @Test
    void propertiesOfTheProgram_reachTheClient(Pipit pipit, MqttClient client) throws Exception {
        BlockingQueue<ReceivedMessage> heard = new LinkedBlockingQueue<>();
        client.subscribe("properties", QoS.AT_LEAST_ONCE, heard::add);
        Properties properties = Properties.builder()
                .add(Property.CONTENT_TYPE, "text/plain")
                .add(Property.RESPONSE_TOPIC, "answer")
                .add(Property.CORRELATION_DATA, Payload.of("42"))
                .build();
        pipit.publish(
                new LocalMessage(TopicName.of("properties"), Payload.of("?"), QoS.AT_LEAST_ONCE, false, properties));
        ReceivedMessage question = heard.take();
        assertThat(question.properties().get(Property.CONTENT_TYPE)).isEqualTo("text/plain");
        assertThat(question.properties().get(Property.RESPONSE_TOPIC)).isEqualTo("answer");
        assertThat(question.properties().get(Property.CORRELATION_DATA)).isEqualTo(Payload.of("42"));
    }

    @Test
    void retainedMessageOfTheClient_meetsTheProgram(Pipit pipit, MqttClient client) throws Exception {
        client.publish(
                new Message(TopicName.of("retained/r"), Payload.of("kept"), QoS.EXACTLY_ONCE, true, Properties.NONE));
        BlockingQueue<LocalMessage> heard = new LinkedBlockingQueue<>();
        pipit.subscribe("retained/+", heard::add);
        LocalMessage met = heard.take();
        assertThat(met.payload().toText()).isEqualTo("kept");
        assertThat(met.retain()).isTrue();
    }
}
