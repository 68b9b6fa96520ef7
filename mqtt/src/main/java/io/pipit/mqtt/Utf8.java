package io.pipit.mqtt;

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
