package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.pipit.mqtt.PacketDecoder.Side;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a decoder says to fixed headers: types, flags, lengths, limits. */
class FixedHeaderTest {
    @Spec("MQTT-3.1.0-1")
    @ParameterizedTest
    @ValueSource(strings = {"00", "20", "30", "40", "82", "a2", "c0", "e0", "f0", "47 45 54"})
    void decode_ofAnythingBeforeConnect_isAProtocolError(String firstBytes) {
        PacketDecoder decoder = new PacketDecoder(Side.SERVER, ProtocolVersion.MQTT_5_0, 0);
        assertThat(refusal(decoder, firstBytes)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Spec("MQTT-3.1.0-2")
    @ParameterizedTest
    @EnumSource
    void decode_ofASecondConnect_isAProtocolError(ProtocolVersion version) {
        assertThat(refusal(Wire.connected(version), "10")).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Spec("MQTT-3.2.0-2")
    @Test
    void decode_ofASecondConnAck_isAProtocolError() throws ProtocolException {
        PacketDecoder decoder = new PacketDecoder(Side.CLIENT, ProtocolVersion.MQTT_5_0, 0);
        ByteBuf bytes = Hex.buffer("20 03 00 00 00");
        assertThat(decoder.decode(bytes, new TopicNames(1))).isInstanceOf(ConnAck.class);
        assertThat(refusal(decoder, "20")).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @CsvSource({
        "SERVER, MQTT_5_0, 20",
        "SERVER, MQTT_5_0, 90",
        "SERVER, MQTT_5_0, b0",
        "SERVER, MQTT_5_0, d0",
        "CLIENT, MQTT_5_0, 10",
        "CLIENT, MQTT_5_0, 82",
        "CLIENT, MQTT_5_0, a2",
        "CLIENT, MQTT_5_0, c0",
        "CLIENT, MQTT_3_1_1, e0",
        "CLIENT, MQTT_3_1, e0"
    })
    void decode_ofAPacketForTheOtherSide_isAProtocolError(Side receiver, ProtocolVersion version, String firstByte) {
        PacketDecoder decoder =
                receiver == Side.SERVER ? Wire.connected(version) : new PacketDecoder(receiver, version, 0);
        assertThat(refusal(decoder, firstByte)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @CsvSource({
        "SERVER, MQTT_5_0, 00",
        "CLIENT, MQTT_5_0, 00",
        "SERVER, MQTT_3_1_1, f0",
        "CLIENT, MQTT_3_1_1, f0",
        "SERVER, MQTT_3_1, f0"
    })
    void decode_ofAReservedType_isMalformed(Side receiver, ProtocolVersion version, String firstByte) {
        assertThat(Wire.refusal(receiver, version, firstByte)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec({"MQTT-2.1.3-1", "3.1.1:MQTT-2.2.2-2"})
    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5_0"})
    void decode_withReservedFlags_isMalformed(ProtocolVersion version) {
        for (PacketType type : PacketType.values()) {
            for (int flags = 0; flags < 16; flags++) {
                boolean right = switch (type) {
                    case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> flags == 2;
                    default -> flags == 0;
                };
                boolean known = type != PacketType.AUTH || version == ProtocolVersion.MQTT_5_0;
                if (type != PacketType.PUBLISH && known && !right) {
                    assertMalformed(type, flags, version);
                }
            }
        }
    }

    private static void assertMalformed(PacketType type, int flags, ProtocolVersion version) {
        Side receiver = switch (type) {
            case CONNACK, SUBACK, UNSUBACK, PINGRESP -> Side.CLIENT;
            default -> Side.SERVER;
        };
        String firstByte = "%x%x".formatted(type.value(), flags);
        assertThat(Wire.refusal(receiver, version, firstByte)).as(firstByte).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec({"MQTT-3.6.1-1", "MQTT-3.8.1-1", "MQTT-3.10.1-1"})
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {"PUBREL, 62 02 0001", "SUBSCRIBE, 82 07 0001 00 0001 'a' 00", "UNSUBSCRIBE, a2 06 0001 00 0001 'a'"
            })
    void flags_ofPubRelSubscribeAndUnsubscribe_are0010(PacketType type, String hex) throws ProtocolException {
        Packet packet = Wire.decode(Side.SERVER, ProtocolVersion.MQTT_5_0, hex);
        assertThat(Wire.encode(packet, ProtocolVersion.MQTT_5_0)).startsWith(hex.substring(0, 2));
        for (int flags = 0; flags < 16; flags++) {
            if (flags != 2) {
                assertMalformed(type, flags, ProtocolVersion.MQTT_5_0);
            }
        }
    }

    @Spec({"MQTT-3.14.1-1", "MQTT-3.15.1-1"})
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {"DISCONNECT, e0 00", "AUTH, f0 06 18 04 150001 'm'"})
    void flags_ofDisconnectAndAuth_are0(PacketType type, String hex) throws ProtocolException {
        Packet packet = Wire.decode(Side.SERVER, ProtocolVersion.MQTT_5_0, hex);
        assertThat(Wire.encode(packet, ProtocolVersion.MQTT_5_0)).startsWith(hex.substring(0, 2));
        for (int flags = 1; flags < 16; flags++) {
            assertMalformed(type, flags, ProtocolVersion.MQTT_5_0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6a 02 0001", "8a 06 0001 0001 'a' 01", "aa 05 0001 0001 'a'"})
    void decode_of31WithDup_isAccepted(String hex) throws ProtocolException {
        assertThat(Wire.decode(Side.SERVER, ProtocolVersion.MQTT_3_1, hex)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6a", "8a", "aa"})
    @Spec({"3.1.1:MQTT-3.6.1-1", "3.1.1:MQTT-3.8.1-1", "3.1.1:MQTT-3.10.1-1"})
    void decode_of311WithDup_isMalformed(String firstByte) {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_3_1_1, firstByte))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.3.1-4")
    @ParameterizedTest
    @ValueSource(strings = {"36", "37", "3e", "3f"})
    void decode_ofPublishWithQoS3_isMalformed(String firstByte) {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, firstByte))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec({"MQTT-3.3.1-2", "3.1.1:MQTT-3.3.1-2"})
    @ParameterizedTest
    @ValueSource(strings = {"38", "39"})
    void decode_ofPublishWithDupAtQoS0_isMalformed(String firstByte) {
        assertThat(Wire.refusal(Side.CLIENT, ProtocolVersion.MQTT_3_1_1, firstByte))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, firstByte))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @ParameterizedTest
    @CsvSource({"SERVER, 30 ff ff ff ff", "SERVER, 30 80 80 80 80", "CLIENT, 30 ff ff ff 80 01"})
    void decode_ofALengthOfFiveBytes_isMalformed(Side receiver, String hex) {
        assertThat(Wire.refusal(receiver, ProtocolVersion.MQTT_3_1_1, hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-1.5.5-1")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "c0 80 00",
                "c0 80 80 00",
                "82 ff 00",
                "82 ff ff 00",
                "30 86 00 0001 't' 00 'hi'",
                "30 86 80 00 0001 't' 00 'hi'"
            })
    void decode_ofAPaddedLength_isMalformed(String hex) {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-1.5.5-1")
    @Test
    void decode_ofAConnectWithAPaddedLength_isMalformed() {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, "10 8e 00 0004 'MQTT' 05"))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void decode_ofAPaddedLengthBefore50_isAccepted() throws ProtocolException {
        assertThat(Wire.decode(Side.SERVER, ProtocolVersion.MQTT_3_1_1, "c0 80 00"))
                .isEqualTo(new PingReq());
        assertThat(Wire.decode(Side.SERVER, ProtocolVersion.MQTT_3_1_1, "10 8d 80 00 0004 'MQTT' 04 02 0000 0001 'a'"))
                .isInstanceOf(Connect.class);
    }

    @ParameterizedTest
    @CsvSource({
        "SERVER, MQTT_5_0, c0 01",
        "CLIENT, MQTT_5_0, d0 01",
        "SERVER, MQTT_3_1_1, 40 01",
        "SERVER, MQTT_3_1_1, 40 03",
        "SERVER, MQTT_3_1_1, 50 04",
        "SERVER, MQTT_3_1, 62 03",
        "SERVER, MQTT_3_1_1, 70 00",
        "SERVER, MQTT_3_1_1, e0 01",
        "CLIENT, MQTT_3_1_1, 20 03",
        "CLIENT, MQTT_3_1_1, b0 03"
    })
    void decode_ofAnImpossibleLength_isMalformedBeforeTheRestHasCome(
            Side receiver, ProtocolVersion version, String hex) {
        assertThat(Wire.refusal(receiver, version, hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @ParameterizedTest
    @CsvSource({"30 7f, 128", "30 ff 7f, 16385", "30 ff ff ff 7f, 268435459", "c0 00, 1", "82 80 01, 100"})
    void decode_ofAPacketAboveTheLimit_isTooLarge(String header, int maximum) {
        PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_5_0);
        decoder.limitPacketSize(maximum);
        assertThat(refusal(decoder, header)).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
    }

    @Test
    void decode_ofAConnectAboveTheLimit_isTooLarge() {
        PacketDecoder decoder = new PacketDecoder(Side.SERVER, ProtocolVersion.MQTT_3_1_1, 64 * 1024);
        assertThat(refusal(decoder, "10 ff ff 7f")).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
    }

    @ParameterizedTest
    @CsvSource({"30 7f, 129", "30 ff 7f, 16386", "30 ff ff ff 7f, 268435460", "30 ff ff ff 7f, 0", "c0, 1"})
    void decode_ofAPacketAtTheLimit_waitsForIt(String header, int maximum) throws ProtocolException {
        PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_5_0);
        decoder.limitPacketSize(maximum);
        assertThat(decoder.decode(Hex.buffer(header), new TopicNames(1))).isNull();
        assertThat(decoder.heldBytes()).isZero();
    }

    private static ReasonCode refusal(PacketDecoder decoder, String hex) {
        try {
            decoder.decode(Hex.buffer(hex), new TopicNames(1));
        } catch (ProtocolException refused) {
            return refused.reasonCode();
        }
        throw new AssertionError("not refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"82 80 01", "82 80 80 01", "82 80 80 80 01"})
    void decode_ofTheSmallestRemainingLengthOfItsSize_isAccepted(String bytes) throws ProtocolException {
        PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_5_0);
        assertThat(decoder.decode(Hex.buffer(bytes), new TopicNames(1))).isNull();
    }

    @Spec("MQTT-1.5.5-1")
    @Test
    void decode_ofALongConnect_isMalformedOnlyWhenItsLengthIsPadded() throws ProtocolException {
        ByteBuf right = connect("c8 01", 187);
        assertThat(new PacketDecoder(Side.SERVER, ProtocolVersion.MQTT_3_1_1, 0).decode(right, new TopicNames(1)))
                .isInstanceOf(Connect.class);
        ByteBuf padded = connect("ff 00", 114);
        PacketDecoder decoder = new PacketDecoder(Side.SERVER, ProtocolVersion.MQTT_3_1_1, 0);
        assertThatThrownBy(() -> decoder.decode(padded, new TopicNames(1)))
                .hasMessageContaining("Remaining Length is not in the fewest bytes");
    }

    /** A CONNECT with a Client Identifier of so many bytes, which begins at the fourth byte of its buffer. */
    private static ByteBuf connect(String remainingLength, int size) {
        String rest = "0004 'MQTT' 05 02 0000 00 %04x '%s'".formatted(size, "a".repeat(size));
        return Hex.buffer("00 00 00 10 " + remainingLength + rest).skipBytes(3);
    }

    @Test
    void decode_ofAReservedType_saysItsNumber() {
        PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_3_1_1);
        assertThatThrownBy(() -> decoder.decode(Hex.buffer("f0"), new TopicNames(1)))
                .hasMessage("packet type 15 is reserved in MQTT 3.1.1");
    }

    @Spec("MQTT-1.5.5-1")
    @Test
    void decode_ofAConnectWithAPaddedRemainingLength_isMalformedWhereverItBegins() {
        String hex = "10 8e 00 0004 'MQTT' 05 02 0000 00 0001 'a'";
        ByteBuf bytes = Hex.buffer("00 00 00" + hex).skipBytes(3);
        PacketDecoder decoder = new PacketDecoder(Side.SERVER, ProtocolVersion.MQTT_3_1_1, 0);
        assertThatThrownBy(() -> decoder.decode(bytes, new TopicNames(1)))
                .hasMessageContaining("Remaining Length is not in the fewest bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "SERVER, 20, CONNACK from a client",
        "CLIENT, 82, SUBSCRIBE from a server",
        "SERVER, 00, packet type 0 is reserved in MQTT 5.0",
        "SERVER, 82 96 01, 'SUBSCRIBE of 153 bytes, above the limit of 100'"
    })
    void decode_ofAWrongFixedHeader_saysWhatIsWrong(Side receiver, String bytes, String why) throws ProtocolException {
        PacketDecoder decoder = new PacketDecoder(receiver, ProtocolVersion.MQTT_5_0, 100);
        if (receiver == Side.SERVER) {
            decoder.decode(Hex.buffer("10 0e 0004 'MQTT' 05 02 0000 00 0001 'a'"), new TopicNames(1));
        }
        assertThatThrownBy(() -> decoder.decode(Hex.buffer(bytes), new TopicNames(1)))
                .hasMessage(why);
    }
}
