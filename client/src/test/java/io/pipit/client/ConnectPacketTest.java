package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.pipit.client.ScriptedServer.Play;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.Will;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client writes into CONNECT, byte by byte. */
final class ConnectPacketTest {
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
    @Spec({"3.1.1:MQTT-3.1.0-1", "3.1.1:MQTT-3.1.2-11", "3.1.1:MQTT-3.1.2-13"})
    void connect3_withoutWill_isFirstAndHasNothingOfAWill() throws Exception {
        assertSends(three(), "10 0d 0004 4d515454 04 02 0000 0001 63");
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.2-15", "3.1.1:MQTT-3.1.2-18", "3.1.1:MQTT-3.1.2-20"})
    void connect3_withoutCredentials_hasNone() throws Exception {
        assertSends(three().cleanStart(false), "10 0d 0004 4d515454 04 00 0000 0001 63");
    }

    @Test
    @Spec({"MQTT-3.1.2-11", "MQTT-3.1.2-13"})
    void connect5_withoutWill_hasNothingOfIt() throws Exception {
        assertSends(five(), "10 0e 0004 4d515454 05 02 0000 00 0001 63");
    }

    @Test
    @Spec({"MQTT-3.1.2-16", "MQTT-3.1.2-18"})
    void connect5_withoutCredentials_hasNone() throws Exception {
        assertSends(five().cleanStart(false), "10 0e 0004 4d515454 05 00 0000 00 0001 63");
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.2-9", "3.1.1:MQTT-3.1.2-14"})
    void connect3_withWillOfEachQoS_hasItsFields() throws Exception {
        assertSends(
                three().will("w", "x", QoS.AT_MOST_ONCE, false),
                "10 13 0004 4d515454 04 06 0000 0001 63 0001 77 0001 78");
        assertSends(
                three().will("w", "x", QoS.AT_LEAST_ONCE, true),
                "10 13 0004 4d515454 04 2e 0000 0001 63 0001 77 0001 78");
        assertSends(
                three().will("w", "", QoS.EXACTLY_ONCE, false), "10 12 0004 4d515454 04 16 0000 0001 63 0001 77 0000");
    }

    @Test
    @Spec({"MQTT-3.1.2-9", "MQTT-3.1.2-12"})
    void connect5_withWillOfEachQoS_hasItsFields() throws Exception {
        assertSends(
                five().will("w", "x", QoS.AT_MOST_ONCE, false),
                "10 15 0004 4d515454 05 06 0000 00 0001 63 00 0001 77 0001 78");
        assertSends(
                five().will("w", "x", QoS.AT_LEAST_ONCE, true),
                "10 15 0004 4d515454 05 2e 0000 00 0001 63 00 0001 77 0001 78");
        assertSends(
                five().will("w", "", QoS.EXACTLY_ONCE, false),
                "10 14 0004 4d515454 05 16 0000 00 0001 63 00 0001 77 0000");
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.2-19", "3.1.1:MQTT-3.1.2-21"})
    void connect3_withCredentials_hasThem() throws Exception {
        assertSends(three().userName("u"), "10 10 0004 4d515454 04 82 0000 0001 63 0001 75");
        assertSends(three().userName("u").password("p"), "10 13 0004 4d515454 04 c2 0000 0001 63 0001 75 0001 70");
    }

    @Test
    @Spec({"MQTT-3.1.2-17", "MQTT-3.1.2-19"})
    void connect5_withCredentials_hasThem() throws Exception {
        assertSends(five().userName("u"), "10 11 0004 4d515454 05 82 0000 00 0001 63 0001 75");
        assertSends(five().password("p"), "10 11 0004 4d515454 05 42 0000 00 0001 63 0001 70");
        assertSends(five().userName("u").password("p"), "10 14 0004 4d515454 05 c2 0000 00 0001 63 0001 75 0001 70");
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.3-1", "3.1.1:MQTT-3.1.3-3"})
    void connect3_withEverything_keepsTheOrder() throws Exception {
        assertSends(
                three().will("w", "x", QoS.AT_MOST_ONCE, false).userName("u").password("p"),
                "10 19 0004 4d515454 04 c6 0000 0001 63 0001 77 0001 78 0001 75 0001 70");
    }

    @Test
    @Spec({"MQTT-3.1.3-1", "MQTT-3.1.3-3"})
    void connect5_withEverything_keepsTheOrder() throws Exception {
        Properties willProperties = Properties.of(Property.CONTENT_TYPE, "t");
        assertSends(
                five().will(new Will(TopicName.of("w"), Payload.of("x"), QoS.AT_MOST_ONCE, false, willProperties))
                        .userName("u")
                        .password("p")
                        .property(Property.RECEIVE_MAXIMUM, 9),
                "10 22 0004 4d515454 05 c6 0000 03 21 0009 0001 63 04 03 0001 74 0001 77 0001 78 0001 75 0001 70");
    }

    @Test
    @Spec({"3.1.1:MQTT-3.1.3-4", "3.1.1:MQTT-3.1.3-10", "3.1.1:MQTT-3.1.3-11"})
    void connect3_withTextBeyondAscii_isUtf8() throws Exception {
        assertSends(
                three().clientIdentifier("ä")
                        .will("ö", "x", QoS.AT_MOST_ONCE, false)
                        .userName("ü"),
                "10 19 0004 4d515454 04 86 0000 0002 c3a4 0002 c3b6 0001 78 0002 c3bc");
    }

    @Test
    @Spec({"MQTT-3.1.3-4", "MQTT-3.1.3-11", "MQTT-3.1.3-12"})
    void connect5_withTextBeyondAscii_isUtf8() throws Exception {
        assertSends(
                five().clientIdentifier("ä")
                        .will("ö", "x", QoS.AT_MOST_ONCE, false)
                        .userName("ü"),
                "10 1b 0004 4d515454 05 86 0000 00 0002 c3a4 00 0002 c3b6 0001 78 0002 c3bc");
    }

    @Test
    @Spec({"3.1.1:MQTT-1.5.3-1", "3.1.1:MQTT-1.5.3-2"})
    void text_thatIsNoUtf8_isRefused() {
        for (String wrong : new String[] {"\uD800", "a\u0000"}) {
            MqttClient client = new MqttClient(three().clientIdentifier(wrong).build());
            assertThatIllegalArgumentException().isThrownBy(client::connect);
            assertThatIllegalArgumentException().isThrownBy(() -> three().will(wrong, "", QoS.AT_MOST_ONCE, false));
            assertThatIllegalArgumentException().isThrownBy(() -> Message.of(wrong, "", QoS.AT_MOST_ONCE));
        }
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.2-22")
    void build3_withPasswordAlone_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> three().password("p").build());
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.3-7")
    void build3_withoutIdentifierForAKeptSession_isRefused() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> three().clientIdentifier("").cleanStart(false).build());
        assertSends(three().clientIdentifier(""), "10 0c 0004 4d515454 04 02 0000 0000");
    }

    @Test
    void build_ofOldestVersionWithoutIdentifier_isRefused() {
        ClientOptions.Builder options =
                server.options().version(ProtocolVersion.MQTT_3_1).clientIdentifier("");

        assertThatIllegalArgumentException().isThrownBy(options::build);
    }

    private ClientOptions.Builder three() {
        return server.options().version(ProtocolVersion.MQTT_3_1_1);
    }

    private ClientOptions.Builder five() {
        return server.options();
    }

    private void assertSends(ClientOptions.Builder builder, String connect) throws Exception {
        ClientOptions options = builder.build();
        String connAck = options.version().hasProperties() ? "20 03 00 00 00" : "20 02 00 00";
        Play play = server.play(dialogue ->
                dialogue.expect(connect).send(connAck).expect("e0 00").expectEnd());
        try (MqttClient client = new MqttClient(options)) {
            client.connect();
            assertThat(client.isConnected()).isTrue();
        }
        play.await();
    }
}
