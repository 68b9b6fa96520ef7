package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.pipit.mqtt.PacketDecoder.Side;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT as a server reads it. */
class ConnectReaderTest {
    @Spec("MQTT-3.1.2-1")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 0d 0004 'MQTX'",
                "10 0d 01",
                "10 0d 0003 'MQT' 04",
                "10 0d 0004 'mqtt' 04",
                "10 0d 0004 'MX'",
                "10 0f 0006 'MQisdp' 03",
                "10 0f 0007 'MQIsdpx' 03",
                "10 0d 0000 04"
            })
    void decode_ofAnUnknownProtocolName_isMalformed(String hex) {
        assertThat(refusal(hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.1.2-2")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 0d 0004 'MQTT' 00",
                "10 0d 0004 'MQTT' 03",
                "10 0d 0004 'MQTT' 06",
                "10 0d 0004 'MQTT' 83",
                "10 0d 0004 'MQTT' 85",
                "10 0d 0004 'MQTT' ff",
                "10 0f 0006 'MQIsdp' 04",
                "10 0f 0006 'MQIsdp' 84",
                "10 0f 0006 'MQIsdp' 05"
            })
    void decode_ofAnUnknownLevel_isUnsupportedAsSoonAsItHasCome(String hex) {
        assertThat(refusal(hex)).isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
    }

    @Test
    void version_isThatOfConnectAsSoonAsItsLevelHasCome() throws ProtocolException {
        PacketDecoder decoder = new PacketDecoder(Side.SERVER, ProtocolVersion.MQTT_3_1, 0);
        assertThat(decoder.version()).isEqualTo(ProtocolVersion.MQTT_3_1_1);
        assertThat(decoder.decode(Hex.buffer("10 0e 0004 'MQTT' 05"), new TopicNames(1)))
                .isNull();
        assertThat(decoder.version()).isEqualTo(ProtocolVersion.MQTT_5_0);
    }

    @Test
    void decode_whoseProtocolNameEndsInThePacket_isMalformed() {
        assertThat(refusal("10 06 0004 'MQTT'")).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.1.2-3")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 0d 0004 'MQTT' 04 03 0000 0001 'a'",
                "10 0e 0004 'MQTT' 05 01 0000 00 0001 'a'",
                "10 0f 0006 'MQIsdp' 03 03 0000 0001 'a'"
            })
    void decode_withTheReservedConnectFlag_isMalformed(String hex) {
        assertThat(refusal(hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.1.2-11")
    @ParameterizedTest
    @ValueSource(strings = {"10 0e 0004 'MQTT' 05 08 0000 00 0001 'a'", "10 0d 0004 'MQTT' 04 12 0000 0001 'a'"})
    void decode_withAWillQoSButNoWill_isMalformed(String hex) {
        assertThat(refusal(hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.1.2-13")
    @ParameterizedTest
    @ValueSource(strings = {"10 0e 0004 'MQTT' 05 20 0000 00 0001 'a'", "10 0d 0004 'MQTT' 04 22 0000 0001 'a'"})
    void decode_withWillRetainButNoWill_isMalformed(String hex) {
        assertThat(refusal(hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.1.2-12")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 12 0004 'MQTT' 05 1c 0000 00 0001 'a' 00 0001 'w' 0000",
                "10 12 0004 'MQTT' 04 1e 0000 0001 'a' 0001 'w' 0000"
            })
    void decode_withWillQoS3_isMalformed(String hex) {
        assertThat(refusal(hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("3.1.1:MQTT-3.1.2-22")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 10 0004 'MQTT' 04 42 0000 0001 'a' 0001 'p'",
                "10 12 0006 'MQIsdp' 03 42 0000 0001 'a' 0001 'p'"
            })
    void decode_withAPasswordButNoUserNameBefore50_isMalformed(String hex) {
        assertThat(refusal(hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec({"MQTT-3.1.2-17", "MQTT-3.1.2-19"})
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 0e 0004 'MQTT' 05 82 0000 00 0001 'a'",
                "10 0e 0004 'MQTT' 05 42 0000 00 0001 'a'",
                "10 0d 0004 'MQTT' 04 82 0000 0001 'a'",
                "10 10 0004 'MQTT' 04 c2 0000 0001 'a' 0001 'u'"
            })
    void decode_withoutTheUserNameOrPasswordOfItsFlags_isMalformed(String hex) {
        assertThat(refusal(hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec({"MQTT-3.1.2-16", "MQTT-3.1.2-18"})
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 11 0004 'MQTT' 05 02 0000 00 0001 'a' 0001 'u'",
                "10 10 0004 'MQTT' 04 02 0000 0001 'a' 0001 'u'",
                "10 13 0004 'MQTT' 04 82 0000 0001 'a' 0001 'u' 0001 'p'"
            })
    void decode_withAUserNameOrPasswordWithoutItsFlag_isMalformed(String hex) {
        assertThat(refusal(hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec({"MQTT-3.1.2-9", "3.1.1:MQTT-3.1.2-9"})
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 0e 0004 'MQTT' 05 06 0000 00 0001 'a'",
                "10 12 0004 'MQTT' 05 06 0000 00 0001 'a' 00 0001 'w'",
                "10 0d 0004 'MQTT' 04 06 0000 0001 'a'"
            })
    void decode_withoutTheWillOfItsFlag_isMalformed(String hex) {
        assertThat(refusal(hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.1.3-3")
    @ParameterizedTest
    @ValueSource(strings = {"10 0b 0004 'MQTT' 05 02 0000 00", "10 0a 0004 'MQTT' 04 02 0000"})
    void decode_withoutAClientIdentifier_isMalformed(String hex) {
        assertThat(refusal(hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.1.3-4")
    @Test
    void decode_withAClientIdentifierThatIsNotUtf8_isMalformed() {
        assertThat(refusal("10 0e 0004 'MQTT' 05 02 0000 00 0001 ff")).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.1.3-11")
    @ParameterizedTest
    @ValueSource(strings = {"ff", "'+'", "'#'", "00"})
    void decode_withAWillTopicThatIsNone_isMalformed(String topic) {
        assertThat(refusal("10 14 0004 'MQTT' 05 06 0000 00 0001 'a' 00 0001 %s 0000".formatted(topic)))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.1.3-12")
    @Test
    void decode_withAUserNameThatIsNotUtf8_isMalformed() {
        assertThat(refusal("10 11 0004 'MQTT' 05 82 0000 00 0001 'a' 0001 c0")).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void decode_withAuthenticationDataAlone_isAProtocolError() {
        assertThat(refusal("10 12 0004 'MQTT' 05 02 0000 04 160001 'd' 0001 'a'"))
                .isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void decode_withBytesTooMany_isMalformed() {
        assertThat(refusal("10 0e 0004 'MQTT' 04 02 0000 0001 'a' 00")).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {"10 0f 0006 'MQIsdp' 03 c2 0000 0001 'a',", "10 12 0006 'MQIsdp' 03 c2 0000 0001 'a' 0001 'u', u"})
    void decode_of31WithFlagsForWhatIsNotThere_takesItAsAbsent(String hex, @Nullable String userName)
            throws ProtocolException {
        Connect connect = (Connect) Wire.decode(Side.SERVER, ProtocolVersion.MQTT_3_1, hex);
        assertThat(connect.userName()).isEqualTo(userName);
        assertThat(connect.password()).isNull();
    }

    @Test
    void decode_ofAnEmptyClientIdentifier_leavesItToTheBroker() throws ProtocolException {
        Connect connect =
                (Connect) Wire.decode(Side.SERVER, ProtocolVersion.MQTT_3_1, "10 0e 0006 'MQIsdp' 03 02 0000 0000");
        assertThat(connect.clientIdentifier().isEmpty()).isTrue();
    }

    @Test
    void decode_ofA31ClientIdentifierAbove23Bytes_isAccepted() throws ProtocolException {
        Connect connect = (Connect) Wire.decode(
                Side.SERVER,
                ProtocolVersion.MQTT_3_1,
                "10 26 0006 'MQIsdp' 03 02 0000 0018 'abcdefghijklmnopqrstuvwx'");
        assertThat(connect.clientIdentifier().value()).hasSize(24);
    }

    @Test
    void decode_keepsThePasswordWhenTheReadBufferIsReused() throws ProtocolException {
        ByteBuf bytes = Hex.buffer("10 11 0004 'MQTT' 05 42 0000 00 0001 'a' 0001 'p'");
        PacketDecoder decoder = new PacketDecoder(Side.SERVER, ProtocolVersion.MQTT_3_1_1, 0);
        Connect connect = (Connect) decoder.decode(bytes, new TopicNames(1));
        bytes.setZero(0, bytes.capacity());
        assertThat(connect).extracting(Connect::password).isEqualTo(Payload.of("p"));
    }

    private static ReasonCode refusal(String hex) {
        return Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_3_1_1, hex);
    }
}
