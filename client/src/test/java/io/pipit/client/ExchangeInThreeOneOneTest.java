package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.client.ScriptedServer.Play;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicFilter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dialogues in MQTT 3.1.1 on one connection, which knows no reasons: what goes wrong closes it in silence. */
@Timeout(60)
final class ExchangeInThreeOneOneTest {
    private static final String NEW_SESSION = "20 02 00 00";

    private final MessageStream stream = new MessageStream(10_000);
    private final List<MqttClient> clients = new ArrayList<>();
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() throws IOException {
        clients.forEach(MqttClient::close);
        server.close();
    }

    @Test
    @Spec("3.1.1:MQTT-2.3.1-2")
    void identifiers_ofWhatIsUnacknowledged_differ() throws Exception {
        Play play = server.play(dialogue -> dialogue.accept(NEW_SESSION)
                .expect("32 06 0001 74 0001 61")
                .expect("34 06 0001 74 0002 62")
                .expect("82 06 0003 0001 73 01")
                .send("90 03 0003 01")
                .expect("a2 05 0004 0001 73")
                .send("b0 02 0004")
                .expect("32 06 0001 74 0005 63")
                .send("40 02 0005 40 02 0001 50 02 0002")
                .expect("62 02 0002")
                .send("70 02 0002"));
        try (MqttClient client = connected()) {
            CompletableFuture<PublishResult> a = client.publishAsync(Message.of("t", "a", QoS.AT_LEAST_ONCE));
            CompletableFuture<PublishResult> b = client.publishAsync(Message.of("t", "b", QoS.EXACTLY_ONCE));
            client.subscribe("s", QoS.AT_LEAST_ONCE, stream);
            client.unsubscribe(List.of(TopicFilter.of("s")), Properties.NONE);
            client.publish(Message.of("t", "c", QoS.AT_LEAST_ONCE));
            a.join();
            b.join();
        }
        play.await();
    }

    @Test
    @Spec("3.1.1:MQTT-4.8.0-2")
    void receive_whereTheListenerFails_closesWithoutAcknowledging() throws Exception {
        Play play = server.play(dialogue ->
                dialogue.accept(NEW_SESSION).send("32 06 0001 74 0001 61").expectEnd());
        connected(options().messageListener(message -> {
            throw new IllegalStateException("no room");
        }));
        play.await();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c0 00", // PINGREQ from a server
                "20 02 00 00", // a second CONNACK
                "e0 00", // DISCONNECT from a server
                "90 03 0001 03", // a reserved return code
                "32 05 0001 74 0000", // Packet Identifier 0
                "41 02 0001" // a reserved flag
            })
    @Spec("3.1.1:MQTT-4.8.0-1")
    void receive_ofAProtocolViolation_closes(String bytes) throws Exception {
        closesAfter(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"30 03 0001 ff", "30 05 0003 eda080", "30 04 0002 c080"})
    @Spec("3.1.1:MQTT-1.5.3-1")
    void receive_ofATopicThatIsNotUtf8_closes(String bytes) throws Exception {
        closesAfter(bytes);
    }

    @Test
    @Spec("3.1.1:MQTT-7.1.2-1")
    void tcp_carriesEverythingInItsOrder() throws Exception {
        int messages = 1000;
        Play play = server.play(dialogue -> {
            dialogue.accept(NEW_SESSION);
            for (int i = 0; i < messages; i++) {
                String digits = "%04d".formatted(i).replaceAll("(.)", "3$1");
                dialogue.expect("30 07 0001 74" + digits).send("30 07 0001 74" + digits);
            }
        });
        MqttClient client = connected();
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            String text = "%04d".formatted(i);
            sent.add(text);
            client.publish(Message.of("t", text, QoS.AT_MOST_ONCE));
        }
        play.await();
        assertThat(taken(messages)).isEqualTo(sent);
    }

    private void closesAfter(String bytes) throws Exception {
        Play play =
                server.play(dialogue -> dialogue.accept(NEW_SESSION).send(bytes).expectEnd());
        connected();
        play.await();
        MqttException failure = catchThrowableOfType(MqttException.class, stream::take);
        assertThat(failure.failure()).isEqualTo(Failure.PROTOCOL_ERROR);
    }

    private List<String> taken(int count) throws Exception {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(stream.take().payload().toText());
        }
        return texts;
    }

    private ClientOptions.Builder options() {
        return server.options().version(ProtocolVersion.MQTT_3_1_1);
    }

    private MqttClient connected() throws MqttException {
        return connected(options().messageListener(stream));
    }

    private MqttClient connected(ClientOptions.Builder options) throws MqttException {
        MqttClient client = new MqttClient(options.build());
        clients.add(client);
        client.connect();
        return client;
    }
}
