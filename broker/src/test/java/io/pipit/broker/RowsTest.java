package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.mqtt.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link RowWriter} and {@link RowReader}. */
class RowsTest {
    @ParameterizedTest
    @ValueSource(
            longs = {0, 1, 127, 128, 16_383, 16_384, Integer.MAX_VALUE, 1L << 35, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void numbers_comeBack_inTheirSize(long value) {
        RowWriter row = new RowWriter(RowWriter.sizeOfVarint(value) + Long.BYTES + 1);
        row.varint(value).i64(value).u8(0xFE);
        RowReader reader = new RowReader(row.finish());
        assertThat(reader.varint()).isEqualTo(value);
        assertThat(reader.i64()).isEqualTo(value);
        assertThat(reader.u8()).isEqualTo(0xFE);
        reader.end();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "é", "€", "\uD83D\uDE00", "a\uD83D\uDE00é€\u0000", "\uD83D\uD83D", "\uDE00x"})
    void texts_comeBackAsUtf8_inTheirSize(String text) {
        byte[] row = new RowWriter(RowWriter.sizeOfText(text)).text(text).finish();
        RowReader reader = new RowReader(row);
        assertThat(reader.text()).isEqualTo(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        reader.end();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 20_000})
    void binaries_comeBack_inTheirSize(int length) {
        byte[] bytes = new byte[length];
        RowWriter row = new RowWriter(2 * RowWriter.sizeOfBinary(length));
        row.binary(bytes).binary(Payload.of(bytes));
        RowReader reader = new RowReader(row.finish());
        assertThat(reader.binary()).isEqualTo(bytes);
        assertThat(reader.binary()).isEqualTo(bytes);
        reader.end();
    }

    @Test
    void finish_beforeTheRowIsFull_throws() {
        assertThatThrownBy(() -> new RowWriter(2).u8(1).finish()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void read_behindTheEnd_throws() {
        assertThatThrownBy(() -> new RowReader(new byte[0]).u8()).isInstanceOf(CorruptRowException.class);
        assertThatThrownBy(() -> new RowReader(new byte[7]).i64()).isInstanceOf(CorruptRowException.class);
        assertThatThrownBy(() -> new RowReader(new byte[] {2, 'a'}).text()).isInstanceOf(CorruptRowException.class);
        assertThatThrownBy(() -> new RowReader(new byte[] {2, 'a'}).binary()).isInstanceOf(CorruptRowException.class);
        assertThatThrownBy(() -> new RowReader(new byte[1]).end()).isInstanceOf(CorruptRowException.class);
    }

    @Test
    void number_thatDoesNotEnd_throws() {
        byte[] row = new byte[11];
        Arrays.fill(row, (byte) 0x80);
        assertThatThrownBy(() -> new RowReader(row).varint()).isInstanceOf(CorruptRowException.class);
    }

    @Test
    void count_outOfRange_throws() {
        byte[] row = new RowWriter(RowWriter.sizeOfVarint(-1)).varint(-1).finish();
        assertThatThrownBy(() -> new RowReader(row).count()).isInstanceOf(CorruptRowException.class);
    }

    @Test
    void version_thatIsNewer_throws() {
        assertThat(new RowReader(new byte[] {1}).version(2)).isEqualTo(1);
        assertThatThrownBy(() -> new RowReader(new byte[] {3}).version(2))
                .isInstanceOf(CorruptRowException.class)
                .hasMessageContaining("format 3");
    }
}
