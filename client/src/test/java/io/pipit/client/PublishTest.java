package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PublishTest {
    private static final String ACCEPTED = "20 03 00 00 00";

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
    @Spec({"MQTT-4.3.1-1", "MQTT-4.3.2-1", "MQTT-4.3.3-1"})
    void publish_atEachQoS_playsItsExchange() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept("20 02 00 00")
                .expect("30 04 0001 74 61")
                .expect("32 06 0001 74 0001 62")
                .send("40 02 0001")
                .expect("35 06 0001 74 0002 63")
                .send("50 02 0002")
                .expect("62 02 0002")
                .send("70 02 0002")
                .expect("e0 00")
                .expectEnd());
        try (MqttClient client = connected(server.options().version(ProtocolVersion.MQTT_3_1_1))) {
            client.publish(Message.of("t", "a", QoS.AT_MOST_ONCE));
            client.publish(Message.of("t", "b", QoS.AT_LEAST_ONCE));
            client.publish(new Message(TopicName.of("t"), Payload.of("c"), QoS.EXACTLY_ONCE, true, Properties.NONE));
        }
        play.await();
    }

    @Test
    void publish_withProperties_sendsThem() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept(ACCEPTED)
                .expect("32 0c 0001 74 0001 05 02 0000000a 61")
                .send("40 03 0001 10"));
        try (MqttClient client = connected(server.options())) {
            PublishResult result = client.publish(new Message(
                    TopicName.of("t"),
                    Payload.of("a"),
                    QoS.AT_LEAST_ONCE,
                    false,
                    Properties.of(Property.MESSAGE_EXPIRY_INTERVAL, 10L)));

            assertThat(result.reasonCode()).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        }
        play.await();
    }

    @Test
    void publish_thatIsRejected_saysTheReason() throws Exception {
        server.play(dialogue ->
                dialogue.accept(ACCEPTED).expect("32 07 0001 74 0001 00 61").send("40 04 0001 87 00"));
        try (MqttClient client = connected(server.options())) {
            MqttException failure = catchThrowableOfType(
                    MqttException.class, () -> client.publish(Message.of("t", "a", QoS.AT_LEAST_ONCE)));

            assertThat(failure.failure()).isEqualTo(Failure.REJECTED);
            assertThat(failure.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    @Spec("MQTT-4.3.3-4")
    void publish_withErrorInPubRec_sendsNoPubRelAndFreesTheIdentifier() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept(ACCEPTED)
                .expect("34 07 0001 74 0001 00 61")
                .send("50 03 0001 97")
                .expect("e0 00")
                .expectEnd());
        try (MqttClient client = connected(server.options())) {
            MqttException failure = catchThrowableOfType(
                    MqttException.class, () -> client.publish(Message.of("t", "a", QoS.EXACTLY_ONCE)));

            assertThat(failure.reasonCode()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        }
        play.await();
    }

    @Test
    void publish_withPubRecTwice_sendsPubRelTwice() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept(ACCEPTED)
                .expect("34 07 0001 74 0001 00 61")
                .send("50 02 0001 50 02 0001")
                .expect("62 02 0001 62 02 0001")
                .send("70 02 0001"));
        try (MqttClient client = connected(server.options())) {
            client.publish(Message.of("t", "a", QoS.EXACTLY_ONCE));
        }
        play.await();
    }

    @Test
    void pubRec_ofUnknownIdentifier_isAnsweredNotFound() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept(ACCEPTED)
                .send("50 02 0007")
                .expect("62 03 0007 92")
                .send("40 02 0009 70 02 0009"));
        connected(server.options());
        play.await();
    }

    @Test
    @Spec({"MQTT-3.3.4-7", "MQTT-4.9.0-2"})
    void publishAsync_beyondReceiveMaximum_waitsForAcknowledgement() throws Exception {
        CountDownLatch tried = new CountDownLatch(1);
        ScriptedServer.Play play = server.play(dialogue -> {
            dialogue.accept("20 06 00 00 03 21 0002")
                    .expect("32 07 0001 74 0001 00 61")
                    .expect("34 07 0001 74 0002 00 62");
            awaitUninterruptibly(tried);
            // A PUBREC frees nothing: QoS 0 passes, the third message does not.
            dialogue.send("50 02 0002").expect("62 02 0002").send("70 02 0002");
            dialogue.expect("32 07 0001 74 0003 00 63").send("40 02 0003 40 02 0001");
        });
        try (MqttClient client = connected(server.options())) {
            CompletableFuture<PublishResult> first = client.publishAsync(Message.of("t", "a", QoS.AT_LEAST_ONCE));
            CompletableFuture<PublishResult> second = client.publishAsync(Message.of("t", "b", QoS.EXACTLY_ONCE));
            tried.countDown();
            client.publishAsync(Message.of("t", "c", QoS.AT_LEAST_ONCE)).join();
            second.join();
            first.join();
        }
        play.await();
    }

    @Test
    @Spec({"MQTT-3.2.2-11", "MQTT-3.2.2-14", "MQTT-3.2.2-15"})
    void publish_againstWhatTheServerAnnounced_sendsNothing() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept("20 0c 00 00 09 24 01 25 00 27 00000010")
                .expect("e0 00")
                .expectEnd());
        try (MqttClient client = connected(server.options())) {
            assertThat(reason(client, Message.of("t", "a", QoS.EXACTLY_ONCE))).isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
            assertThat(reason(client, retained("t", "a"))).isEqualTo(ReasonCode.RETAIN_NOT_SUPPORTED);
            assertThat(reason(client, Message.of("t", "0123456789a", QoS.AT_MOST_ONCE)))
                    .isEqualTo(ReasonCode.PACKET_TOO_LARGE);
            assertThat(reason(client, Message.of("t", "0123456789", QoS.AT_LEAST_ONCE)))
                    .isEqualTo(ReasonCode.PACKET_TOO_LARGE);
            Message aliased = new Message(
                    TopicName.of("t"), Payload.EMPTY, QoS.AT_MOST_ONCE, false, Properties.of(Property.TOPIC_ALIAS, 1));
            assertThat(reason(client, aliased)).isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID);
        }
        play.await();
    }

    private static Message retained(String topic, String text) {
        return new Message(TopicName.of(topic), Payload.of(text), QoS.AT_MOST_ONCE, true, Properties.NONE);
    }

    private static @Nullable ReasonCode reason(MqttClient client, Message message) {
        MqttException failure = catchThrowableOfType(MqttException.class, () -> client.publish(message));
        assertThat(failure.failure()).isEqualTo(Failure.NOT_POSSIBLE);
        return failure.reasonCode();
    }

    @Test
    void publish_withoutAnswer_timesOut() throws Exception {
        server.play(dialogue -> dialogue.accept(ACCEPTED).expect("32 07 0001 74 0001 00 61 e0 00"));
        try (MqttClient client = connected(server.options().responseTimeout(Duration.ofMillis(50)))) {
            MqttException failure = catchThrowableOfType(
                    MqttException.class, () -> client.publish(Message.of("t", "a", QoS.AT_LEAST_ONCE)));

            assertThat(failure.failure()).isEqualTo(Failure.TIMED_OUT);
            assertThat(failure).hasMessageContaining("PUBLISH");
        }
    }

    @Test
    void publish_withoutConnection_isRefused() throws Exception {
        try (MqttClient client = new MqttClient(server.options().build())) {
            MqttException failure = catchThrowableOfType(
                    MqttException.class, () -> client.publish(Message.of("t", "a", QoS.AT_MOST_ONCE)));

            assertThat(failure.failure()).isEqualTo(Failure.NOT_CONNECTED);
        }
    }

    @Test
    void publish_whenTheServerDisconnects_failsWithItsReason() throws Exception {
        server.play(dialogue ->
                dialogue.accept(ACCEPTED).expect("32 07 0001 74 0001 00 61").send("e0 01 8b"));
        try (MqttClient client = connected(server.options())) {
            MqttException failure = catchThrowableOfType(
                    MqttException.class, () -> client.publish(Message.of("t", "a", QoS.AT_LEAST_ONCE)));

            assertThat(failure.failure()).isEqualTo(Failure.DISCONNECTED);
            assertThat(failure.reasonCode()).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
            assertThat(client.isConnected()).isFalse();
        }
    }

    @Test
    @Spec({"MQTT-4.4.0-1", "MQTT-3.3.1-1", "MQTT-4.6.0-1"})
    void connect_toAPresentSession_sendsAgainInOrder() throws Exception {
        ScriptedServer.Play first = server.play(dialogue -> {
            dialogue.accept(ACCEPTED)
                    .expect("34 07 0001 74 0001 00 61")
                    .expect("32 07 0001 74 0002 00 62")
                    .expect("34 07 0001 74 0003 00 63")
                    .send("50 02 0003")
                    .expect("62 02 0003");
            dialogue.drop();
        });
        ScriptedServer.Play second =
                server.play(dialogue -> dialogue.expect("10 13 0004 4d515454 05 00 0000 05 11 0000003c 0001 63")
                        .send("20 06 01 00 03 21 0001")
                        .expect("62 02 0003")
                        .send("70 02 0003")
                        .expect("3c 07 0001 74 0001 00 61")
                        .send("50 02 0001")
                        .expect("62 02 0001")
                        .send("70 02 0001")
                        .expect("3a 07 0001 74 0002 00 62")
                        .send("40 02 0002")
                        .expect("32 07 0001 74 0004 00 64")
                        .send("40 02 0004"));
        ClientOptions.Builder options =
                server.options().properties(Properties.of(Property.SESSION_EXPIRY_INTERVAL, 60L));
        try (MqttClient client = connected(options)) {
            CompletableFuture<PublishResult> a = client.publishAsync(Message.of("t", "a", QoS.EXACTLY_ONCE));
            CompletableFuture<PublishResult> b = client.publishAsync(Message.of("t", "b", QoS.AT_LEAST_ONCE));
            CompletableFuture<PublishResult> c = client.publishAsync(Message.of("t", "c", QoS.EXACTLY_ONCE));
            first.await();
            assertThat(b).failsWithin(Duration.ofSeconds(20));
            assertThat(c).failsWithin(Duration.ofSeconds(20));
            assertThat(a).failsWithin(Duration.ofSeconds(20));

            client.connect();
            client.publish(Message.of("t", "d", QoS.AT_LEAST_ONCE));
        }
        second.await();
    }

    @Test
    @Spec("MQTT-3.2.2-5")
    void connect_withoutPresentSession_sendsNothingAgain() throws Exception {
        ScriptedServer.Play first = server.play(dialogue -> {
            dialogue.accept(ACCEPTED).expect("34 07 0001 74 0001 00 61");
            dialogue.drop();
        });
        ScriptedServer.Play second =
                server.play(dialogue -> dialogue.accept(ACCEPTED).expect("30 05 0001 74 00 62"));
        ClientOptions.Builder options =
                server.options().properties(Properties.of(Property.SESSION_EXPIRY_INTERVAL, 60L));
        try (MqttClient client = connected(options)) {
            CompletableFuture<PublishResult> a = client.publishAsync(Message.of("t", "a", QoS.EXACTLY_ONCE));
            first.await();
            assertThat(a).failsWithin(Duration.ofSeconds(20));

            client.connect();
            client.publish(Message.of("t", "b", QoS.AT_MOST_ONCE));
        }
        second.await();
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-23")
    void keepAlive3_withoutTraffic_pings() throws Exception {
        ScriptedServer.Play play = server.play(dialogue ->
                dialogue.accept("20 02 00 00").expect("c0 00").send("d0 00").expect("c0 00"));
        connected(server.options().version(ProtocolVersion.MQTT_3_1_1).keepAliveSeconds(1));
        play.await();
    }

    @Test
    @Spec({"MQTT-3.1.2-20", "MQTT-3.1.2-21", "MQTT-3.2.2-21"})
    void keepAlive_withoutTraffic_pings() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept("20 06 00 00 03 13 0001")
                .expect("c0 00")
                .send("d0 00")
                .expect("c0 00"));
        connected(server.options().keepAliveSeconds(600));
        play.await();
    }

    @Test
    void keepAlive_withoutAnswer_endsTheConnection() throws Exception {
        CompletableFuture<MqttException> ended = new CompletableFuture<>();
        server.play(dialogue ->
                dialogue.accept("20 06 00 00 03 13 0001").expect("c0 00").expectEnd());
        MessageListener listener = new MessageListener() {
            @Override
            public void received(ReceivedMessage message) {}

            @Override
            public void ended(MqttException cause) {
                ended.complete(cause);
            }
        };
        try (MqttClient client = connected(
                server.options().responseTimeout(Duration.ofMillis(50)).messageListener(listener))) {
            assertThat(ended)
                    .succeedsWithin(Duration.ofSeconds(20))
                    .satisfies(cause -> assertThat(cause.failure()).isEqualTo(Failure.TIMED_OUT));
            assertThat(client.isConnected()).isFalse();
        }
    }

    private MqttClient connected(ClientOptions.Builder options) throws MqttException {
        MqttClient client = new MqttClient(options.build());
        clients.add(client);
        client.connect();
        return client;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
