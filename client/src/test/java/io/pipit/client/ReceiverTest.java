package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.client.ScriptedServer.Play;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.UserProperty;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client does with what it gets, as the versions have it in common. */
@Timeout(60)
final class ReceiverTest {
    private final MessageStream stream = new MessageStream(100);
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
    @Spec({"MQTT-3.3.4-1", "MQTT-2.2.1-5", "3.1.1:MQTT-3.3.4-1"})
    void publish_ofEachQoS_isAnsweredWithItsIdentifier(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .send("30 0001 74 ~ 61, 32 0001 74 0007 ~ 62, 34 0001 74 0008 ~ 63")
                        .expect("40 0007, 50 0008")
                        .send("62 0008")
                        .expect("70 0008"));
        connected(version);
        play.await();
        assertPayloads("a", "b", "c");
    }

    @BothVersions
    @Spec({"MQTT-4.3.2-5", "MQTT-3.4.2-1", "3.1.1:MQTT-4.3.2-2"})
    void publish_atQoS1WithAnIdentifierAcknowledged_isANewMessage(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .send("32 0001 74 0007 ~ 61")
                        .expect("40 0007")
                        .send("3a 0001 74 0007 ~ 62")
                        .expect("40 0007"));
        connected(version);
        play.await();
        assertPayloads("a", "b");
    }

    @BothVersions
    @Spec({"MQTT-4.3.3-12", "MQTT-3.5.2-1", "3.1.1:MQTT-4.3.3-2"})
    void publish_atQoS2AgainBeforePubRel_comesOnceAndAfterItAnew(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .send("34 0001 74 0007 ~ 61")
                        .expect("50 0007")
                        .send("3c 0001 74 0007 ~ 61")
                        .expect("50 0007")
                        .send("62 0007")
                        .expect("70 0007")
                        .send("34 0001 74 0007 ~ 62")
                        .expect("50 0007")
                        .send("62 0007")
                        .expect("70 0007"));
        connected(version);
        play.await();
        assertPayloads("a", "b");
    }

    @BothVersions
    @Spec({"MQTT-4.1.0-1", "MQTT-4.3.3-8"})
    void publish_atQoS2AgainOnTheNextConnection_comesOnce(ProtocolVersion version) throws Exception {
        server.play(
                version,
                dialogue -> dialogue.accept()
                        .send("34 0001 74 0007 ~ 61, 34 0001 74 0008 ~ 62")
                        .expect("50 0007, 50 0008")
                        .send("62 0008")
                        .expect("70 0008")
                        .drop());
        Play second = server.play(
                version,
                dialogue -> dialogue.resume()
                        .send("3c 0001 74 0007 ~ 61, 62 0008")
                        .expect(version.hasProperties() ? "50 0007, 70 0008 92" : "50 0007, 70 0008")
                        .send("62 0007, 34 0001 74 0008 ~ 63")
                        .expect("70 0007, 50 0008"));
        connected(kept(version));
        second.await();
        assertPayloads("a", "b", "c");
    }

    @BothVersions
    void publish_atQoS2ThatWaitsForTheApplication_isAnsweredOnTheNextConnection(ProtocolVersion version)
            throws Exception {
        Play first = server.play(
                version,
                dialogue -> dialogue.accept()
                        .send("34 0001 74 0007 ~ 61, 34 0001 74 0008 ~ 62")
                        .expect("c0")
                        .drop());
        Play second = server.play(
                version,
                dialogue -> dialogue.resume()
                        .send("3c 0001 74 0007 ~ 61, 3c 0001 74 0008 ~ 62")
                        .expect("50 0007, 50 0008")
                        .send("62 0007, 62 0008")
                        .expect("70 0007, 70 0008"));
        connected(kept(version).keepAliveSeconds(1).acknowledgement(Acknowledgement.MANUAL));
        ReceivedMessage a = stream.take();
        ReceivedMessage b = stream.take();
        first.await();
        b.acknowledge();
        a.acknowledge();
        second.await();
    }

    @BothVersions
    @Spec({"3.1.1:MQTT-4.6.0-2", "3.1.1:MQTT-4.6.0-3"})
    void acknowledge_outOfOrder_sendsInOrder(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .send("32 0001 74 0001 ~ 61, 34 0001 74 0002 ~ 62, 32 0001 74 0003 ~ 63, 34 0001 74 0004 ~ 64")
                        .expect("40 0001, 50 0002, 40 0003, 50 0004"));
        connected(server.options().version(version).acknowledgement(Acknowledgement.MANUAL));
        List<ReceivedMessage> messages = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            messages.add(stream.take());
        }
        messages.reversed().forEach(ReceivedMessage::acknowledge);
        play.await();
    }

    @BothVersions
    @Spec({"MQTT-4.5.0-2", "3.1.1:MQTT-4.5.0-2"})
    void publish_thatNobodyWants_isAcknowledged(ProtocolVersion version) throws Exception {
        Play play = server.play(
                version,
                dialogue -> dialogue.accept()
                        .send("32 0001 74 0001 ~ 61, 34 0001 74 0002 ~ 62")
                        .expect("40 0001, 50 0002"));
        MqttClient client = new MqttClient(server.options().version(version).build());
        clients.add(client);
        client.connect();
        play.await();
    }

    @Test
    void acknowledge_withReasonAndProperties_sendsThem() throws Exception {
        Play play = server.play(
                ProtocolVersion.MQTT_5_0,
                dialogue -> dialogue.accept()
                        .send("32 0001 74 0001 00 61, 34 0001 74 0002 00 62")
                        .expect("40 0001 99 05 1f 0002 6e6f, 50 0002 87")
                        // A refusal ends it: the identifier means something new, and the Receive Maximum has room.
                        .send("34 0001 74 0002 00 63")
                        .expect("50 0002"));
        connected(server.options().property(Property.RECEIVE_MAXIMUM, 2).acknowledgement(Acknowledgement.MANUAL));
        stream.take().acknowledge(ReasonCode.PAYLOAD_FORMAT_INVALID, Properties.of(Property.REASON_STRING, "no"));
        stream.take().acknowledge(ReasonCode.NOT_AUTHORIZED, Properties.NONE);
        ReceivedMessage third = stream.take();
        assertThat(third.payload().toText()).isEqualTo("c");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> third.acknowledge(ReasonCode.SERVER_BUSY, Properties.NONE));
        third.acknowledge();
        play.await();
    }

    @Test
    @Spec({"MQTT-3.4.2-2", "MQTT-3.4.2-3"})
    void pubAck_withTooMuchToSay_leavesItOut() throws Exception {
        assertSmall("32 0001 74 0001 00 61", "40 0001 83");
    }

    @Test
    @Spec({"MQTT-3.5.2-2", "MQTT-3.5.2-3"})
    void pubRec_withTooMuchToSay_leavesItOut() throws Exception {
        assertSmall("34 0001 74 0001 00 61", "50 0001 83");
    }

    private void assertSmall(String publish, String acknowledgement) throws Exception {
        Play play = server.play(
                ProtocolVersion.MQTT_5_0,
                dialogue -> dialogue.acceptWith("20 00 00 05 27 0000000a")
                        .send(publish)
                        .expect(acknowledgement));
        connected(server.options().acknowledgement(Acknowledgement.MANUAL));
        stream.take()
                .acknowledge(
                        ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                        Properties.of(Property.REASON_STRING, "too long")
                                .with(Property.USER_PROPERTY, new UserProperty("name", "value")));
        play.await();
    }

    @Test
    @Spec({"MQTT-3.7.2-1", "MQTT-3.7.2-2", "MQTT-3.7.2-3"})
    void pubComp_toAServerOfSmallPackets_isSmallAndHasAReasonOfItsOwn() throws Exception {
        Play play = server.play(
                ProtocolVersion.MQTT_5_0,
                dialogue -> dialogue.acceptWith("20 00 00 05 27 00000005")
                        .send("34 0001 74 0001 00 61")
                        .expect("50 0001")
                        .send("62 0001, 62 0009")
                        .expect("70 0001, 70 0009 92"));
        connected(server.options());
        play.await();
    }

    @Test
    @Spec("MQTT-3.3.2-10")
    void publish_withEveryAliasUpToTheMaximum_isUnderstood() throws Exception {
        server.play(
                ProtocolVersion.MQTT_5_0,
                dialogue -> dialogue.accept()
                        .send("30 0001 61 03 23 0001 31, 30 0001 62 03 23 0002 32, 30 0001 63 03 23 0003 33")
                        .send(
                                "30 0000 03 23 0003 34, 30 0000 03 23 0001 35, 30 0001 64 03 23 0001 36, 30 0000 03 23 0001 37"));
        connected(server.options().property(Property.TOPIC_ALIAS_MAXIMUM, 3));
        StringBuilder topics = new StringBuilder();
        for (int i = 0; i < 7; i++) {
            topics.append(stream.take().topic());
        }
        assertThat(topics).hasToString("abccadd");
    }

    @Test
    void publish_withAliasOfTheConnectionBefore_endsTheNext() throws Exception {
        ProtocolVersion version = ProtocolVersion.MQTT_5_0;
        server.play(
                version,
                dialogue -> dialogue.accept().send("30 0001 74 03 23 0001 61").drop());
        Play second = server.play(
                version,
                dialogue -> dialogue.resume().send("30 0000 03 23 0001 62").expectRefusal("82"));
        connected(kept(version).property(Property.TOPIC_ALIAS_MAXIMUM, 1));
        second.await();
        assertPayloads("a");
    }

    /** Bytes come as the network likes, and none is lost. */
    @BothVersions
    @Spec({"MQTT-4.2.0-1", "3.1.1:MQTT-7.1.2-1"})
    void packets_byteByByte_areUnderstood(ProtocolVersion version) throws Exception {
        server.play(version, dialogue -> {
            dialogue.accept();
            for (int i = 0; i < 50; i++) {
                dialogue.sendSlowly("30 0001 74 ~ %02x".formatted('0' + i));
            }
        });
        connected(version);
        for (int i = 0; i < 50; i++) {
            assertThat(stream.take().payload().toText()).isEqualTo("" + (char) ('0' + i));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "60 0001", // PUBREL without its flags
                "36 0001 74 0001 61", // both QoS bits
                "38 0001 74 61", // DUP at QoS 0
                "41 0001", // PUBACK with a flag
            })
    @Spec({"3.1.1:MQTT-2.2.2-2", "3.1.1:MQTT-3.6.1-1", "3.1.1:MQTT-3.3.1-4"})
    void packet3_withInvalidFlags_closes(String packet) throws Exception {
        assertCloses(ProtocolVersion.MQTT_3_1_1, packet, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"60 0001", "36 0001 74 0001 00 61", "f1 00 00", "e1"})
    @Spec({"MQTT-3.6.1-1", "MQTT-3.15.1-1", "MQTT-4.13.2-1"})
    void packet5_withInvalidFlags_closes(String packet) throws Exception {
        assertCloses(ProtocolVersion.MQTT_5_0, packet, "81");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "30 0001 2b 61", // a wildcard in a topic
                "30 0002 c328 61", // no UTF-8
                "30 0003 610062 61", // a null character
                "32 0001 74 0000 61", // identifier 0
                "82 0001 0001 61 00", // SUBSCRIBE from a server
                "20 00 00", // a second CONNACK
                "e0", // DISCONNECT from a server
            })
    @Spec({"3.1.1:MQTT-4.8.0-1", "3.1.1:MQTT-1.5.3-1", "3.1.1:MQTT-1.5.3-2"})
    void packet3_thatViolatesTheProtocol_closes(String packet) throws Exception {
        assertCloses(ProtocolVersion.MQTT_3_1_1, packet, "");
    }

    private void assertCloses(ProtocolVersion version, String packet, String reason) throws Exception {
        Play play =
                server.play(version, dialogue -> dialogue.accept().send(packet).expectRefusal(reason));
        connected(version);
        play.await();
        MqttException failure = catchThrowableOfType(MqttException.class, stream::take);
        assertThat(failure.failure()).isEqualTo(Failure.PROTOCOL_ERROR);
        assertThat(failure.reasonCode()).isNotNull();
    }

    @Test
    @Spec({"3.1.1:MQTT-1.5.3-3", "3.1.1:MQTT-3.3.2-1"})
    void topic3_withByteOrderMark_keepsIt() throws Exception {
        server.play(ProtocolVersion.MQTT_3_1_1, dialogue -> dialogue.accept().send("30 0004 efbbbf74 61"));
        connected(ProtocolVersion.MQTT_3_1_1);
        assertThat(stream.take().topic()).hasToString("\uFEFFt");
    }

    private void assertPayloads(String... payloads) throws Exception {
        for (String payload : payloads) {
            assertThat(stream.take().payload().toText()).isEqualTo(payload);
        }
        assertThat(hasMore()).isFalse();
    }

    private boolean hasMore() throws InterruptedException {
        try {
            return stream.poll(Duration.ZERO) != null;
        } catch (MqttException ended) {
            return false;
        }
    }

    private ClientOptions.Builder kept(ProtocolVersion version) {
        ClientOptions.Builder options =
                server.options().version(version).reconnect(Duration.ofMillis(1), Duration.ofMillis(2));
        return version.hasProperties() ? options.sessionExpirySeconds(60) : options.cleanStart(false);
    }

    private void connected(ProtocolVersion version) throws MqttException {
        connected(server.options().version(version));
    }

    private void connected(ClientOptions.Builder options) throws MqttException {
        MqttClient client = new MqttClient(options.messageListener(stream).build());
        clients.add(client);
        client.connect();
    }
}
