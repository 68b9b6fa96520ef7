package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.pipit.mqtt.PacketDecoder.Side;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused and what is taken in packets other than CONNECT and PUBLISH. */
class BodyReaderTest {
    private static final String ANY_FILTER = "0001 00 ";

    @Spec("MQTT-3.2.2-1")
    @ParameterizedTest
    @CsvSource({"MQTT_5_0, 20 03 02 00 00", "MQTT_5_0, 20 03 80 00 00", "MQTT_3_1_1, 20 02 02 00"})
    void decode_ofConnAckWithReservedFlags_isMalformed(ProtocolVersion version, String hex) {
        assertThat(fromServer(version, hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.2.2-6")
    @ParameterizedTest
    @CsvSource({"MQTT_5_0, 20 03 01 87 00", "MQTT_3_1_1, 20 02 01 05"})
    void decode_ofConnAckWithASessionInARefusal_isAProtocolError(ProtocolVersion version, String hex) {
        assertThat(fromServer(version, hex)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void decode_of31ConnAck_hasNoSessionPresent() throws ProtocolException {
        assertThat(Wire.decode(Side.CLIENT, ProtocolVersion.MQTT_3_1, "20 02 01 00"))
                .isEqualTo(new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE));
    }

    @ParameterizedTest
    @CsvSource({
        "00, SUCCESS",
        "01, UNSUPPORTED_PROTOCOL_VERSION",
        "02, CLIENT_IDENTIFIER_NOT_VALID",
        "03, SERVER_UNAVAILABLE",
        "04, BAD_USER_NAME_OR_PASSWORD",
        "05, NOT_AUTHORIZED"
    })
    void decode_ofAReturnCode_givesTheReason(String code, ReasonCode reason) throws ProtocolException {
        assertThat(Wire.decode(Side.CLIENT, ProtocolVersion.MQTT_3_1_1, "20 02 00" + code))
                .isEqualTo(new ConnAck(false, reason, Properties.NONE));
    }

    @Test
    void decode_ofAReservedReturnCode_isMalformed() {
        assertThat(fromServer(ProtocolVersion.MQTT_3_1_1, "20 02 00 06")).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "40 02 0000",
                "50 02 0000",
                "62 02 0000",
                "70 02 0000",
                "82 07 0000 00 0001 'a' 00",
                "a2 06 0000 00 0001 'a'"
            })
    void decode_ofPacketIdentifier0_isAProtocolError(String hex) {
        assertThat(fromClient(ProtocolVersion.MQTT_5_0, hex)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"90 04 0000 00 00", "b0 04 0000 00 00"})
    void decode_ofPacketIdentifier0InAnAnswer_isAProtocolError(String hex) {
        assertThat(fromServer(ProtocolVersion.MQTT_5_0, hex)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @CsvSource({
        "40 03 0001 00",
        "40 04 0001 00 00",
        "50 04 0001 00 00",
        "62 04 0001 00 00",
        "70 03 0001 00",
        "70 04 0001 00 00"
    })
    void decode_ofALongFormThatSaysNothing_isThePlainAcknowledgement(String hex) throws ProtocolException {
        Packet packet = Wire.decode(Side.SERVER, ProtocolVersion.MQTT_5_0, hex);
        Packet plain = Wire.decode(Side.SERVER, ProtocolVersion.MQTT_5_0, hex.substring(0, 2) + " 02 0001");
        assertThat(packet).isEqualTo(plain);
    }

    @ParameterizedTest
    @ValueSource(strings = {"e0 01 00", "e0 02 00 00"})
    void decode_ofALongDisconnectThatSaysNothing_isNormal(String hex) throws ProtocolException {
        assertThat(Wire.decode(Side.SERVER, ProtocolVersion.MQTT_5_0, hex)).isEqualTo(new Disconnect());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "40 01 00",
                "40 05 0001 00 00 00",
                "40 05 0001 00 01 00",
                "40 04 0001 00 01",
                "62 05 0001 00 00 ff",
                "e0 03 00 00 00",
                "f0 01 18",
                "f0 07 18 04 150001 'm' 00",
                "82 02 0001",
                "82 06 0001 00 0001 'a'",
                "82 08 0001 00 0001 'a' 00 00",
                "a2 07 0001 00 0001 'a' 00"
            })
    void decode_ofAPacketWithTooFewOrTooManyBytes_isMalformed(String hex) {
        assertThat(fromClient(ProtocolVersion.MQTT_5_0, hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.8.3-2")
    @ParameterizedTest
    @CsvSource({"MQTT_5_0, 82 03 0001 00", "MQTT_3_1_1, 82 02 0001", "MQTT_3_1, 82 02 0001"})
    void decode_ofSubscribeWithoutAFilter_isAProtocolError(ProtocolVersion version, String hex) {
        assertThat(fromClient(version, hex)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Spec("MQTT-3.10.3-2")
    @ParameterizedTest
    @CsvSource({"MQTT_5_0, a2 03 0001 00", "MQTT_3_1_1, a2 02 0001", "MQTT_3_1, a2 02 0001"})
    void decode_ofUnsubscribeWithoutAFilter_isAProtocolError(ProtocolVersion version, String hex) {
        assertThat(fromClient(version, hex)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Spec("MQTT-3.8.3-5")
    @ParameterizedTest
    @ValueSource(strings = {"40", "80", "c0", "41"})
    void decode_ofReservedSubscriptionOptions_isMalformed(String options) {
        assertThat(fromClient(ProtocolVersion.MQTT_5_0, "82 07 0001 00 0001 'a'" + options))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"03", "07", "30", "31", "3c"})
    void decode_ofQoS3OrRetainHandling3_isAProtocolError(String options) {
        assertThat(fromClient(ProtocolVersion.MQTT_5_0, "82 07 0001 00 0001 'a'" + options))
                .isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Spec("3.1.1:MQTT-3.8.3-4")
    @ParameterizedTest
    @ValueSource(strings = {"03", "04", "08", "10", "80"})
    void decode_ofReservedBitsInTheRequestedQoSBefore50_isMalformed(String qos) {
        assertThat(fromClient(ProtocolVersion.MQTT_3_1_1, "82 06 0001 0001 'a'" + qos))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.8.3-4")
    @Test
    void decode_ofNoLocalOnASharedSubscription_isAProtocolError() {
        assertThat(fromClient(ProtocolVersion.MQTT_5_0, "82 10 0001 00 000a '$share/g/a' 04"))
                .isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Spec("MQTT-3.8.3-1")
    @Test
    void decode_ofAFilterThatIsNotUtf8_isMalformed() {
        assertThat(fromClient(ProtocolVersion.MQTT_5_0, "82 07 0001 00 0001 ff 00"))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-3.10.3-1")
    @Test
    void decode_ofAFilterToUnsubscribeThatIsNotUtf8_isMalformed() {
        assertThat(fromClient(ProtocolVersion.MQTT_5_0, "a2 06 0001 00 0001 ff"))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a#",
                "#/a",
                "a+",
                "+a/b",
                "a/b+/c",
                "a/#/b",
                "##",
                "$share/g/",
                "$share//a",
                "$share/+/a",
                "$share/g"
            })
    void decode_ofAFilterThatIsNone_isMalformed(String filter) {
        String hex = "82 %02x %s %04x '%s' 00".formatted(6 + filter.length(), ANY_FILTER, filter.length(), filter);
        assertThat(fromClient(ProtocolVersion.MQTT_5_0, hex)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @ParameterizedTest
    @CsvSource({"90 03 0001 00", "b0 03 0001 00"})
    void decode_ofAnAnswerWithoutReasonCodes_isAProtocolError(String hex) {
        assertThat(fromServer(ProtocolVersion.MQTT_5_0, hex)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Spec("3.1.1:MQTT-3.9.3-2")
    @ParameterizedTest
    @ValueSource(strings = {"03", "04", "7f", "81", "87", "ff"})
    void decode_ofAReservedReturnCodeInSubAck_isMalformed(String code) {
        assertThat(fromServer(ProtocolVersion.MQTT_3_1_1, "90 03 0001" + code)).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void decode_of31SubAck_knowsNoFailure() {
        assertThat(fromServer(ProtocolVersion.MQTT_3_1, "90 03 0001 80")).isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Test
    void decode_ofAuthWithoutAMethod_isAProtocolError() {
        assertThat(fromClient(ProtocolVersion.MQTT_5_0, "f0 02 18 00")).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        assertThat(fromClient(ProtocolVersion.MQTT_5_0, "f0 06 18 04 160001 'd'"))
                .isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void decode_ofSuccessInAuthFromAClient_isAProtocolError() {
        assertThat(fromClient(ProtocolVersion.MQTT_5_0, "f0 00")).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Spec("MQTT-3.14.2-2")
    @Test
    void decode_ofASessionExpiryFromAServersDisconnect_isAProtocolError() {
        assertThat(fromServer(ProtocolVersion.MQTT_5_0, "e0 07 00 05 1100000001"))
                .isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void decode_ofManyFilters_keepsTheirOrder() throws ProtocolException {
        Unsubscribe packet = (Unsubscribe)
                Wire.decode(Side.SERVER, ProtocolVersion.MQTT_3_1_1, "a2 0b 0001 0001 'c' 0001 'a' 0001 'b'");
        assertThat(packet.filters()).isEqualTo(List.of(TopicFilter.of("c"), TopicFilter.of("a"), TopicFilter.of("b")));
    }

    private static ReasonCode fromClient(ProtocolVersion version, String hex) {
        return Wire.refusal(Side.SERVER, version, hex);
    }

    private static ReasonCode fromServer(ProtocolVersion version, String hex) {
        return Wire.refusal(Side.CLIENT, version, hex);
    }

    @Test
    void decode_ofTooManyBytes_saysHowMany() {
        PacketDecoder decoder = new PacketDecoder(PacketDecoder.Side.SERVER, ProtocolVersion.MQTT_3_1_1, 0);
        ByteBuf connect = Hex.buffer("10 0f 0004 'MQTT' 04 02 0000 0001 'a' 0000");
        assertThatThrownBy(() -> decoder.decode(connect, new TopicNames(1))).hasMessage("CONNECT: 2 bytes too many");
    }
}
