package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariableByteIntegerTest {
    /** Table 1-1 of the specification. */
    @Spec("MQTT-1.5.5-1")
    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "127, 7f",
        "128, 8001",
        "16383, ff7f",
        "16384, 808001",
        "2097151, ffff7f",
        "2097152, 80808001",
        "268435455, ffffff7f"
    })
    void write_atTheBoundsOfEachSize_takesTheFewestBytes(int value, String hex) throws ProtocolException {
        ByteBuf out = Unpooled.buffer();
        VariableByteInteger.write(value, out);
        assertThat(Hex.of(out)).isEqualTo(hex);
        assertThat(VariableByteInteger.size(value)).isEqualTo(out.readableBytes());
        WireReader reader = new WireReader(out, PacketType.PUBLISH, 0, out.readableBytes());
        assertThat(reader.variableBytes("value")).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 268_435_456, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void size_ofWhatIsNone_isRefused(int value) {
        assertThatThrownBy(() -> VariableByteInteger.size(value)).isInstanceOf(IllegalArgumentException.class);
    }
}
