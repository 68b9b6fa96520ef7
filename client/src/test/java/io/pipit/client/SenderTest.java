package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.client.ScriptedServer.Play;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.UserProperty;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client sends, as the versions have it in common. */
@Timeout(60)
final class SenderTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

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

    @BothVersions
    @Spec({"MQTT-4.3.1-1", "3.1.1:MQTT-4.3.1-1", "3.1.1:MQTT-2.3.1-5"})
    void publish_atQoS0_hasNeitherIdentifierNorDup(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .expect("30 0001 74 ~ 61, 30 0001 74 ~ 62, e0")
                        .expectEnd());
        try (MqttClient client = connected(version)) {
            client.publish(Message.of("t", "a", QoS.AT_MOST_ONCE));
            client.publish(Message.of("t", "b", QoS.AT_MOST_ONCE));
        }
        play.await();
    }

    @BothVersions
    @Spec({"MQTT-4.3.2-1", "MQTT-4.3.2-2", "3.1.1:MQTT-4.3.2-1"})
    void publish_atQoS1_takesAFreeIdentifierWithoutDup(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .expect("32 0001 74 0001 ~ 61, 32 0001 74 0002 ~ 62")
                        .send("40 0001")
                        .expect("32 0001 74 0003 ~ 63")
                        .send("40 0003, 40 0002")
                        .expect("e0"));
        try (MqttClient client = connected(version)) {
            CompletableFuture<PublishResult> a = client.publishAsync(Message.of("t", "a", QoS.AT_LEAST_ONCE));
            CompletableFuture<PublishResult> b = client.publishAsync(Message.of("t", "b", QoS.AT_LEAST_ONCE));
            assertThat(a).succeedsWithin(PATIENCE);
            client.publish(Message.of("t", "c", QoS.AT_LEAST_ONCE));
            assertThat(b).succeedsWithin(PATIENCE);
        }
        play.await();
    }

    @BothVersions
    @Spec({"MQTT-4.3.3-2", "MQTT-4.3.3-4", "3.1.1:MQTT-4.3.3-1"})
    void publish_atQoS2_playsBothHalves(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .expect("34 0001 74 0001 ~ 61")
                        .send("50 0001")
                        .expect("62 0001")
                        .send("70 0001")
                        .expect("34 0001 74 0002 ~ 62")
                        .send("50 0002")
                        .expect("62 0002")
                        .send("70 0002")
                        .expect("e0"));
        try (MqttClient client = connected(version)) {
            client.publish(Message.of("t", "a", QoS.EXACTLY_ONCE));
            client.publish(Message.of("t", "b", QoS.EXACTLY_ONCE));
        }
        play.await();
    }

    @BothVersions
    @Spec({"MQTT-4.6.0-4", "3.1.1:MQTT-4.6.0-4", "3.1.1:MQTT-2.3.1-6"})
    void pubRel_keepsTheOrderOfThePubRecs(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .expect("34 0001 74 0001 ~ 61, 34 0001 74 0002 ~ 62, 34 0001 74 0003 ~ 63")
                        .send("50 0003, 50 0001, 50 0002")
                        .expect("62 0003, 62 0001, 62 0002")
                        .send("70 0001, 70 0002, 70 0003"));
        try (MqttClient client = connected(version)) {
            List<CompletableFuture<PublishResult>> both = List.of(
                    client.publishAsync(Message.of("t", "a", QoS.EXACTLY_ONCE)),
                    client.publishAsync(Message.of("t", "b", QoS.EXACTLY_ONCE)));
            client.publish(Message.of("t", "c", QoS.EXACTLY_ONCE));
            assertThat(both).allSatisfy(each -> assertThat(each).succeedsWithin(PATIENCE));
        }
        play.await();
    }

    @BothVersions
    @Spec({"MQTT-4.4.0-1", "MQTT-4.3.2-3", "3.1.1:MQTT-4.4.0-1"})
    void reconnect_withUnacknowledged_sendsItAgainWithItsIdentifier(ProtocolVersion version) throws Exception {
        server.play(version, dialogue -> {
            dialogue.accept().expect("32 0001 74 0001 ~ 61, 34 0001 74 0002 ~ 62, 34 0001 74 0003 ~ 63");
            dialogue.send("50 0003").expect("62 0003").drop();
        });
        Play second = server.play(
                version,
                dialogue -> dialogue.resume()
                        .expect("62 0003, 3a 0001 74 0001 ~ 61, 3c 0001 74 0002 ~ 62")
                        .send("40 0001, 50 0002, 70 0003")
                        .expect("62 0002")
                        .send("70 0002")
                        .expect("e0"));
        try (MqttClient client = connected(kept(version))) {
            List<CompletableFuture<PublishResult>> all = List.of(
                    client.publishAsync(Message.of("t", "a", QoS.AT_LEAST_ONCE)),
                    client.publishAsync(Message.of("t", "b", QoS.EXACTLY_ONCE)),
                    client.publishAsync(Message.of("t", "c", QoS.EXACTLY_ONCE)));
            assertThat(all).allSatisfy(each -> assertThat(each).succeedsWithin(PATIENCE));
        }
        second.await();
    }

    @BothVersions
    @Spec({"MQTT-4.3.3-3", "MQTT-4.3.3-5", "3.1.1:MQTT-2.3.1-3"})
    void reconnect_againAndAgain_sendsTheStepThatIsUnanswered(ProtocolVersion version) throws Exception {
        server.play(
                version,
                dialogue -> dialogue.accept().expect("34 0001 74 0001 ~ 61").drop());
        server.play(
                version,
                dialogue -> dialogue.resume().expect("3c 0001 74 0001 ~ 61").drop());
        server.play(
                version,
                dialogue -> dialogue.resume()
                        .expect("3c 0001 74 0001 ~ 61")
                        .send("50 0001")
                        .expect("62 0001")
                        .drop());
        server.play(version, dialogue -> dialogue.resume().expect("62 0001").drop());
        Play last = server.play(
                version,
                dialogue -> dialogue.resume().expect("62 0001").send("70 0001").expect("e0"));
        try (MqttClient client = connected(kept(version))) {
            client.publish(Message.of("t", "a", QoS.EXACTLY_ONCE));
        }
        last.await();
    }

    @BothVersions
    @Spec({"MQTT-3.3.1-1", "3.1.1:MQTT-3.3.1-1", "3.1.1:MQTT-4.6.0-1"})
    void reconnect_withSeveral_keepsTheirOrderWithDup(ProtocolVersion version) throws Exception {
        server.play(
                version,
                dialogue -> dialogue.accept()
                        .expect("32 0001 74 0001 ~ 61, 32 0001 74 0002 ~ 62, 32 0001 74 0003 ~ 63")
                        .send("40 0002")
                        .drop());
        Play second = server.play(
                version,
                dialogue -> dialogue.resume()
                        .expect("3a 0001 74 0001 ~ 61, 3a 0001 74 0003 ~ 63")
                        .send("40 0001, 40 0003")
                        .expect("32 0001 74 0004 ~ 64")
                        .send("40 0004"));
        try (MqttClient client = connected(kept(version))) {
            CompletableFuture<PublishResult> a = client.publishAsync(Message.of("t", "a", QoS.AT_LEAST_ONCE));
            CompletableFuture<PublishResult> b = client.publishAsync(Message.of("t", "b", QoS.AT_LEAST_ONCE));
            CompletableFuture<PublishResult> c = client.publishAsync(Message.of("t", "c", QoS.AT_LEAST_ONCE));
            assertThat(List.of(a, b, c)).allSatisfy(each -> assertThat(each).succeedsWithin(PATIENCE));
            client.publish(Message.of("t", "d", QoS.AT_LEAST_ONCE));
        }
        second.await();
    }

    @Test
    @Spec({"MQTT-4.4.0-2", "MQTT-4.3.3-9"})
    void reconnect_afterRefusals_sendsNothingAgainAndUsesTheIdentifiersAnew() throws Exception {
        ProtocolVersion version = ProtocolVersion.MQTT_5_0;
        server.play(
                version,
                dialogue -> dialogue.accept()
                        .expect("32 0001 74 0001 ~ 61, 34 0001 74 0002 ~ 62")
                        .send("40 0001 97 00, 50 0002 97 00")
                        .drop());
        Play second = server.play(
                version,
                dialogue -> dialogue.resume().expect("30 0001 74 ~ 63, e0").expectEnd());
        CompletableFuture<Boolean> back = new CompletableFuture<>();
        ClientOptions.Builder options = kept(version).connectionListener(new ConnectionListener() {
            @Override
            public void connected(ConnAck connAck) {
                if (connAck.sessionPresent()) {
                    back.complete(true);
                }
            }
        });
        try (MqttClient client = connected(options)) {
            CompletableFuture<PublishResult> a = client.publishAsync(Message.of("t", "a", QoS.AT_LEAST_ONCE));
            CompletableFuture<PublishResult> b = client.publishAsync(Message.of("t", "b", QoS.EXACTLY_ONCE));
            assertThat(a).failsWithin(PATIENCE);
            assertThat(b).failsWithin(PATIENCE);
            assertThat(back).succeedsWithin(PATIENCE);
            client.publish(Message.of("t", "c", QoS.AT_MOST_ONCE));
        }
        second.await();
    }

    @Test
    @Spec({"MQTT-4.3.3-7", "MQTT-4.3.3-13"})
    void reconnect_withAnExpiredMessage_completesItAllTheSame() throws Exception {
        ProtocolVersion version = ProtocolVersion.MQTT_5_0;
        server.play(
                version,
                dialogue -> dialogue.accept()
                        .expect("34 0001 74 0001 05 02 00000000 61")
                        .drop());
        Play second = server.play(
                version,
                dialogue -> dialogue.resume()
                        .expect("3c 0001 74 0001 05 02 00000000 61")
                        .send("50 0001")
                        .expect("62 0001")
                        .send("70 0001"));
        try (MqttClient client = connected(kept(version))) {
            client.publish(Message.of("t", "a", QoS.EXACTLY_ONCE).with(Property.MESSAGE_EXPIRY_INTERVAL, 0L));
        }
        second.await();
    }

    @BothVersions
    @Spec({"MQTT-3.1.2-4", "3.1.1:MQTT-3.1.2-6", "3.1.1:MQTT-4.1.0-2"})
    void connectAgain_withCleanStart_beginsANewSession(ProtocolVersion version) throws Exception {
        Play first = server.play(
                version,
                dialogue -> dialogue.accept().expect("34 0001 74 0001 ~ 61").drop());
        Play second = server.play(
                version,
                dialogue -> dialogue.accept()
                        .expect("32 0001 74 0002 ~ 62")
                        .send("40 0002")
                        .expect("e0"));
        try (MqttClient client = connected(server.options().version(version))) {
            CompletableFuture<PublishResult> a = client.publishAsync(Message.of("t", "a", QoS.EXACTLY_ONCE));
            first.await();
            assertThat(a).failsWithin(PATIENCE);
            client.connect();
            client.publish(Message.of("t", "b", QoS.AT_LEAST_ONCE));
        }
        second.await();
    }

    @BothVersions
    @Spec({"MQTT-3.1.2-23", "3.1.1:MQTT-3.1.2-4", "3.1.1:MQTT-4.1.0-1"})
    void connectAgain_withKeptSession_goesOnWithIt(ProtocolVersion version) throws Exception {
        Play first = server.play(
                version,
                dialogue -> dialogue.accept().expect("34 0001 74 0001 ~ 61").drop());
        Play second = server.play(
                version,
                dialogue -> dialogue.resume()
                        .expect("3c 0001 74 0001 ~ 61, 32 0001 74 0002 ~ 62")
                        .send("50 0001, 40 0002")
                        .expect("62 0001, e0"));
        try (MqttClient client = connected(kept(version).withoutReconnect())) {
            CompletableFuture<PublishResult> a = client.publishAsync(Message.of("t", "a", QoS.EXACTLY_ONCE));
            first.await();
            assertThat(a).failsWithin(PATIENCE);
            client.connect();
            client.publish(Message.of("t", "b", QoS.AT_LEAST_ONCE));
        }
        second.await();
    }

    @Test
    @Spec({"MQTT-2.2.1-3", "3.1.1:MQTT-2.3.1-1", "3.1.1:MQTT-2.3.1-2"})
    void identifiers_afterAll_areReusedOnlyWhenFree() {
        Outgoing outgoing = new Outgoing();
        outgoing.connected(0xFFFF);
        Exchange open = outgoing.publish(Message.of("t", "open", QoS.AT_LEAST_ONCE));
        for (int i = 0; i < 0xFFFE; i++) {
            Exchange exchange = outgoing.begin(PacketType.PUBACK, PubAck::new);
            assertThat(exchange.identifier()).isBetween(2, 0xFFFF);
            outgoing.withdraw(exchange);
        }

        assertThat(open.identifier()).isEqualTo(1);
        assertThat(outgoing.begin(PacketType.PUBACK, PubAck::new).identifier()).isEqualTo(2);
        assertThat(outgoing.begin(PacketType.PUBACK, PubAck::new).identifier()).isEqualTo(3);
    }

    @BothVersions
    @Spec({"MQTT-3.8.1-1", "3.1.1:MQTT-3.8.1-1", "3.1.1:MQTT-3.8.3-1"})
    void subscribe_hasItsFlagsAndUtf8(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .expect("82 0001 ~ 0002 c3a4 01")
                        .send("90 0001 ~ 01")
                        .expect("e0"));
        try (MqttClient client = connected(version)) {
            client.subscribe("ä", QoS.AT_LEAST_ONCE, message -> {});
        }
        play.await();
    }

    @BothVersions
    @Spec({"MQTT-3.10.1-1", "3.1.1:MQTT-3.10.1-1", "3.1.1:MQTT-3.10.3-1"})
    void unsubscribe_hasItsFlagsAndUtf8(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .expect("a2 0001 ~ 0002 c3a4 0001 62")
                        .send(version.hasProperties() ? "b0 0001 00 00 11" : "b0 0001")
                        .expect("e0"));
        try (MqttClient client = connected(version)) {
            client.unsubscribe(List.of(TopicFilter.of("ä"), TopicFilter.of("b")), Properties.NONE);
        }
        play.await();
    }

    @BothVersions
    @Spec({"MQTT-3.8.3-2", "3.1.1:MQTT-3.8.3-3"})
    void subscribe_withoutFilter_sendsNothing(ProtocolVersion version) throws Exception {
        assertSendsNothing(version, client -> client.subscribe(List.of(), Properties.NONE, message -> {}));
    }

    @BothVersions
    @Spec({"MQTT-3.10.3-2", "3.1.1:MQTT-3.10.3-2"})
    void unsubscribe_withoutFilter_sendsNothing(ProtocolVersion version) throws Exception {
        assertSendsNothing(version, client -> client.unsubscribe(List.of(), Properties.NONE));
    }

    @BothVersions
    @Spec({"3.1.1:MQTT-4.7.1-1", "3.1.1:MQTT-4.7.3-1", "3.1.1:MQTT-4.7.3-2"})
    void publish_toWildcardEmptyOrNull_sendsNothing(ProtocolVersion version) throws Exception {
        for (String topic : List.of("a/+", "a/#", "", "a\u0000b")) {
            assertSendsNothing(version, client -> client.publish(Message.of(topic, "", QoS.AT_MOST_ONCE)));
        }
    }

    @BothVersions
    @Spec({"3.1.1:MQTT-4.7.1-2", "3.1.1:MQTT-4.7.1-3", "3.1.1:MQTT-4.7.3-3"})
    void subscribe_toFiltersThatAreNone_sendsNothing(ProtocolVersion version) throws Exception {
        for (String filter : List.of("a#", "#/a", "a+", "a/+b", "x".repeat(65_536))) {
            assertSendsNothing(version, client -> client.subscribe(filter, QoS.AT_MOST_ONCE, message -> {}));
        }
    }

    /** A call of a client. */
    @FunctionalInterface
    private interface Call {
        void on(MqttClient client) throws MqttException, InterruptedException;
    }

    private void assertSendsNothing(ProtocolVersion version, Call call) throws Exception {
        Play play =
                server.play(version, dialogue -> dialogue.accept().expect("e0").expectEnd());
        try (MqttClient client = connected(version)) {
            assertThatIllegalArgumentException().isThrownBy(() -> call.on(client));
        }
        play.await();
    }

    @Test
    @Spec("MQTT-3.8.3-4")
    void subscribe_sharedWithNoLocal_sendsNothing() throws Exception {
        Play play = server.play(
                ProtocolVersion.MQTT_5_0,
                dialogue -> dialogue.accept().expect("e0").expectEnd());
        try (MqttClient client = connected(ProtocolVersion.MQTT_5_0)) {
            SubscriptionOptions noLocal = new SubscriptionOptions(QoS.AT_MOST_ONCE, true, false, RetainHandling.SEND);
            assertNotPossible(
                    () -> client.subscribe(
                            List.of(new SubscriptionRequest(TopicFilter.of("$share/s/a"), noLocal)),
                            Properties.NONE,
                            message -> {}),
                    ReasonCode.PROTOCOL_ERROR);
        }
        play.await();
    }

    @Test
    void subscribe_toWhatTheServerLacks_sendsNothing() throws Exception {
        Play play = server.play(
                ProtocolVersion.MQTT_5_0,
                dialogue -> dialogue.acceptWith("20 00 00 06 28 00 29 00 2a 00")
                        .expect("e0")
                        .expectEnd());
        try (MqttClient client = connected(ProtocolVersion.MQTT_5_0)) {
            assertNotPossible(
                    () -> client.subscribe("a/#", QoS.AT_MOST_ONCE, message -> {}),
                    ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);
            assertNotPossible(
                    () -> client.subscribe("$share/s/a", QoS.AT_MOST_ONCE, message -> {}),
                    ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED);
            assertNotPossible(
                    () -> client.subscribe(
                            List.of(new SubscriptionRequest(
                                    TopicFilter.of("a"), new SubscriptionOptions(QoS.AT_MOST_ONCE))),
                            Properties.of(Property.SUBSCRIPTION_IDENTIFIER, 1),
                            message -> {}),
                    ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED);
        }
        play.await();
    }

    private static void assertNotPossible(ThrowingCallable call, ReasonCode reason) {
        MqttException failure = catchThrowableOfType(MqttException.class, call);
        assertThat(failure.failure()).isEqualTo(Failure.NOT_POSSIBLE);
        assertThat(failure.reasonCode()).isEqualTo(reason);
    }

    @Test
    @Spec({"MQTT-3.2.2-17", "MQTT-3.3.2-9", "MQTT-3.3.2-8"})
    void publish_withAlias_keepsToTheServersMaximum() throws Exception {
        Play play = server.play(
                ProtocolVersion.MQTT_5_0,
                dialogue -> dialogue.acceptWith("20 00 00 03 22 0002")
                        .expect("30 0001 74 03 23 0002 61, e0")
                        .expectEnd());
        try (MqttClient client = connected(ProtocolVersion.MQTT_5_0)) {
            Message message = Message.of("t", "a", QoS.AT_MOST_ONCE);
            client.publish(message.with(Property.TOPIC_ALIAS, 2));
            assertNotPossible(
                    () -> client.publish(message.with(Property.TOPIC_ALIAS, 3)), ReasonCode.TOPIC_ALIAS_INVALID);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> client.publish(message.with(Property.TOPIC_ALIAS, 0)));
        }
        play.await();
    }

    @Test
    @Spec("MQTT-3.2.2-18")
    void publish_withAliasWhereTheServerHasNone_sendsNothing() throws Exception {
        Play play = server.play(
                ProtocolVersion.MQTT_5_0,
                dialogue -> dialogue.accept().expect("e0").expectEnd());
        try (MqttClient client = connected(ProtocolVersion.MQTT_5_0)) {
            Message message = Message.of("t", "a", QoS.AT_MOST_ONCE).with(Property.TOPIC_ALIAS, 1);
            assertNotPossible(() -> client.publish(message), ReasonCode.TOPIC_ALIAS_INVALID);
        }
        play.await();
    }

    @Test
    @Spec("MQTT-3.3.2-7")
    void reconnect_withAliasInUse_sendsTheTopicWithoutIt() throws Exception {
        ProtocolVersion version = ProtocolVersion.MQTT_5_0;
        server.play(
                version,
                dialogue -> dialogue.acceptWith("20 00 00 03 22 0002")
                        .expect("32 0001 74 0001 03 23 0002 61")
                        .drop());
        Play second = server.play(
                version,
                dialogue -> dialogue.resume().expect("3a 0001 74 0001 00 61").send("40 0001"));
        try (MqttClient client = connected(kept(version))) {
            client.publish(Message.of("t", "a", QoS.AT_LEAST_ONCE).with(Property.TOPIC_ALIAS, 2));
        }
        second.await();
    }

    @Test
    @Spec("MQTT-3.3.4-6")
    void message_withSubscriptionIdentifier_isRefused() {
        Message message = Message.of("t", "a", QoS.AT_MOST_ONCE);

        assertThatIllegalArgumentException().isThrownBy(() -> message.with(Property.SUBSCRIPTION_IDENTIFIER, 1));
    }

    @Test
    @Spec({"MQTT-3.3.4-8", "MQTT-4.9.0-1", "MQTT-4.9.0-3"})
    void window_thatIsFull_delaysOnlyPublish() throws Exception {
        Play play = server.play(
                ProtocolVersion.MQTT_5_0,
                dialogue -> dialogue.acceptWith("20 00 00 03 21 0001")
                        .expect("34 0001 74 0001 00 61")
                        // QoS 0, SUBSCRIBE, UNSUBSCRIBE, PUBREL and what answers the server pass.
                        .expect("30 0001 74 00 62, 82 0002 00 0001 61 00")
                        .send("90 0002 00 00")
                        .expect("a2 0003 00 0001 61")
                        .send("b0 0003 00 00, 32 0001 61 0001 00 7a")
                        .expect("40 0001")
                        .send("50 0001")
                        .expect("62 0001")
                        .send("70 0001")
                        .expect("32 0001 74 0004 00 63")
                        .send("40 0004")
                        .expect("e0"));
        try (MqttClient client = connected(ProtocolVersion.MQTT_5_0)) {
            CompletableFuture<PublishResult> first = client.publishAsync(Message.of("t", "a", QoS.EXACTLY_ONCE));
            client.publish(Message.of("t", "b", QoS.AT_MOST_ONCE));
            client.subscribe("a", QoS.AT_MOST_ONCE, message -> {});
            client.unsubscribe(List.of(TopicFilter.of("a")), Properties.NONE);
            client.publish(Message.of("t", "c", QoS.AT_LEAST_ONCE));
            assertThat(first).isCompleted();
        }
        play.await();
    }

    @Test
    @Spec({"MQTT-3.6.2-1", "MQTT-3.6.2-2", "MQTT-3.6.2-3"})
    void pubRel_toAServerOfSmallPackets_isSmallAndHasAReasonOfItsOwn() throws Exception {
        Play play = server.play(
                ProtocolVersion.MQTT_5_0,
                dialogue -> dialogue.acceptWith("20 00 00 05 27 00000009")
                        .expect("34 0001 74 0001 00 61")
                        .send("50 0001 00 0a 1f 0007 41424344454647")
                        .expect("62 0001")
                        .send("50 0007")
                        .expect("62 0007 92")
                        .send("70 0001")
                        .expect("e0"));
        try (MqttClient client = connected(ProtocolVersion.MQTT_5_0)) {
            assertThat(client.publish(Message.of("t", "a", QoS.EXACTLY_ONCE))
                            .properties()
                            .get(Property.REASON_STRING))
                    .isEqualTo("ABCDEFG");
        }
        play.await();
    }

    @Test
    @Spec({"MQTT-3.14.2-1", "MQTT-3.14.2-3", "MQTT-3.14.2-4"})
    void disconnect_withTooMuchToSay_leavesItOut() throws Exception {
        Play play = server.play(
                ProtocolVersion.MQTT_5_0,
                dialogue -> dialogue.acceptWith("20 00 00 05 27 0000000c")
                        .expect("e0 98")
                        .expectEnd());
        MqttClient client = connected(ProtocolVersion.MQTT_5_0);
        Properties properties = Properties.of(Property.REASON_STRING, "good-bye")
                .with(Property.USER_PROPERTY, new UserProperty("name", "value"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.disconnect(new Disconnect(ReasonCode.SESSION_TAKEN_OVER, Properties.NONE)));
        client.disconnect(new Disconnect(ReasonCode.ADMINISTRATIVE_ACTION, properties));

        play.await();
    }

    @BothVersions
    @Spec({"MQTT-3.14.4-2", "3.1.1:MQTT-3.14.4-1", "3.1.1:MQTT-3.14.4-2"})
    void disconnect_whileOthersPublish_isTheLastPacket(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept().expect("30 0001 74 ~ 61, e0").expectEnd());
        MqttClient client = connected(version);
        client.publish(Message.of("t", "a", QoS.AT_MOST_ONCE));

        client.close();

        MqttException failure =
                catchThrowableOfType(MqttException.class, () -> client.publish(Message.of("t", "b", QoS.AT_MOST_ONCE)));
        assertThat(failure.failure()).isEqualTo(Failure.NOT_CONNECTED);
        play.await();
    }

    @BothVersions
    void close_withMessagesUnderWay_waitsForTheirEnd(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .expect("34 0001 74 0001 ~ 61")
                        .send("50 0001")
                        .expect("62 0001")
                        .send("70 0001")
                        .expect("e0")
                        .expectEnd());
        CompletableFuture<PublishResult> published;
        try (MqttClient client = connected(version)) {
            published = client.publishAsync(Message.of("t", "a", QoS.EXACTLY_ONCE));
        }
        assertThat(published).isCompleted();
        play.await();
    }

    private ClientOptions.Builder kept(ProtocolVersion version) {
        ClientOptions.Builder options =
                server.options().version(version).reconnect(Duration.ofMillis(1), Duration.ofMillis(2));
        return version.hasProperties() ? options.sessionExpirySeconds(60) : options.cleanStart(false);
    }

    private MqttClient connected(ProtocolVersion version) throws MqttException {
        return connected(server.options().version(version));
    }

    private MqttClient connected(ClientOptions.Builder options) throws MqttException {
        MqttClient client = new MqttClient(options.build());
        clients.add(client);
        client.connect();
        return client;
    }
}
