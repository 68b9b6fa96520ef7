package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pipit.mqtt.Spec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WebSocketTransportTest {
    private static final HexFormat HEX = HexFormat.of();

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void read_ofOneFrame_givesItsPayload() throws IOException {
        assertThat(readAll("82 03 01 02 03")).isEqualTo("010203");
    }

    @Test
    @Spec({"MQTT-6.0.0-2", "3.1.1:MQTT-6.0.0-2"})
    void read_ofSeveralAndFragmentedFrames_joinsThem() throws IOException {
        assertThat(readAll("82 01 01 02 02 02 03 00 00 89 00 80 01 04 82 00 82 01 05"))
                .isEqualTo("0102030405");
    }

    @Test
    void read_ofExtendedLengths_givesAllBytes() throws IOException {
        assertThat(readAll("82 7e 00 02 01 02 82 7f 00 00 00 00 00 00 00 01 03"))
                .isEqualTo("010203");
    }

    @Test
    void read_ofPing_answersWithMaskedPong() throws IOException {
        assertThat(readAll("89 02 aa bb 82 01 01")).isEqualTo("01");

        assertThat(unmasked()).isEqualTo("8a82 aabb");
    }

    @Test
    void read_ofClose_answersItAndEnds() throws IOException {
        assertThat(readAll("88 04 03 e9 41 42 82 01 01")).isEmpty();

        assertThat(unmasked()).isEqualTo("8882 03e9");
    }

    @ParameterizedTest
    @CsvSource({
        "81 01 41, 03eb", // text [MQTT-6.0.0-1]
        "82 81 00 00 00 00 01, 03ea", // masked
        "c2 01 01, 03ea", // reserved bit
        "83 01 01, 03ea", // unknown opcode
        "80 01 01, 03ea", // nothing to continue
        "02 01 01 82 01 01, 03ea", // a new message within one
        "09 00, 03ea", // fragmented ping
        "89 7e 00 7e, 03ea", // long ping
        "82 7f 80 00 00 00 00 00 00 00, 03ea",
    })
    @Spec("3.1.1:MQTT-6.0.0-1")
    void read_ofViolation_closesWithItsStatus(String bytes, String status) {
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> readAll(bytes));

        assertThat(unmasked()).isEqualTo("8882 " + status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"82", "82 7e 00", "82 02 01"})
    void read_ofStreamThatEndsWithinAFrame_isRefused(String bytes) {
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> readAll(bytes));
    }

    @ParameterizedTest
    @CsvSource({"0, 8280", "125, 82fd", "126, 82fe007e", "65535, 82feffff", "65536, 82ff0000000000010000"})
    @Spec({"MQTT-6.0.0-1", "3.1.1:MQTT-6.0.0-1"})
    void write_ofAnySize_isOneMaskedBinaryFrame(int size, String header) throws IOException {
        byte[] payload = new byte[size + 2];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) i;
        }

        transport("").write(payload, 1, size);

        assertThat(unmasked()).isEqualTo(header + " " + HEX.formatHex(payload, 1, 1 + size));
    }

    @Test
    void finish_sendsOneClose() throws IOException {
        WebSocketTransport transport = transport("88 02 03 e8");

        transport.finish();
        transport.finish();

        assertThat(unmasked()).isEqualTo("8882 03e8");
        assertThat(transport.read(new byte[1], 0, 1)).isEqualTo(-1);
        assertThat(unmasked()).isEqualTo("8882 03e8");
    }

    private String readAll(String frames) throws IOException {
        WebSocketTransport transport = transport(frames);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] some = new byte[2];
        for (int count = transport.read(some, 0, 2); count >= 0; count = transport.read(some, 0, 2)) {
            all.write(some, 0, count);
        }
        return HEX.formatHex(all.toByteArray());
    }

    private WebSocketTransport transport(String frames) {
        ByteArrayInputStream in = new ByteArrayInputStream(HEX.parseHex(frames.replace(" ", "")));
        Transport under = new Transport() {
            @Override
            public int read(byte[] target, int offset, int size) {
                return in.read(target, offset, size);
            }

            @Override
            public void write(byte[] source, int offset, int size) {
                written.write(source, offset, size);
            }

            @Override
            public void readUntil(Clock clock, long nanoseconds) {}

            @Override
            public void readForever() {}

            @Override
            public void finish() {}

            @Override
            public void close() {}
        };
        return new WebSocketTransport(under, new TransportInputStream(under), new SecureRandom());
    }

    /** The header of the one frame that was written, a blank, and its payload without the mask. */
    private String unmasked() {
        byte[] frame = written.toByteArray();
        int extended = (frame[1] & 0x7F) == 126 ? 2 : (frame[1] & 0x7F) == 127 ? 8 : 0;
        int start = 2 + extended + 4;
        for (int i = start; i < frame.length; i++) {
            frame[i] ^= frame[start - 4 + ((i - start) & 3)];
        }
        return HEX.formatHex(frame, 0, start - 4) + " " + HEX.formatHex(frame, start, frame.length);
    }
}
