package io.pipit.broker;

import io.pipit.mqtt.Payload;
import java.nio.charset.StandardCharsets;

/**
 * Fills the value of one row, whose size is known before: a row costs exactly one array. Numbers are big endian, or
 * of variable length with seven bits a byte, the lowest first. Texts and binaries have their length before them.
 */
final class RowWriter {
    private final byte[] row;
    private int index;

    /** Of a row of so many bytes. */
    RowWriter(int size) {
        row = new byte[size];
    }

    /** The lowest 8 bits. */
    RowWriter u8(int value) {
        row[index++] = (byte) value;
        return this;
    }

    RowWriter i64(long value) {
        BigEndian.write(value, row, index);
        index += Long.BYTES;
        return this;
    }

    /** A number in 1 to 10 bytes; negative ones take 10. */
    RowWriter varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            row[index++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        row[index++] = (byte) rest;
        return this;
    }

    RowWriter binary(byte[] bytes) {
        varint(bytes.length);
        System.arraycopy(bytes, 0, row, index, bytes.length);
        index += bytes.length;
        return this;
    }

    RowWriter binary(Payload payload) {
        varint(payload.size());
        payload.copyTo(row, index);
        index += payload.size();
        return this;
    }

    RowWriter text(String text) {
        return binary(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The row; throws IllegalStateException when it is not full, which is a fault of who computed the size. */
    byte[] finish() {
        if (index != row.length) {
            throw new IllegalStateException("wrote " + index + " bytes of a row of " + row.length);
        }
        return row;
    }

    /** Bytes that {@link #varint} takes. */
    static int sizeOfVarint(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** Bytes that {@link #binary} takes for so many. */
    static int sizeOfBinary(int length) {
        return sizeOfVarint(length) + length;
    }

    /** Bytes that {@link #text} takes. */
    static int sizeOfText(String text) {
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                length++;
            } else if (c < 0x800) {
                length += 2;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                length += 4;
                i++;
            } else if (Character.isSurrogate(c)) {
                length++; // alone: getBytes makes it a question mark
            } else {
                length += 3;
            }
        }
        return sizeOfBinary(length);
    }
}
