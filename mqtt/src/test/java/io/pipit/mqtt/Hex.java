package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;

/** Bytes as a test writes them: hexadecimal digits, with spaces where they help, and text between quotes. */
public final class Hex {
    private Hex() {}

    /** The bytes of a text such as {@code 10 0c 0004 'MQTT' 04 02 003c}; what is between quotes is ASCII. */
    public static byte[] bytes(String text) {
        StringBuilder digits = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
            } else if (quoted) {
                digits.append("%02x".formatted((int) c));
            } else if (c != ' ') {
                digits.append(c);
            }
        }
        return HexFormat.of().parseHex(digits);
    }

    /** A buffer of these bytes. */
    public static ByteBuf buffer(String text) {
        return Unpooled.wrappedBuffer(bytes(text));
    }

    /** The readable bytes of a buffer in hexadecimal digits; moves no index. */
    public static String of(ByteBuf buffer) {
        return ByteBufUtil.hexDump(buffer);
    }

    /** Bytes in hexadecimal digits. */
    public static String of(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
