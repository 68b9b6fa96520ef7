package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.client.ScriptedServer.Play;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Section 3.1.2.4, 4.1 and 4.4 of MQTT 3.1.1: what a client keeps from one connection to the next. */
@Timeout(60)
final class SessionInThreeOneOneTest {
    private static final String CONNECT_STORED = "10 0d 0004 4d515454 04 00 0000 0001 63";
    private static final String CONNECT_CLEAN = "10 0d 0004 4d515454 04 02 0000 0001 63";
    private static final String NEW_SESSION = "20 02 00 00";
    private static final String OLD_SESSION = "20 02 01 00";

    private final MessageStream stream = new MessageStream(100);
    private final List<MqttClient> clients = new ArrayList<>();
    private final List<CompletableFuture<PublishResult>> underWay = new ArrayList<>();
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
    @Spec({"3.1.1:MQTT-4.4.0-1", "3.1.1:MQTT-3.3.1-1", "3.1.1:MQTT-4.6.0-1"})
    void storedSession_sendsAgainInOrder() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION).expect("34 06 0001 74 0001 61 32 06 0001 74 0002 62 34 06 0001 74 0003 63");
            dialogue.drop();
        });
        Play second = server.play(dialogue -> dialogue.expect(CONNECT_STORED)
                .send(OLD_SESSION)
                .expect("3c 06 0001 74 0001 61 3a 06 0001 74 0002 62 3c 06 0001 74 0003 63")
                .expect("32 06 0001 74 0004 64")
                .send("40 02 0002 40 02 0004"));
        MqttClient client = connected(stored());
        begins(client, "a", QoS.EXACTLY_ONCE);
        begins(client, "b", QoS.AT_LEAST_ONCE);
        begins(client, "c", QoS.EXACTLY_ONCE);
        awaitLoss();

        client.connect();
        client.publish(Message.of("t", "d", QoS.AT_LEAST_ONCE));
        second.await();
    }

    @Test
    @Spec({"3.1.1:MQTT-4.3.3-1", "3.1.1:MQTT-4.4.0-1", "3.1.1:MQTT-2.3.1-3"})
    void storedSession_afterPubrec_sendsPubrelAgainAndNotThePublish() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION)
                    .expect("34 06 0001 74 0001 61")
                    .send("50 02 0001")
                    .expect("62 02 0001");
            dialogue.drop();
        });
        MqttClient client = connected(stored());
        begins(client, "a", QoS.EXACTLY_ONCE);
        awaitLoss();
        for (int i = 0; i < 2; i++) {
            server.play(dialogue -> {
                dialogue.expect(CONNECT_STORED).send(OLD_SESSION).expect("62 02 0001");
                dialogue.drop();
            });
            client.connect();
            awaitLoss();
        }
        Play last = server.play(dialogue -> dialogue.expect(CONNECT_STORED)
                .send(OLD_SESSION)
                .expect("62 02 0001")
                .send("70 02 0001")
                .expect("30 04 0001 74 62"));

        client.connect();
        client.publish(Message.of("t", "b", QoS.AT_MOST_ONCE));
        last.await();
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.2-4", "3.1.1:MQTT-4.1.0-1", "3.1.1:MQTT-4.3.3-2"})
    void storedSession_keepsWhatWasReceivedAtQos2() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION).send("34 06 0001 74 0007 61").expect("50 02 0007");
            dialogue.drop();
        });
        Play second = server.play(dialogue -> dialogue.expect(CONNECT_STORED)
                .send(OLD_SESSION)
                .send("3c 06 0001 74 0007 61")
                .expect("50 02 0007")
                .send("62 02 0007")
                .expect("70 02 0007")
                .send("34 06 0001 74 0007 62")
                .expect("50 02 0007"));
        MqttClient client = connected(stored());
        assertThat(stream.take().payload().toText()).isEqualTo("a");
        awaitLoss();

        client.connect();
        second.await();
        assertThat(stream.take().payload().toText()).isEqualTo("b");
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-6")
    void cleanSession_usesNothingOfTheOneBefore() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION)
                    .expect("34 06 0001 74 0001 61")
                    .send("34 06 0001 74 0007 62")
                    .expect("50 02 0007");
            dialogue.drop();
        });
        Play second = server.play(dialogue -> dialogue.expect(CONNECT_CLEAN)
                .send(NEW_SESSION)
                .send("34 06 0001 74 0007 63")
                .expect("50 02 0007")
                .send("30 04 0001 74 64")
                .expect("e0 00")
                .expectEnd());
        MqttClient client = connected(stored().cleanStart(true));
        begins(client, "a", QoS.EXACTLY_ONCE);
        assertThat(stream.take().payload().toText()).isEqualTo("b");
        awaitLoss();

        client.connect();
        assertThat(stream.take().payload().toText()).isEqualTo("c");
        assertThat(stream.take().payload().toText()).isEqualTo("d"); // sent when PUBREC had come
        client.close();
        second.await();
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.3-2")
    void state_isThatOfItsClientIdentifier() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION).expect("32 06 0001 74 0001 61");
            dialogue.drop();
        });
        MqttClient client = connected(stored());
        begins(client, "a", QoS.AT_LEAST_ONCE);
        awaitLoss();

        Play ofAnother = server.play(dialogue -> dialogue.expect("10 0d 0004 4d515454 04 00 0000 0001 64")
                .send(OLD_SESSION)
                .expect("e0 00")
                .expectEnd());
        connected(stored().clientIdentifier("d")).close();
        ofAnother.await();

        Play ofTheSame = server.play(
                dialogue -> dialogue.expect(CONNECT_STORED).send(OLD_SESSION).expect("3a 06 0001 74 0001 61"));
        client.connect();
        ofTheSame.await();
    }

    private void begins(MqttClient client, String text, QoS qos) throws Exception {
        underWay.add(client.publishAsync(Message.of("t", text, qos)));
    }

    private void awaitLoss() {
        MqttException loss = catchThrowableOfType(MqttException.class, stream::take);
        assertThat(loss.failure()).isEqualTo(Failure.CONNECTION_LOST);
        assertThat(underWay).allSatisfy(publish -> assertThat(publish).failsWithin(Duration.ofSeconds(20)));
    }

    private ClientOptions.Builder stored() {
        return server.options()
                .version(ProtocolVersion.MQTT_3_1_1)
                .cleanStart(false)
                .messageListener(stream);
    }

    private MqttClient connected(ClientOptions.Builder options) throws MqttException {
        MqttClient client = new MqttClient(options.build());
        clients.add(client);
        client.connect();
        return client;
    }
}
