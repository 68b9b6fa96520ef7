package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.client.ScriptedServer.Play;
import io.pipit.mqtt.Auth;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Enhanced authentication (MQTT 5.0, section 4.12), while connecting and later. The method is "m". */
@Timeout(60)
final class AuthenticationTest {
    private static final ProtocolVersion VERSION = ProtocolVersion.MQTT_5_0;
    private static final String ACCEPTED = "20 00 00 04 15 0001 6d";
    private static final String CHALLENGE = "f0 18 08 15 0001 6d 16 0001 3f";
    private static final String ANSWER = "f0 18 08 16 0001 21 15 0001 6d";

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
    @Spec({"MQTT-4.12.0-3", "MQTT-4.12.0-5"})
    void connect_withChallenges_answersWithContinueAndTheMethod() throws Exception {
        Play play = server.play(
                VERSION,
                dialogue -> dialogue.acceptWith(CHALLENGE)
                        .expect(ANSWER)
                        .send(CHALLENGE)
                        .expect(ANSWER)
                        .send(ACCEPTED)
                        .expect("e0"));
        try (MqttClient client = new MqttClient(options().build())) {
            client.connect();
        }
        play.await();
    }

    @Test
    @Spec("MQTT-3.1.2-30")
    void connect_beforeItsAnswer_sendsNothingButAuth() throws Exception {
        Play play = server.play(
                VERSION,
                dialogue -> dialogue.acceptWith(CHALLENGE)
                        .expect(ANSWER)
                        .send(ACCEPTED)
                        .expect("e0"));
        CompletableFuture<MqttClient> made = new CompletableFuture<>();
        CompletableFuture<Failure> early = new CompletableFuture<>();
        try (MqttClient client = new MqttClient(options()
                .authenticator(challenge -> {
                    early.complete(catchThrowableOfType(
                                    MqttException.class,
                                    () -> made.join().publish(Message.of("t", "", QoS.AT_MOST_ONCE)))
                            .failure());
                    return answer();
                })
                .build())) {
            made.complete(client);
            client.connect();
        }
        play.await();
        assertThat(early).isCompletedWithValue(Failure.NOT_CONNECTED);
    }

    @Test
    @Spec("MQTT-4.12.0-7")
    void auth_withoutMethod_isNeverSent() throws Exception {
        Play play = server.play(
                VERSION, dialogue -> dialogue.accept().send(CHALLENGE).expectRefusal("82"));
        MessageStream ends = new MessageStream(1);
        try (MqttClient client = new MqttClient(server.options()
                .authenticator(challenge -> answer())
                .messageListener(ends)
                .build())) {
            client.connect();
            assertThatIllegalStateException().isThrownBy(() -> client.reauthenticate(Properties.NONE));
            assertThat(catchThrowableOfType(MqttException.class, ends::take).failure())
                    .isEqualTo(Failure.PROTOCOL_ERROR);
        }
        play.await();
    }

    @Test
    @Spec({"MQTT-4.12.1-1", "MQTT-3.15.2-1"})
    void reauthenticate_withChallenge_answersAndReturns() throws Exception {
        Play play = server.play(
                VERSION,
                dialogue -> dialogue.acceptWith(ACCEPTED)
                        .expect("f0 19 08 16 0001 31 15 0001 6d")
                        .send(CHALLENGE)
                        .expect(ANSWER)
                        .send("f0 00 04 15 0001 6d")
                        .expect("f0 19 04 15 0001 6d")
                        .send("f0 00 04 15 0001 6d")
                        .expect("e0"));
        try (MqttClient client = new MqttClient(options().build())) {
            client.connect();

            Auth end = client.reauthenticate(Properties.of(Property.AUTHENTICATION_DATA, Payload.of("1")));

            assertThat(end.reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            client.reauthenticate(Properties.NONE);
        }
        play.await();
    }

    @Test
    void reauthenticate_thatTheServerRefuses_failsWithItsReason() throws Exception {
        server.play(
                VERSION,
                dialogue -> dialogue.acceptWith(ACCEPTED)
                        .expect("f0 19 04 15 0001 6d")
                        .send("e0 87"));
        try (MqttClient client = new MqttClient(options().build())) {
            client.connect();

            MqttException refusal =
                    catchThrowableOfType(MqttException.class, () -> client.reauthenticate(Properties.NONE));

            assertThat(refusal.failure()).isEqualTo(Failure.DISCONNECTED);
            assertThat(refusal.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    @Spec("MQTT-4.12.1-2")
    void reauthenticate_thatTheAuthenticatorCannotGoOnWith_closes() throws Exception {
        Play play = server.play(
                VERSION,
                dialogue -> dialogue.acceptWith(ACCEPTED)
                        .expect("f0 19 04 15 0001 6d")
                        .send(CHALLENGE)
                        .expectEnd());
        ClientOptions.Builder options = options().authenticator(challenge -> {
            throw new IllegalStateException("an unknown server");
        });
        try (MqttClient client = new MqttClient(options.build())) {
            client.connect();

            MqttException failure =
                    catchThrowableOfType(MqttException.class, () -> client.reauthenticate(Properties.NONE));

            assertThat(failure.failure()).isEqualTo(Failure.LISTENER_FAILED);
            assertThat(failure).hasRootCauseMessage("an unknown server");
        }
        play.await();
    }

    @Test
    @Spec({"MQTT-3.15.2-2", "MQTT-3.15.2-3"})
    void reauthenticate_withTooMuchToSay_sendsNothing() throws Exception {
        Play play = server.play(
                VERSION,
                dialogue -> dialogue.acceptWith("20 00 00 09 27 0000000c 15 0001 6d")
                        .expect("e0")
                        .expectEnd());
        try (MqttClient client = new MqttClient(options().build())) {
            client.connect();

            MqttException refusal = catchThrowableOfType(
                    MqttException.class, () -> client.reauthenticate(Properties.of(Property.REASON_STRING, "because")));

            assertThat(refusal.reasonCode()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
        }
        play.await();
    }

    private ClientOptions.Builder options() {
        return server.options().property(Property.AUTHENTICATION_METHOD, "m").authenticator(challenge -> answer());
    }

    private static Auth answer() {
        return new Auth(ReasonCode.SUCCESS, Properties.of(Property.AUTHENTICATION_DATA, Payload.of("!")));
    }
}
