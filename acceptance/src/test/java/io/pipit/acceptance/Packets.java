package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/** Control packets as bytes, written without the program's own encoder. */
final class Packets {
    private static final int CLEAN = 0x02;
    private static final int CONNECT = 0x10;
    private static final int SUBSCRIBE = 0x82;
    private static final int PUBLISH = 0x30;

    private Packets() {}

    /** A CONNECT with a clean session and a keep alive of a minute. */
    static byte[] connect(Version version, String clientId) {
        return connect(version, clientId, CLEAN, 60);
    }

    static byte[] connect(Version version, String clientId, int flags, int keepAliveSeconds) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        head(body, version, flags, keepAliveSeconds);
        string(body, clientId);
        return packet(CONNECT, body);
    }

    /** A CONNECT with a clean session and a Will Message, which has neither properties nor a delay. */
    static byte[] connectWithWill(Version version, String clientId, Message will) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        head(body, version, CLEAN | 0x04 | (will.qos() << 3) | (will.retain() ? 0x20 : 0), 60);
        string(body, clientId);
        noProperties(body, version);
        string(body, will.topic());
        string(body, will.payload());
        return packet(CONNECT, body);
    }

    private static void head(ByteArrayOutputStream body, Version version, int flags, int keepAliveSeconds) {
        string(body, version == Version.V3_1 ? "MQIsdp" : "MQTT");
        body.write(version.level());
        body.write(flags);
        number(body, keepAliveSeconds);
        noProperties(body, version);
    }

    static byte[] subscribe(Version version, int packetId, String filter, int qos) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        number(body, packetId);
        noProperties(body, version);
        string(body, filter);
        body.write(qos);
        return packet(SUBSCRIBE, body);
    }

    /** A PUBLISH; the packet identifier is left out at QoS 0. */
    static byte[] publish(Version version, int packetId, Message message) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        string(body, message.topic());
        if (message.qos() > 0) {
            number(body, packetId);
        }
        noProperties(body, version);
        body.writeBytes(message.payload().getBytes(UTF_8));
        return packet(PUBLISH | (message.qos() << 1) | (message.retain() ? 1 : 0), body);
    }

    static byte[] ack(int firstByte, int packetId) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        number(body, packetId);
        return packet(firstByte, body);
    }

    static byte[] pingreq() {
        return hex("c000");
    }

    static byte[] disconnect() {
        return hex("e000");
    }

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    static byte[] join(byte[]... packets) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] packet : packets) {
            all.writeBytes(packet);
        }
        return all.toByteArray();
    }

    private static byte[] packet(int firstByte, ByteArrayOutputStream body) {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(firstByte);
        int rest = body.size();
        do {
            packet.write(rest > 127 ? (rest & 127) | 128 : rest);
            rest >>= 7;
        } while (rest > 0);
        packet.writeBytes(body.toByteArray());
        return packet.toByteArray();
    }

    private static void noProperties(ByteArrayOutputStream body, Version version) {
        if (version == Version.V5) {
            body.write(0);
        }
    }

    private static void string(ByteArrayOutputStream body, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        number(body, bytes.length);
        body.writeBytes(bytes);
    }

    private static void number(ByteArrayOutputStream body, int value) {
        body.write(value >> 8);
        body.write(value);
    }
}
