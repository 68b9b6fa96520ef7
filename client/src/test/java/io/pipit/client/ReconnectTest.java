package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.client.ScriptedServer.Play;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client does by itself after its connection was lost. */
@Timeout(60)
final class ReconnectTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String NEW_SESSION = "20 03 00 00 00";
    private static final String OLD_SESSION = "20 03 01 00 00";
    private static final String CONNECT_AGAIN = "10 13 0004 4d515454 05 00 0000 05 11 0000003c 0001 63";
    private static final String CONNECT_CLEAN = "10 0e 0004 4d515454 05 02 0000 00 0001 63";

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final MessageStream stream = new MessageStream(100);
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    @Spec({"MQTT-4.4.0-1", "MQTT-3.3.1-1"})
    void drop_afterPublishOfQoS2_sendsItAgainWithDup() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION).expect("34 07 0001 74 0001 00 61");
            dialogue.drop();
        });
        Play second = server.play(dialogue -> dialogue.expect(CONNECT_AGAIN)
                .send(OLD_SESSION)
                .expect("3c 07 0001 74 0001 00 61")
                .send("50 02 0001")
                .expect("62 02 0001")
                .send("70 02 0001")
                .expect("e0 00")
                .expectEnd());
        try (MqttClient client = connected(kept())) {
            assertThat(client.publish(Message.of("t", "a", QoS.EXACTLY_ONCE)).reasonCode())
                    .isEqualTo(ReasonCode.SUCCESS);
        }
        second.await();
    }

    @Test
    @Spec({"MQTT-4.4.0-1", "MQTT-4.3.3-6"})
    void drop_afterPubRec_sendsOnlyPubRelAgain() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION)
                    .expect("34 07 0001 74 0001 00 61")
                    .send("50 03 0001 10")
                    .expect("62 02 0001");
            dialogue.drop();
        });
        // The server had the PUBREL: that it knows the identifier no more is no error then.
        Play second = server.play(dialogue -> dialogue.expect(CONNECT_AGAIN)
                .send(OLD_SESSION)
                .expect("62 02 0001")
                .send("70 03 0001 92")
                .expect("e0 00"));
        try (MqttClient client = connected(kept())) {
            assertThat(client.publish(Message.of("t", "a", QoS.EXACTLY_ONCE)).reasonCode())
                    .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        }
        second.await();
    }

    @Test
    void drop_withSessionLost_publishesAnewWhatTheServerHadNotTaken() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION)
                    .expect("34 07 0001 74 0001 00 61")
                    .expect("34 07 0001 74 0002 00 62")
                    .expect("32 07 0001 74 0003 00 63")
                    .send("50 02 0001")
                    .expect("62 02 0001");
            dialogue.drop();
        });
        Play second = server.play(dialogue -> dialogue.expect(CONNECT_AGAIN)
                .send(NEW_SESSION)
                .expect("34 07 0001 74 0002 00 62")
                .expect("32 07 0001 74 0003 00 63")
                .send("50 02 0002 40 02 0003")
                .expect("62 02 0002")
                .send("70 02 0002")
                .expect("e0 00"));
        try (MqttClient client = connected(kept())) {
            CompletableFuture<PublishResult> a = client.publishAsync(Message.of("t", "a", QoS.EXACTLY_ONCE));
            CompletableFuture<PublishResult> b = client.publishAsync(Message.of("t", "b", QoS.EXACTLY_ONCE));
            CompletableFuture<PublishResult> c = client.publishAsync(Message.of("t", "c", QoS.AT_LEAST_ONCE));

            assertThat(a.get(20, TimeUnit.SECONDS).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(b.get(20, TimeUnit.SECONDS).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(c.get(20, TimeUnit.SECONDS).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
        }
        second.await();
    }

    @Test
    void drop_ofCleanSession_subscribesAgainThenPublishesAnew() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION)
                    .expect("82 09 0001 02 0b 05 0001 61 01")
                    .send("90 04 0001 00 01");
            dialogue.expect("82 0b 0002 00 0001 62 00 0001 63 02").send("90 05 0002 00 00 87");
            dialogue.expect("32 07 0001 74 0003 00 61");
            dialogue.drop();
        });
        Play second = server.play(dialogue -> dialogue.expect(CONNECT_CLEAN)
                .send(NEW_SESSION)
                .expect("82 09 0004 02 0b 05 0001 61 01")
                .expect("82 07 0005 00 0001 62 00")
                .expect("32 07 0001 74 0003 00 61")
                .send("90 04 0004 00 01 90 04 0005 00 00 40 02 0003 30 05 0001 61 00 78"));
        try (MqttClient client = connected(reconnecting())) {
            client.subscribe(
                    List.of(request("a", QoS.AT_LEAST_ONCE)),
                    Properties.of(Property.SUBSCRIPTION_IDENTIFIER, 5),
                    stream);
            client.subscribe(
                    List.of(request("b", QoS.AT_MOST_ONCE), request("c", QoS.EXACTLY_ONCE)),
                    Properties.NONE,
                    message -> {});

            client.publish(Message.of("t", "a", QoS.AT_LEAST_ONCE));

            assertThat(stream.take().payload().toText()).isEqualTo("x");
        }
        second.await();
    }

    @Test
    void drop_beforeSubAck_asksAgain() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION).expect("82 07 0001 00 0001 61 01");
            dialogue.drop();
        });
        Play second = server.play(dialogue ->
                dialogue.accept(OLD_SESSION).expect("82 07 0001 00 0001 61 01").send("90 04 0001 00 01"));
        try (MqttClient client = connected(kept())) {
            assertThat(client.subscribe("a", QoS.AT_LEAST_ONCE, stream).reasonCodes())
                    .containsExactly(ReasonCode.GRANTED_QOS_1);
        }
        second.await();
    }

    @Test
    void drop_beforeTheRestoredSubscriptionIsGranted_asksAgain() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION).expect("82 07 0001 00 0001 61 01").send("90 04 0001 00 01");
            dialogue.drop();
        });
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION).expect("82 07 0002 00 0001 61 01");
            dialogue.drop();
        });
        // The server has the session of the second connection, but not its SUBSCRIBE.
        Play third = server.play(dialogue -> dialogue.accept(OLD_SESSION)
                .expect("82 07 0002 00 0001 61 01")
                .send("90 04 0002 00 01 30 05 0001 61 00 78"));
        try (MqttClient client = connected(kept())) {
            client.subscribe("a", QoS.AT_LEAST_ONCE, stream);
            assertThat(stream.take().payload().toText()).isEqualTo("x");
        }
        third.await();
    }

    @Test
    void restoration_thatIsRefused_isToldToTheListener() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION).expect("82 07 0001 00 0001 61 01").send("90 04 0001 00 01");
            dialogue.drop();
        });
        server.play(dialogue ->
                dialogue.accept(NEW_SESSION).expect("82 07 0002 00 0001 61 01").send("90 04 0002 00 87"));
        try (MqttClient client = connected(reconnecting())) {
            client.subscribe("a", QoS.AT_LEAST_ONCE, stream);

            MqttException refusal = catchThrowableOfType(MqttException.class, stream::take);

            assertThat(refusal.failure()).isEqualTo(Failure.REJECTED);
            assertThat(refusal.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(refusal).hasMessageContaining("subscription to a");
        }
    }

    @Test
    void publish_withoutConnection_waitsUpToTheLimit() throws Exception {
        CountDownLatch published = new CountDownLatch(1);
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION);
            dialogue.drop();
        });
        Play second = server.play(dialogue -> {
            await(published);
            dialogue.accept(OLD_SESSION)
                    .expect("32 07 0001 74 0001 00 61 34 07 0001 74 0002 00 62")
                    .send("40 02 0001 50 02 0002")
                    .expect("62 02 0002")
                    .send("70 02 0002");
        });
        try (MqttClient client = connected(kept().offlineLimit(2, 3))) {
            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("connected false");
            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("reconnecting CONNECTION_LOST");
            CompletableFuture<PublishResult> a = client.publishAsync(Message.of("t", "a", QoS.AT_LEAST_ONCE));
            assertThat(failure(client, Message.of("t", "123", QoS.AT_LEAST_ONCE)))
                    .isEqualTo(Failure.BACKLOG_FULL);
            CompletableFuture<PublishResult> b = client.publishAsync(Message.of("t", "b", QoS.EXACTLY_ONCE));
            assertThat(failure(client, Message.of("t", "c", QoS.AT_LEAST_ONCE))).isEqualTo(Failure.BACKLOG_FULL);
            assertThat(failure(client, Message.of("t", "d", QoS.AT_MOST_ONCE))).isEqualTo(Failure.CONNECTION_LOST);
            published.countDown();

            assertThat(List.of(a, b)).allSatisfy(each -> assertThat(each).succeedsWithin(PATIENCE));
        }
        second.await();
    }

    @Test
    void publish_thatTheNextConnectionRefusesToCarry_failsAlone() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION).expect("32 09 0001 74 0001 00 616263").expect("32 07 0001 74 0002 00 61");
            dialogue.drop();
        });
        Play second = server.play(dialogue -> dialogue.accept("20 08 01 00 05 27 0000000a")
                .expect("3a 07 0001 74 0002 00 61")
                .send("40 02 0002"));
        try (MqttClient client = connected(kept())) {
            CompletableFuture<PublishResult> large = client.publishAsync(Message.of("t", "abc", QoS.AT_LEAST_ONCE));
            CompletableFuture<PublishResult> small = client.publishAsync(Message.of("t", "a", QoS.AT_LEAST_ONCE));

            assertThat(small).succeedsWithin(PATIENCE);
            assertThat(large)
                    .failsWithin(PATIENCE)
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("Maximum Packet Size");
        }
        second.await();
    }

    @ParameterizedTest
    @CsvSource({
        "e0 01 8e, SESSION_TAKEN_OVER",
        "e0 01 9c, USE_ANOTHER_SERVER",
        "e0 01 9d, SERVER_MOVED",
        "e0 01 87, NOT_AUTHORIZED",
        "e0 01 95, PACKET_TOO_LARGE",
    })
    void disconnect_thatWillNotPass_endsIt(String disconnect, ReasonCode reason) throws Exception {
        server.play(dialogue ->
                dialogue.accept(NEW_SESSION).expect("32 07 0001 74 0001 00 61").send(disconnect));
        try (MqttClient client = connected(kept().messageListener(stream))) {
            MqttException failure = catchThrowableOfType(
                    MqttException.class, () -> client.publish(Message.of("t", "a", QoS.AT_LEAST_ONCE)));

            assertThat(failure.failure()).isEqualTo(Failure.DISCONNECTED);
            assertThat(failure.reasonCode()).isEqualTo(reason);
            assertThat(catchThrowableOfType(MqttException.class, stream::take).reasonCode())
                    .isEqualTo(reason);
            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("connected false");
            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("disconnected DISCONNECTED");
            assertThat(client.isConnected()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MQTT_5_0, 20 03 00 84 00, UNSUPPORTED_PROTOCOL_VERSION",
        "MQTT_5_0, 20 03 00 86 00, BAD_USER_NAME_OR_PASSWORD",
        "MQTT_5_0, 20 03 00 87 00, NOT_AUTHORIZED",
        "MQTT_5_0, 20 03 00 8a 00, BANNED",
        "MQTT_3_1_1, 20 02 00 04, BAD_USER_NAME_OR_PASSWORD",
        "MQTT_3_1_1, 20 02 00 05, NOT_AUTHORIZED",
    })
    void refusal_thatWillNotPass_endsIt(ProtocolVersion version, String connAck, ReasonCode reason) throws Exception {
        server.play(dialogue -> {
            dialogue.accept(version.hasProperties() ? NEW_SESSION : "20 02 00 00");
            dialogue.drop();
        });
        server.play(dialogue -> dialogue.accept(connAck));
        try (MqttClient client = connected(reconnecting().version(version).messageListener(stream))) {
            assertThat(catchThrowableOfType(MqttException.class, stream::take).reasonCode())
                    .isEqualTo(reason);
            assertThat(failure(client, Message.of("t", "a", QoS.AT_LEAST_ONCE))).isEqualTo(Failure.REFUSED);
        }
    }

    @Test
    void refusal_thatMayPass_isTriedAgain() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION).send("e0 01 8b");
        });
        server.play(dialogue -> dialogue.accept("20 03 00 88 00"));
        server.play(dialogue -> dialogue.accept("20 03 00 97 00"));
        Play last = server.play(dialogue -> dialogue.accept(OLD_SESSION).expect("e0 00"));
        try (MqttClient client = connected(kept())) {
            for (String event : List.of(
                    "connected false",
                    "reconnecting DISCONNECTED",
                    "reconnecting REFUSED",
                    "reconnecting REFUSED",
                    "connected true")) {
                assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo(event);
            }
            assertThat(client.isConnected()).isTrue();
        }
        last.await();
    }

    @Test
    void close_whileReconnecting_endsIt() throws Exception {
        server.play(dialogue -> {
            dialogue.accept(NEW_SESSION).expect("32 07 0001 74 0001 00 61");
            dialogue.drop();
        });
        MqttClient client = connected(kept().reconnect(Duration.ofHours(1), Duration.ofHours(1)));
        CompletableFuture<PublishResult> a = client.publishAsync(Message.of("t", "a", QoS.AT_LEAST_ONCE));
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("connected false");
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("reconnecting CONNECTION_LOST");
        assertThatThrownBy(client::connect).isInstanceOf(IllegalStateException.class);

        client.close();

        assertThat(a).failsWithin(PATIENCE);
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("disconnected NOT_CONNECTED");
        assertThat(failure(client, Message.of("t", "a", QoS.AT_LEAST_ONCE))).isEqualTo(Failure.NOT_CONNECTED);
    }

    @Test
    @Spec("MQTT-3.1.3-2")
    void reconnect_withAssignedIdentifier_keepsIt() throws Exception {
        server.play(dialogue -> {
            dialogue.accept("20 07 00 00 04 12 0001 61");
            dialogue.drop();
        });
        Play second = server.play(dialogue -> dialogue.expect("10 13 0004 4d515454 05 00 0000 05 11 0000003c 0001 61")
                .send(OLD_SESSION)
                .expect("e0 00"));
        try (MqttClient client = connected(kept().clientIdentifier(""))) {
            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("connected false");
            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("reconnecting CONNECTION_LOST");
            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("connected true");
            assertThat(client.clientIdentifier()).hasToString("a");
        }
        second.await();
    }

    private static Failure failure(MqttClient client, Message message) {
        return catchThrowableOfType(MqttException.class, () -> client.publish(message))
                .failure();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private static SubscriptionRequest request(String filter, QoS qos) {
        return new SubscriptionRequest(TopicFilter.of(filter), new SubscriptionOptions(qos));
    }

    private ClientOptions.Builder kept() {
        return reconnecting().sessionExpirySeconds(60);
    }

    private ClientOptions.Builder reconnecting() {
        return server.options()
                .reconnect(Duration.ofMillis(1), Duration.ofMillis(2))
                .connectionListener(new ConnectionListener() {
                    @Override
                    public void connected(ConnAck connAck) {
                        events.add("connected " + connAck.sessionPresent());
                    }

                    @Override
                    public void reconnecting(MqttException cause, Duration retryIn) {
                        events.add("reconnecting " + cause.failure());
                    }

                    @Override
                    public void disconnected(MqttException cause) {
                        events.add("disconnected " + cause.failure());
                    }
                });
    }

    private static MqttClient connected(ClientOptions.Builder options) throws MqttException {
        MqttClient client = new MqttClient(options.build());
        client.connect();
        return client;
    }
}
