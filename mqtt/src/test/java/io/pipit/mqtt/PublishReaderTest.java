package io.pipit.mqtt;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.PacketDecoder.Side;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PUBLISH as both sides read it. */
class PublishReaderTest {
    private static final int LARGE = 16 * 1024;

    @Spec({"MQTT-2.2.1-3", "MQTT-2.2.1-4", "3.1.1:MQTT-2.3.1-1"})
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "SERVER, MQTT_5_0, 32 06 0001 't' 0000 00",
                "CLIENT, MQTT_5_0, 34 06 0001 't' 0000 00",
                "SERVER, MQTT_3_1_1, 32 05 0001 't' 0000",
                "CLIENT, MQTT_3_1, 34 05 0001 't' 0000"
            })
    void decode_withPacketIdentifier0_isAProtocolError(Side receiver, ProtocolVersion version, String hex) {
        assertThat(Wire.refusal(receiver, version, hex)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Spec({"MQTT-2.2.1-2", "3.1.1:MQTT-2.3.1-5"})
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {"MQTT_3_1_1, 30 05 0001 't' 0007", "MQTT_5_0, 30 06 0001 't' 00 0007"})
    void decode_atQoS0_takesNoPacketIdentifier(ProtocolVersion version, String hex) throws ProtocolException {
        Publish publish = (Publish) Wire.decode(Side.SERVER, version, hex);
        assertThat(publish.packetIdentifier()).isZero();
        assertThat(publish.payload()).isEqualTo(Payload.of(new byte[] {0, 7}));
    }

    @Spec({"MQTT-3.3.2-2", "MQTT-4.7.0-1", "3.1.1:MQTT-3.3.2-2"})
    @ParameterizedTest
    @ValueSource(strings = {"'a+'", "'a#'", "'+/'", "'/#'"})
    void decode_withAWildcardInTheTopicName_isMalformed(String topic) {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_3_1_1, "30 04 0002" + topic))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, "30 05 0002" + topic + "00"))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-4.7.3-2")
    @Test
    void decode_withU0000InTheTopicName_isMalformed() {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, "30 05 0002 'a' 00 00"))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec({"MQTT-3.3.2-1", "3.1.1:MQTT-3.3.2-1"})
    @ParameterizedTest
    @ValueSource(strings = {"c0 af", "ed a0 80", "ff", "e2 82"})
    void decode_withATopicNameThatIsNotUtf8_isMalformed(String topic) {
        int size = Hex.bytes(topic).length;
        String hex = "30 %02x %04x %s".formatted(size + 2, size, topic);
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_3_1_1, hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
        String withProperties = "30 %02x %04x %s 00".formatted(size + 3, size, topic);
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, withProperties))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("3.1.1:MQTT-4.7.3-1")
    @ParameterizedTest
    @CsvSource({"MQTT_3_1, 30 02 0000", "MQTT_3_1_1, 30 03 0000 00"})
    void decode_withoutATopicNameBefore50_isMalformed(ProtocolVersion version, String hex) {
        assertThat(Wire.refusal(Side.SERVER, version, hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void decode_withNeitherTopicNameNorAlias_isAProtocolError() {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, "30 03 0000 00"))
                .isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Spec("MQTT-3.3.2-8")
    @Test
    void decode_withTopicAlias0_isRefused() {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, "30 07 0001 't' 03 230000"))
                .isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID);
    }

    @Spec("MQTT-3.3.4-6")
    @Test
    void decode_withASubscriptionIdentifierFromAClient_isAProtocolError() {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, "30 06 0001 't' 02 0b01"))
                .isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "MQTT_3_1_1, 30 00",
                "MQTT_3_1_1, 30 01 00",
                "MQTT_3_1_1, 30 02 0001",
                "MQTT_3_1_1, 32 04 0001 't' 00",
                "MQTT_5_0, 30 03 0001 't'",
                "MQTT_5_0, 30 04 0001 't' 01",
                "MQTT_5_0, 30 04 0001 't' 80",
                "MQTT_5_0, 30 08 0001 't' 80808001 00",
                "MQTT_5_0, 30 08 0001 't' 80808080 01",
                "MQTT_5_0, 30 05 0001 't' 8000"
            })
    void decode_whoseFieldsDoNotFit_isMalformed(ProtocolVersion version, String hex) {
        assertThat(Wire.refusal(Side.CLIENT, version, hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void decode_whoseTopicDoesNotFitInALargePacket_isMalformedBeforeItHasCome() {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, "30 83 80 01 ffff"))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void decode_ofALargePayload_takesItAsItComes() throws ProtocolException {
        int size = LARGE + 1;
        ByteBuf in = Unpooled.buffer();
        in.writeBytes(header(ProtocolVersion.MQTT_5_0, size));
        PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_5_0);
        TopicNames topics = new TopicNames(1);
        assertThat(decoder.decode(in, topics)).isNull();
        assertThat(in.isReadable()).isFalse();
        assertThat(decoder.heldBytes()).isEqualTo(size);
        for (int i = 0; i < size - 1; i++) {
            in.clear().writeByte(i);
            assertThat(decoder.decode(in, topics)).isNull();
            assertThat(in.isReadable()).isFalse();
        }
        in.clear().writeByte(size - 1).writeByte(0xC0).writeByte(0);
        Publish publish = (Publish) requireNonNull(decoder.decode(in, topics));
        in.setZero(0, in.capacity());
        assertThat(decoder.heldBytes()).isZero();
        byte[] payload = publish.payload().toByteArray();
        assertThat(payload).hasSize(size);
        for (int i = 0; i < size; i++) {
            assertThat(payload[i]).isEqualTo((byte) i);
        }
        in.readerIndex(1).setByte(1, 0xC0);
        assertThat(decoder.decode(in, topics)).isEqualTo(new PingReq());
    }

    @Test
    void decode_ofAPayloadThatIsNotLarge_leavesItInTheBuffer() throws ProtocolException {
        ByteBuf in = Unpooled.buffer();
        in.writeBytes(header(ProtocolVersion.MQTT_5_0, LARGE));
        PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_5_0);
        assertThat(decoder.decode(in, new TopicNames(1))).isNull();
        assertThat(in.readerIndex()).isZero();
        assertThat(decoder.heldBytes()).isZero();
    }

    @Test
    void decode_ofALargePayloadWithALateHeader_waitsForTheWholeHeader() throws ProtocolException {
        ByteBuf whole = Unpooled.buffer();
        Properties properties = Properties.of(Property.USER_PROPERTY, new UserProperty("k", "v".repeat(200)));
        Publish publish = new Publish(
                false, QoS.AT_LEAST_ONCE, false, TopicName.of("t"), 7, properties, Payload.owning(new byte[LARGE * 2]));
        PacketEncoder.encode(publish, ProtocolVersion.MQTT_5_0, whole);
        int headerSize = whole.readableBytes() - LARGE * 2;
        PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_5_0);
        TopicNames topics = new TopicNames(1);
        int end = whole.writerIndex();
        for (int there = 0; there < headerSize; there++) {
            whole.writerIndex(there);
            assertThat(decoder.decode(whole, topics)).isNull();
            assertThat(whole.readerIndex()).isZero();
        }
        whole.writerIndex(headerSize);
        assertThat(decoder.decode(whole, topics)).isNull();
        assertThat(whole.readerIndex()).isEqualTo(headerSize);
        whole.writerIndex(end);
        assertThat(decoder.decode(whole, topics)).isEqualTo(publish);
    }

    @Test
    void decode_whosePayloadIsLargeOnlyWithItsProperties_isNotBegun() throws ProtocolException {
        ByteBuf whole = Unpooled.buffer();
        Publish publish = new Publish(
                false,
                QoS.AT_MOST_ONCE,
                false,
                TopicName.of("t"),
                0,
                Properties.of(Property.CONTENT_TYPE, "c".repeat(LARGE)),
                Payload.of("p"));
        PacketEncoder.encode(publish, ProtocolVersion.MQTT_5_0, whole);
        PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_5_0);
        int end = whole.writerIndex();
        whole.writerIndex(end - 1);
        assertThat(decoder.decode(whole, new TopicNames(1))).isNull();
        assertThat(decoder.heldBytes()).isZero();
        whole.writerIndex(end);
        assertThat(decoder.decode(whole, new TopicNames(1))).isEqualTo(publish);
    }

    @ParameterizedTest
    @EnumSource
    void decode_ofAKnownTopic_givesTheSameObject(ProtocolVersion version) throws ProtocolException {
        TopicNames topics = new TopicNames(64);
        PacketDecoder decoder = Wire.connected(version);
        String hex = version.hasProperties() ? "30 04 0001 't' 00" : "30 03 0001 't'";
        Publish first = (Publish) requireNonNull(decoder.decode(Hex.buffer(hex), topics));
        Publish second = (Publish) requireNonNull(decoder.decode(Hex.buffer(hex), topics));
        assertThat(second.topic()).isSameAs(first.topic());
    }

    @Test
    void decode_ofAnEmptyPayload_sharesOne() throws ProtocolException {
        Publish publish = (Publish) Wire.decode(Side.SERVER, ProtocolVersion.MQTT_3_1_1, "31 03 0001 't'");
        assertThat(publish.payload()).isSameAs(Payload.EMPTY);
    }

    @Test
    void publish_atQoS0WithDup_isRefused() {
        assertThatThrownBy(() -> new Publish(
                        true, QoS.AT_MOST_ONCE, false, TopicName.of("t"), 0, Properties.NONE, Payload.EMPTY))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ByteBuf header(ProtocolVersion version, int payloadSize) {
        ByteBuf whole = Unpooled.buffer();
        Publish publish = new Publish(
                false,
                QoS.AT_MOST_ONCE,
                false,
                TopicName.of("t"),
                0,
                Properties.NONE,
                Payload.owning(new byte[payloadSize]));
        PacketEncoder.encode(publish, version, whole);
        return whole.slice(0, whole.readableBytes() - payloadSize);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "MQTT_3_1_1, 30 03 0001 't'",
                "MQTT_3_1_1, 32 05 0001 't' 0007",
                "MQTT_5_0, 30 04 0001 't' 00",
                "MQTT_5_0, 32 06 0001 't' 0007 00",
                "MQTT_5_0, 30 06 0001 't' 02 0101"
            })
    void decode_byteByByteWithoutAPayload_waitsForTheLast(ProtocolVersion version, String hex)
            throws ProtocolException {
        byte[] bytes = Hex.bytes(hex);
        PacketDecoder decoder = Wire.connected(version);
        ByteBuf in = Unpooled.buffer();
        for (int i = 0; i < bytes.length - 1; i++) {
            assertThat(decoder.decode(in.writeByte(bytes[i]), new TopicNames(1)))
                    .isNull();
        }
        assertThat(decoder.decode(in.writeByte(bytes[bytes.length - 1]), new TopicNames(1)))
                .isInstanceOf(Publish.class);
    }

    @Test
    void decode_ofAPropertyLengthInFourBytes_isRead() throws ProtocolException {
        Properties.Builder properties = Properties.builder();
        for (int i = 0; i < 33; i++) {
            properties.add(Property.USER_PROPERTY, new UserProperty("k" + i, "v".repeat(65_000)));
        }
        Publish publish =
                new Publish(false, QoS.AT_MOST_ONCE, false, TopicName.of("t"), 0, properties.build(), Payload.of("p"));
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(publish, ProtocolVersion.MQTT_5_0, bytes);
        assertThat(Wire.connected(ProtocolVersion.MQTT_5_0).decode(bytes, new TopicNames(1)))
                .isEqualTo(publish);
    }
}
