package io.pipit.broker;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link RowWriter} wrote, in the same order. Throws {@link CorruptRowException} where it cannot. */
final class RowReader {
    private final byte[] row;
    private int index;

    RowReader(byte[] row) {
        this.row = row;
    }

    /** A number of 8 bits, 0 to 255. */
    int u8() {
        require(1);
        return row[index++] & 0xFF;
    }

    /**
     * The version of the form that follows.
     *
     * @param newest the highest that is understood; lower ones, from 1, are too
     */
    int version(int newest) {
        int version = u8();
        if (version < 1 || version > newest) {
            throw new CorruptRowException("format " + version + " of a row, known are 1 to " + newest);
        }
        return version;
    }

    long i64() {
        require(Long.BYTES);
        long value = BigEndian.read(row, index);
        index += Long.BYTES;
        return value;
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7F) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new CorruptRowException("a number of more than 10 bytes at " + index);
    }

    /** A variable number that counts something: 0 to 2,147,483,647. */
    int count() {
        long value = varint();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new CorruptRowException("a count of " + value + " before " + index);
        }
        return (int) value;
    }

    byte[] binary() {
        int length = count();
        require(length);
        byte[] bytes = Arrays.copyOfRange(row, index, index + length);
        index += length;
        return bytes;
    }

    String text() {
        int length = count();
        require(length);
        String text = new String(row, index, length, StandardCharsets.UTF_8);
        index += length;
        return text;
    }

    /** Says that nothing may follow. */
    void end() {
        if (index != row.length) {
            throw new CorruptRowException((row.length - index) + " bytes too many in a row");
        }
    }

    private void require(int bytes) {
        if (row.length - index < bytes) {
            throw new CorruptRowException("a row of " + row.length + " bytes ends where " + bytes + " follow " + index);
        }
    }
}
