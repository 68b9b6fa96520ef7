package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.pipit.client.ScriptedServer.Play;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.Will;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section 3.1, 3.12 and 3.14 of MQTT 3.1.1 as a client has to obey them. */
@Timeout(60)
final class ConnectInThreeOneOneTest {
    private static final String NEW_SESSION = "20 02 00 00";

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
    @Spec({"3.1.1:MQTT-3.1.2-11", "3.1.1:MQTT-3.1.2-13", "3.1.1:MQTT-3.1.2-15"})
    void connect_withoutWill_saysNothingOfOne() throws Exception {
        Play play = expects("10 10 0004 4d515454 04 82 0000 0001 63 0001 75");

        connects(options().userName("u"));

        play.await();
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.0-1", "3.1.1:MQTT-3.1.2-18", "3.1.1:MQTT-3.1.2-20"})
    void connect_withoutCredentials_isTheFirstPacketAndHasNone() throws Exception {
        Play play = expects("10 0d 0004 4d515454 04 02 0000 0001 63");

        connects(options());

        play.await();
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.2-19", "3.1.1:MQTT-3.1.2-21", "3.1.1:MQTT-3.1.3-11"})
    void connect_withCredentials_hasThem() throws Exception {
        Play play = expects("10 15 0004 4d515454 04 c2 0000 0001 63 0003 75 c3bc 0001 70");

        connects(options().userName("u\u00FC").password(Payload.of("p")));

        play.await();
    }

    @ParameterizedTest
    @CsvSource({"0, 06", "1, 0e", "2, 16"})
    @Spec({"3.1.1:MQTT-3.1.2-9", "3.1.1:MQTT-3.1.2-14", "3.1.1:MQTT-3.1.3-10"})
    void connect_withWill_hasItsQosTopicAndMessage(int qos, String flags) throws Exception {
        Play play = expects("10 14 0004 4d515454 04" + flags + "0000 0001 63 0002 c3a4 0001 78");

        connects(options().will(will("\u00E4", QoS.of(qos), false)));

        play.await();
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.3-1", "3.1.1:MQTT-3.1.3-3"})
    void connect_withEverything_hasItInTheOrderOfTheStandard() throws Exception {
        Play play = expects("10 19 0004 4d515454 04 ee 000a 0001 63 0001 77 0001 78 0001 75 0001 70");

        connects(options()
                .keepAliveSeconds(10)
                .will(will("w", QoS.AT_LEAST_ONCE, true))
                .userName("u")
                .password(Payload.of("p")));

        play.await();
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.3-4")
    void clientIdentifier_isUtf8() throws Exception {
        Play play = expects("10 10 0004 4d515454 04 02 0000 0004 f09f90a6");

        connects(options().clientIdentifier("\uD83D\uDC26"));

        play.await();
        assertThatIllegalArgumentException().isThrownBy(() -> connects(options().clientIdentifier("\uD83D")));
    }

    @Test
    @Spec({"3.1.1:MQTT-3.14.4-1", "3.1.1:MQTT-3.14.4-2"})
    void disconnect_isTheLastPacketAndCloses() throws Exception {
        Play play = server.play(
                dialogue -> dialogue.accept(NEW_SESSION).expect("e0 00").expectEnd());
        MqttClient client = new MqttClient(options().build());
        client.connect();

        client.close();

        assertThatExceptionOfType(MqttException.class)
                .isThrownBy(() -> client.publish(Message.of("t", "a", QoS.AT_MOST_ONCE)))
                .satisfies(refused -> assertThat(refused.failure()).isEqualTo(Failure.NOT_CONNECTED));
        play.await();
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-23")
    void keepAlive_withoutTraffic_pings() throws Exception {
        Play play = server.play(dialogue -> dialogue.accept(NEW_SESSION)
                .expect("c0 00")
                .send("d0 00")
                .expect("c0 00")
                .send("d0 00"));
        try (MqttClient client = new MqttClient(options().keepAliveSeconds(1).build())) {
            client.connect();
            play.await();
        }
    }

    private Play expects(String connect) {
        return server.play(dialogue ->
                dialogue.expect(connect).send(NEW_SESSION).expect("e0 00").expectEnd());
    }

    private ClientOptions.Builder options() {
        return server.options().version(ProtocolVersion.MQTT_3_1_1);
    }

    private static void connects(ClientOptions.Builder options) throws MqttException {
        try (MqttClient client = new MqttClient(options.build())) {
            client.connect();
        }
    }

    private static Will will(String topic, QoS qos, boolean retain) {
        return new Will(TopicName.of(topic), Payload.of("x"), qos, retain, Properties.NONE);
    }
}
