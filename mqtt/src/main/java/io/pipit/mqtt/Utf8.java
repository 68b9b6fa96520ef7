package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8 as MQTT has it: no surrogates [MQTT-1.5.4-1], no U+0000 [MQTT-1.5.4-2]. */
final class Utf8 {
    private Utf8() {}

    /** Whether these bytes are well-formed UTF-8; U+0000 is the caller's question. */
    static boolean isValid(byte[] utf8) {
        for (byte b : utf8) {
            if (b < 0) {
                return decodes(utf8);
            }
        }
        return true;
    }

    private static boolean decodes(byte[] utf8) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
            return true;
        } catch (CharacterCodingException malformed) {
            return false;
        }
    }

    /**
     * The bytes of a UTF-8 Encoded String with their length before them.
     *
     * @throws IllegalArgumentException when it is longer than 65,535 bytes or holds what MQTT does not allow
     */
    static int fieldSize(String text) {
        int size = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw new IllegalArgumentException("text with U+0000"); // [MQTT-1.5.4-2]
            }
            if (c < 0x80) {
                size++;
            } else if (c < 0x800) {
                size += 2;
            } else if (!Character.isSurrogate(c)) {
                size += 3;
            } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                size += 4;
                i++;
            } else {
                throw new IllegalArgumentException("text with an unpaired surrogate"); // [MQTT-1.5.4-1]
            }
        }
        if (size > 0xFFFF) {
            throw new IllegalArgumentException("text of " + size + " bytes of UTF-8, above 65,535");
        }
        return 2 + size;
    }

    /** Appends what {@link #fieldSize} has measured. */
    static void writeField(String text, ByteBuf out) {
        int size = fieldSize(text) - 2;
        out.writeShort(size);
        ByteBufUtil.reserveAndWriteUtf8(out, text, size);
    }

    /** The bytes of a text; an unpaired surrogate is refused. */
    static byte[] encode(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] utf8 = new byte[bytes.remaining()];
            bytes.get(utf8);
            return utf8;
        } catch (CharacterCodingException malformed) {
            throw new IllegalArgumentException("text with an unpaired surrogate");
        }
    }
}
