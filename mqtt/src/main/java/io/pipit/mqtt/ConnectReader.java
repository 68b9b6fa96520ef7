package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads CONNECT (section 3.1). */
final class ConnectReader {
    private static final byte[] MQTT = field("MQTT");
    private static final byte[] MQISDP = field("MQIsdp");

    private ConnectReader() {}

    private static byte[] field(String name) {
        return ("\0" + (char) name.length() + name).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The version that the beginning of a CONNECT asks for, or null as long as its level has not come. Judges every
     * byte that is there.
     *
     * @param index of the first byte behind the fixed header
     * @param there end of the bytes of this packet that have come
     */
    static @Nullable ProtocolVersion version(ByteBuf in, int index, int there) throws ProtocolException {
        boolean old = there - index > 1 && in.getByte(index + 1) == MQISDP[1];
        byte[] name = old ? MQISDP : MQTT;
        for (int i = 0; i < name.length && index + i < there; i++) {
            if (in.getByte(index + i) != name[i]) {
                throw new ProtocolException( // [MQTT-3.1.2-1], and no CONNACK says it [3.1.1:MQTT-3.1.4-1]
                        "Protocol Name is neither MQTT nor MQIsdp", ReasonCode.MALFORMED_PACKET);
            }
        }
        if (index + name.length >= there) {
            return null;
        }
        int level = in.getUnsignedByte(index + name.length);
        if (old && (level & ~ConnectFlags.BRIDGE) == 3) {
            return ProtocolVersion.MQTT_3_1;
        }
        if (!old && (level & ~ConnectFlags.BRIDGE) == 4) {
            return ProtocolVersion.MQTT_3_1_1;
        }
        if (!old && level == 5) {
            return ProtocolVersion.MQTT_5_0;
        }
        throw new ProtocolException( // [MQTT-3.1.2-2]
                "Protocol Level " + level + " is not supported", ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
    }

    /** Reads what follows the fixed header; its version has been found by {@link #version}. */
    static Connect read(WireReader in, ProtocolVersion version) throws ProtocolException {
        in.binary("Protocol Name");
        boolean bridge = (in.oneByte("Protocol Level") & ConnectFlags.BRIDGE) != 0;
        int flags = in.oneByte("Connect Flags");
        requirePossible(flags, version, in);
        int keepAlive = in.twoBytes("Keep Alive");
        Properties properties =
                version.hasProperties() ? PropertiesReader.read(in, PacketDecoder.Side.SERVER) : Properties.NONE;
        if (properties.has(Property.AUTHENTICATION_DATA) && !properties.has(Property.AUTHENTICATION_METHOD)) {
            throw in.protocolError("Authentication Data without Authentication Method");
        }
        ClientIdentifier client = new ClientIdentifier(in.text("Client Identifier"));
        Will will = (flags & ConnectFlags.WILL) != 0 ? will(in, version, flags) : null;
        // MQTT 3.1 lets its Remaining Length say that a field which a flag promises is not there.
        boolean lenient = version == ProtocolVersion.MQTT_3_1;
        boolean hasUserName = (flags & ConnectFlags.USER_NAME) != 0 && (in.hasMore() || !lenient);
        String userName = hasUserName ? in.text("User Name") : null;
        boolean hasPassword = (flags & ConnectFlags.PASSWORD) != 0 && (in.hasMore() || !lenient);
        Payload password = hasPassword ? Payload.owning(in.binary("Password")) : null;
        in.end();
        return new Connect(
                version,
                bridge,
                client,
                (flags & ConnectFlags.CLEAN_START) != 0,
                keepAlive,
                will,
                userName,
                password,
                properties);
    }

    private static void requirePossible(int flags, ProtocolVersion version, WireReader in) throws ProtocolException {
        if ((flags & ConnectFlags.RESERVED) != 0) {
            throw in.malformed("reserved bit of the Connect Flags is 1"); // [MQTT-3.1.2-3]
        }
        int willQoS = ConnectFlags.willQoS(flags);
        if (willQoS == 3) {
            throw in.malformed("Will QoS 3"); // [MQTT-3.1.2-12]
        }
        if ((flags & ConnectFlags.WILL) == 0 && willQoS != 0) {
            throw in.malformed("Will QoS without Will Flag"); // [MQTT-3.1.2-11]
        }
        if ((flags & ConnectFlags.WILL) == 0 && (flags & ConnectFlags.WILL_RETAIN) != 0) {
            throw in.malformed("Will Retain without Will Flag"); // [MQTT-3.1.2-13]
        }
        if (!version.hasProperties() && (flags & ConnectFlags.PASSWORD) != 0 && (flags & ConnectFlags.USER_NAME) == 0) {
            throw in.malformed("Password without User Name"); // [3.1.1:MQTT-3.1.2-22]
        }
    }

    private static Will will(WireReader in, ProtocolVersion version, int flags) throws ProtocolException {
        Properties properties = version.hasProperties() ? PropertiesReader.readOfWill(in) : Properties.NONE;
        TopicName topic = in.topicName("Will Topic");
        Payload payload = Payload.owning(in.binary("Will Payload"));
        return new Will(
                topic,
                payload,
                QoS.of(ConnectFlags.willQoS(flags)),
                (flags & ConnectFlags.WILL_RETAIN) != 0,
                properties);
    }
}
