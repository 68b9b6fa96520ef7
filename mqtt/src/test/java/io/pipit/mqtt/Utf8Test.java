package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.PacketDecoder.Side;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** UTF-8 Encoded Strings, as a Client Identifier carries them. */
class Utf8Test {
    @Spec("MQTT-1.5.4-1")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ed a0 80", // U+D800
                "ed bf bf", // U+DFFF
                "ed a0 bd ed b8 80", // a surrogate pair
                "c0 80", // U+0000 in two bytes
                "c1 bf", // overlong
                "e0 80 80", // overlong
                "e0 9f bf", // overlong
                "f0 80 80 80", // overlong
                "f0 8f bf bf", // overlong
                "f4 90 80 80", // above U+10FFFF
                "f5 80 80 80",
                "f8 88 80 80 80",
                "80",
                "bf",
                "fe",
                "ff",
                "c3",
                "e2 82",
                "f0 9f 8c",
                "61 c3 61"
            })
    void decode_ofIllFormedUtf8_isMalformed(String text) {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, connect(text)))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec({"MQTT-1.5.4-2", "3.1.1:MQTT-1.5.3-2"})
    @ParameterizedTest
    @ValueSource(strings = {"00", "61 00", "00 61", "c3 a4 00"})
    void decode_ofU0000_isMalformed(String text) {
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_3_1_1, connect311(text)))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
        assertThat(Wire.refusal(Side.SERVER, ProtocolVersion.MQTT_5_0, connect(text)))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
    }

    @Spec("MQTT-1.5.4-3")
    @ParameterizedTest
    @ValueSource(strings = {"ef bb bf", "ef bb bf 61", "61 ef bb bf"})
    void decode_ofUfeff_keepsIt(String text) throws ProtocolException {
        Connect connect = (Connect) Wire.decode(Side.SERVER, ProtocolVersion.MQTT_5_0, connect(text));
        assertThat(Hex.of(connect.clientIdentifier().value().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Hex.of(Hex.bytes(text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01",
                "1f",
                "7f", // controls
                "c2 80",
                "c2 9f", // controls
                "df bf",
                "e0 a0 80",
                "ef b7 90", // a non-character
                "ef bf bd", // the replacement character
                "ef bf bf", // a non-character
                "ed 9f bf",
                "ee 80 80", // the neighbours of the surrogates
                "f0 90 80 80",
                "f4 8f bf bf"
            })
    void decode_ofWellFormedUtf8_isAccepted(String text) throws ProtocolException {
        Connect connect = (Connect) Wire.decode(Side.SERVER, ProtocolVersion.MQTT_5_0, connect(text));
        assertThat(Hex.of(connect.clientIdentifier().value().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Hex.of(Hex.bytes(text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD800", "\uDC00", "a\uD83D", "\uDE00\uD83D", "\uD83Dx", "a\0"})
    void fieldSize_ofATextThatIsNoUtf8_isRefused(String text) {
        assertThatThrownBy(() -> Utf8.fieldSize(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void fieldSize_above65535_isRefused() {
        assertThat(Utf8.fieldSize("a".repeat(65_535))).isEqualTo(65_537);
        assertThatThrownBy(() -> Utf8.fieldSize("a".repeat(65_536))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Utf8.fieldSize("ä".repeat(32_768))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "ä", "€", "\uFFFF", "🌱", "aä€🌱", "\u0001\u007F\u0080\u07FF\u0800"})
    void writeField_ofEveryWidth_writesWhatFieldSizeSays(String text) {
        ByteBuf out = Unpooled.buffer();
        Utf8.writeField(text, out);
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        assertThat(Hex.of(out)).isEqualTo("%04x".formatted(utf8.length) + Hex.of(utf8));
        assertThat(Utf8.fieldSize(text)).isEqualTo(out.readableBytes());
    }

    @Test
    void writeField_intoABufferOfItsSize_needsNoMore() {
        ByteBuf out = Unpooled.buffer(6, 6);
        Utf8.writeField("🌱", out);
        assertThat(out.isWritable()).isFalse();
    }

    private static String connect(String text) {
        int size = Hex.bytes(text).length;
        return "10 %02x 0004 'MQTT' 05 02 0000 00 %04x %s".formatted(13 + size, size, text);
    }

    private static String connect311(String text) {
        int size = Hex.bytes(text).length;
        return "10 %02x 0004 'MQTT' 04 02 0000 %04x %s".formatted(12 + size, size, text);
    }
}
