package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;

/** A Variable Byte Integer: 0 to 268,435,455 in one to four bytes, seven bits in each (section 1.5.5). */
final class VariableByteInteger {
    static final int MAXIMUM = 0x0FFF_FFFF;

    private VariableByteInteger() {}

    /** How many bytes it takes, 1 to 4. */
    static int size(int value) {
        if (value < 0 || value > MAXIMUM) {
            throw new IllegalArgumentException(value + " is no Variable Byte Integer, 0 to 268,435,455");
        }
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }

    /** Appends it in the fewest bytes [MQTT-1.5.5-1]. */
    static void write(int value, ByteBuf out) {
        int rest = value;
        while (rest > 0x7F) {
            out.writeByte(rest | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    /** Puts it into an array; returns the index behind it. */
    static int write(int value, byte[] out, int offset) {
        int rest = value;
        int index = offset;
        while (rest > 0x7F) {
            out[index++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[index++] = (byte) rest;
        return index;
    }
}
