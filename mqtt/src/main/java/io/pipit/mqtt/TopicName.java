package io.pipit.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A Topic Name: 1 to 65,535 bytes of UTF-8 without U+0000 and without wildcards [MQTT-3.3.2-2]. Compares by its
 * bytes, as topics do [MQTT-4.7.3-4]; the hash is computed once.
 */
public final class TopicName {
    private final byte[] utf8;
    private final int hash;

    TopicName(byte[] validUtf8) {
        this.utf8 = validUtf8;
        this.hash = Utf8Hash.of(validUtf8);
    }

    /**
     * The Topic Name of a text.
     *
     * @throws IllegalArgumentException when it is none; the message says why
     */
    public static TopicName of(String topic) {
        byte[] utf8 = Utf8.encode(topic);
        String fault = faultOf(utf8);
        if (fault != null) {
            throw new IllegalArgumentException("Topic Name \"" + topic + "\" " + fault);
        }
        return new TopicName(utf8);
    }

    /**
     * The Topic Name of these very bytes, which nobody changes from now on.
     *
     * @throws IllegalArgumentException when it is none; the message says why
     */
    public static TopicName owning(byte[] utf8) {
        String fault = Utf8.isValid(utf8) ? faultOf(utf8) : "is not UTF-8";
        if (fault != null) {
            throw new IllegalArgumentException("Topic Name " + fault);
        }
        return new TopicName(utf8);
    }

    /** What is wrong with these bytes as a Topic Name, or null; whether they are UTF-8 is not asked here. */
    static @Nullable String faultOf(byte[] utf8) {
        if (utf8.length == 0) {
            return "is empty"; // [MQTT-4.7.3-1]
        }
        if (utf8.length > 0xFFFF) {
            return "is longer than 65,535 bytes"; // [MQTT-4.7.3-3]
        }
        for (byte b : utf8) {
            if (b == '+' || b == '#') {
                return "contains a wildcard"; // [MQTT-3.3.2-2]
            }
            if (b == 0) {
                return "contains U+0000"; // [MQTT-4.7.3-2]
            }
        }
        return null;
    }

    /** Bytes of UTF-8, 1 to 65,535. */
    public int size() {
        return utf8.length;
    }

    /** How many levels it has, at least 1. */
    public int levels() {
        int levels = 1;
        for (byte b : utf8) {
            if (b == '/') {
                levels++;
            }
        }
        return levels;
    }

    /** Whether it begins with $, and so is hidden from filters that begin with a wildcard [MQTT-4.7.2-1]. */
    public boolean isDollar() {
        return utf8[0] == '$';
    }

    /** The UTF-8 itself, for readers that promise not to change it. */
    public byte[] utf8() {
        return utf8;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof TopicName that && hash == that.hash && Arrays.equals(utf8, that.utf8));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
