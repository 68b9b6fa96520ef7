package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HexFormat;

/** A control packet that arrived: its first byte and what follows the length, in hexadecimal digits. */
record RawPacket(int firstByte, String body) {
    private static final int PUBLISH = 3;

    /** The control packet type, 1 to 15. */
    int type() {
        return firstByte >> 4;
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(body);
    }

    /** One byte of the body. */
    int at(int index) {
        return bytes()[index] & 0xFF;
    }

    /** The packet identifier of an acknowledgement, or of a PUBLISH of QoS 1 or 2. */
    int packetId() {
        byte[] bytes = bytes();
        int start = type() == PUBLISH ? 2 + topicLength() : 0;
        return ((bytes[start] & 0xFF) << 8) | (bytes[start + 1] & 0xFF);
    }

    private int topicLength() {
        return (at(0) << 8) | at(1);
    }

    /** The application message of a PUBLISH; properties of MQTT 5.0 are passed over. */
    Message message(Version version) {
        if (type() != PUBLISH) {
            throw new AssertionError("not a PUBLISH: " + this);
        }
        byte[] bytes = bytes();
        int qos = (firstByte >> 1) & 3;
        int next = 2 + topicLength();
        String topic = new String(bytes, 2, topicLength(), UTF_8);
        if (qos > 0) {
            next += 2;
        }
        if (version == Version.V5) {
            next += 1 + bytes[next];
        }
        return new Message(
                topic,
                new String(bytes, next, bytes.length - next, UTF_8),
                qos,
                (firstByte & 1) != 0,
                MessageProperties.NONE);
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits((byte) firstByte) + " " + body;
    }
}
