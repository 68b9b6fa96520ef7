package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.mqtt.Auth;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.Will;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConnectTest {
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1, 10 0f 0006 4d5149736470 03 02 0000 0001 63, 20 02 00 00",
        "MQTT_3_1_1, 10 0d 0004 4d515454 04 02 0000 0001 63, 20 02 00 00",
        "MQTT_5_0, 10 0e 0004 4d515454 05 02 0000 00 0001 63, 20 03 00 00 00",
    })
    @Spec({"MQTT-3.1.0-1", "MQTT-3.14.4-1"})
    void connect_inEachVersion_sendsConnectAndLeavesWithDisconnect(
            ProtocolVersion version, String connect, String connAck) throws Exception {
        ScriptedServer.Play play = server.play(dialogue ->
                dialogue.expect(connect).send(connAck).expect("e0 00").expectEnd());

        try (MqttClient client =
                new MqttClient(server.options().version(version).build())) {
            assertThat(client.connect().reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(client.isConnected()).isTrue();
        }
        play.await();
    }

    @Test
    void connect_withEverything_sendsIt() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.expect("10 25 0004 4d515454 05 ec 000a"
                        + "05 11 0000003c 0001 63 05 18 00000005 0001 77 0001 78 0001 75 0001 70")
                .send("20 03 00 00 00")
                .expect("e0 07 04 05 11 00000000"));
        Properties willProperties = Properties.of(Property.WILL_DELAY_INTERVAL, 5L);
        ClientOptions options = server.options()
                .cleanStart(false)
                .keepAliveSeconds(10)
                .properties(Properties.of(Property.SESSION_EXPIRY_INTERVAL, 60L))
                .will(new Will(TopicName.of("w"), Payload.of("x"), QoS.AT_LEAST_ONCE, true, willProperties))
                .userName("u")
                .password(Payload.of("p"))
                .build();
        MqttClient client = new MqttClient(options);
        client.connect();

        client.disconnect(new Disconnect(
                ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, Properties.of(Property.SESSION_EXPIRY_INTERVAL, 0L)));

        play.await();
        assertThat(client.isConnected()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1_1, 20 02 00 05, NOT_AUTHORIZED",
        "MQTT_3_1_1, 20 02 00 02, CLIENT_IDENTIFIER_NOT_VALID",
        "MQTT_5_0, 20 06 00 87 03 1f 0000, NOT_AUTHORIZED",
        "MQTT_5_0, 20 03 00 9f 00, CONNECTION_RATE_EXCEEDED",
    })
    void connect_thatIsRefused_saysTheReason(ProtocolVersion version, String connAck, ReasonCode reason)
            throws Exception {
        ScriptedServer.Play play =
                server.play(dialogue -> dialogue.accept(connAck).expectEnd());

        MqttException refusal = failure(server.options().version(version));

        assertThat(refusal.failure()).isEqualTo(Failure.REFUSED);
        assertThat(refusal.reasonCode()).isEqualTo(reason);
        play.await();
    }

    @Test
    void connect_withReasonString_showsIt() throws Exception {
        server.play(dialogue -> dialogue.accept("20 0a 00 97 07 1f 0004 66756c6c"));

        MqttException refusal = failure(server.options());

        assertThat(refusal).hasMessageEndingWith("QUOTA_EXCEEDED (0x97), full");
        assertThat(refusal.properties().get(Property.REASON_STRING)).isEqualTo("full");
    }

    @Test
    void connect_withAssignedIdentifier_takesIt() throws Exception {
        server.play(dialogue -> dialogue.accept("20 07 00 00 04 12 0001 61"));
        try (MqttClient client =
                new MqttClient(server.options().clientIdentifier("").build())) {
            client.connect();

            assertThat(client.clientIdentifier()).hasToString("a");
        }
    }

    @Test
    @Spec("MQTT-3.2.2-4")
    void connect_withSessionPresentAfterCleanStart_closes() throws Exception {
        ScriptedServer.Play play =
                server.play(dialogue -> dialogue.accept("20 03 01 00 00").expectEnd());

        MqttException failure = failure(server.options());

        assertThat(failure.failure()).isEqualTo(Failure.PROTOCOL_ERROR);
        play.await();
    }

    @Test
    void connect_withoutAnswer_timesOut() throws Exception {
        ScriptedServer.Play play = server.play(dialogue ->
                dialogue.expect("10 0e 0004 4d515454 05 02 0000 00 0001 63").expectEnd());

        MqttException failure = failure(server.options().connectTimeout(Duration.ofMillis(50)));

        assertThat(failure.failure()).isEqualTo(Failure.TIMED_OUT);
        play.await();
    }

    @Test
    void connect_thatIsClosedInstead_isLost() throws Exception {
        server.play(dialogue -> dialogue.expect("10"));

        assertThat(failure(server.options()).failure()).isEqualTo(Failure.CONNECTION_LOST);
    }

    @Test
    void connect_whereNobodyListens_isUnreachable() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }

        MqttException failure = failure(ClientOptions.builder(ServerAddress.tcp("127.0.0.1", port)));

        assertThat(failure.failure()).isEqualTo(Failure.UNREACHABLE);
        assertThat(failure).hasMessageStartingWith("mqtt://127.0.0.1:" + port);
    }

    @Test
    void connect_toUnknownHost_saysSo() {
        MqttException failure = failure(ClientOptions.builder("mqtt://host.invalid"));

        assertThat(failure.failure()).isEqualTo(Failure.HOST_UNKNOWN);
    }

    @Test
    void connect_withMalformedAnswer_namesTheReason() throws Exception {
        server.play(dialogue -> dialogue.accept("20 03 02 00 00"));

        MqttException failure = failure(server.options());

        assertThat(failure.failure()).isEqualTo(Failure.PROTOCOL_ERROR);
        assertThat(failure.reasonCode()).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void connect_withAuthentication_answersChallenges() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> dialogue.accept("f0 09 18 07 15 0001 6d 16 0000")
                .expect("f0 0a 18 08 15 0001 6d 16 0001 72")
                .send("20 07 00 00 04 15 0001 6d"));
        Properties method = Properties.of(Property.AUTHENTICATION_METHOD, "m");
        ClientOptions options = server.options()
                .properties(method)
                .authenticator(challenge -> new Auth(
                        ReasonCode.CONTINUE_AUTHENTICATION, method.with(Property.AUTHENTICATION_DATA, Payload.of("r"))))
                .build();
        try (MqttClient client = new MqttClient(options)) {
            ConnAck connAck = client.connect();

            assertThat(connAck.properties().get(Property.AUTHENTICATION_METHOD)).isEqualTo("m");
        }
        play.await();
    }

    @Test
    void connect_withAuthenticationThatNobodyAnswers_fails() throws Exception {
        server.play(dialogue -> dialogue.accept("f0 06 18 04 15 0001 6d"));

        MqttException failure =
                failure(server.options().properties(Properties.of(Property.AUTHENTICATION_METHOD, "m")));

        assertThat(failure.reasonCode()).isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
    }

    @Test
    void connect_overWebSocket_speaksMqttInIt() throws Exception {
        ScriptedServer.Play play = server.play(dialogue -> {
            String head = dialogue.readHead();
            String key = head.split("Sec-WebSocket-Key: ", 2)[1].split("\r\n", 2)[0];
            assertThat(head).startsWith("GET /mqtt HTTP/1.1\r\n");
            dialogue.sendText("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Accept: "
                    + new WebSocketHandshake(key).expectedAccept() + "\r\n\r\n");
            dialogue.expect("82 90").skip(4 + 16).send("82 05 20 03 00 00 00");
            dialogue.expect("82 82").skip(4 + 2).expect("88 82").skip(4 + 2);
            dialogue.send("88 02 03 e8").expectEnd();
        });
        ServerAddress address = ServerAddress.parse("ws://127.0.0.1:" + server.port() + "/mqtt");
        try (MqttClient client = new MqttClient(
                ClientOptions.builder(address).clientIdentifier("c").build())) {
            client.connect();
        }
        play.await();
    }

    @Test
    void connect_overWebSocketWhereThereIsNone_isUnreachable() throws Exception {
        server.play(dialogue -> {
            dialogue.readHead();
            dialogue.sendText("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        });

        MqttException failure = failure(ClientOptions.builder("ws://127.0.0.1:" + server.port() + "/no"));

        assertThat(failure.failure()).isEqualTo(Failure.UNREACHABLE);
        assertThat(failure).hasMessageContaining("404 Not Found");
    }

    private static MqttException failure(ClientOptions.Builder options) {
        try (MqttClient client = new MqttClient(options.build())) {
            MqttException failure = catchThrowableOfType(MqttException.class, client::connect);
            assertThat(failure).isNotNull();
            return failure;
        }
    }
}
