package io.pipit.mqtt;

import io.pipit.mqtt.PacketDecoder.Side;

/** What a fixed header may say (section 2.1): judged by itself, before anything behind it has come. */
final class FixedHeader {
    /** Where DUP is in the first byte of a PUBLISH. */
    static final int DUP = 0b1000;

    private static final int ACKNOWLEDGED = 0b0010;

    private static final int RETAIN = 0b0001;

    private FixedHeader() {}

    /** The first byte of a packet that is written. */
    static int firstByte(Packet packet) {
        return switch (packet.type()) {
            case PUBLISH -> {
                Publish publish = (Publish) packet;
                yield firstByteOfPublish(publish.dup(), publish.qos(), publish.retain());
            }
            case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> packet.type().value() << 4 | ACKNOWLEDGED;
            case CONNECT, CONNACK, PUBACK, PUBREC, PUBCOMP, SUBACK, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH ->
                packet.type().value() << 4;
        };
    }

    static int firstByteOfPublish(boolean dup, QoS qos, boolean retain) {
        return PacketType.PUBLISH.value() << 4 | (dup ? DUP : 0) | qos.level() << 1 | (retain ? RETAIN : 0);
    }

    static boolean isDup(int firstByte) {
        return (firstByte & DUP) != 0;
    }

    /** The QoS of a PUBLISH whose flags have been found in order. */
    static QoS qos(int firstByte) {
        return QoS.of((firstByte >> 1) & 3);
    }

    static boolean isRetain(int firstByte) {
        return (firstByte & RETAIN) != 0;
    }

    /** The type of packet that a first byte announces, when the receiver may be sent it and its flags are right. */
    static PacketType type(int firstByte, ProtocolVersion version, Side receiver) throws ProtocolException {
        PacketType type = PacketType.of(firstByte >>> 4);
        if (type == null || (type == PacketType.AUTH && !version.hasProperties())) {
            throw new ProtocolException(
                    "packet type " + (firstByte >>> 4) + " is reserved in MQTT " + version,
                    ReasonCode.MALFORMED_PACKET);
        }
        if (!isSentTo(receiver, type, version)) {
            throw new ProtocolException(
                    type + " from a " + (receiver == Side.SERVER ? "client" : "server"), ReasonCode.PROTOCOL_ERROR);
        }
        int flags = firstByte & 0x0F;
        if (type == PacketType.PUBLISH) {
            requirePublishFlags(flags);
        } else if (!isReservedValue(flags, type, version)) {
            throw new ProtocolException(
                    "%s with flags 0x%X in its fixed header".formatted(type, flags),
                    ReasonCode.MALFORMED_PACKET); // [MQTT-2.1.3-1]
        }
        return type;
    }

    private static boolean isSentTo(Side receiver, PacketType type, ProtocolVersion version) {
        return switch (type) {
            case PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, AUTH -> true;
            case CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ -> receiver == Side.SERVER;
            case CONNACK, SUBACK, UNSUBACK, PINGRESP -> receiver == Side.CLIENT;
            case DISCONNECT -> receiver == Side.SERVER || version.hasProperties();
        };
    }

    private static void requirePublishFlags(int flags) throws ProtocolException {
        int qos = (flags >> 1) & 3;
        if (qos == 3) {
            throw new ProtocolException("PUBLISH with QoS 3", ReasonCode.MALFORMED_PACKET); // [MQTT-3.3.1-4]
        }
        if (qos == 0 && (flags & DUP) != 0) {
            throw new ProtocolException("PUBLISH with DUP at QoS 0", ReasonCode.MALFORMED_PACKET); // [MQTT-3.3.1-2]
        }
    }

    private static boolean isReservedValue(int flags, PacketType type, ProtocolVersion version) {
        return switch (type) {
            case PUBREL, SUBSCRIBE, UNSUBSCRIBE ->
                flags == ACKNOWLEDGED || (version == ProtocolVersion.MQTT_3_1 && flags == (DUP | ACKNOWLEDGED));
            default -> flags == 0;
        };
    }

    /** Refuses a remaining length of a packet that can only have another one. */
    static void requireLength(int remainingLength, PacketType type, ProtocolVersion version) throws ProtocolException {
        boolean possible = switch (type) {
            case PINGREQ, PINGRESP -> remainingLength == 0;
            case CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK -> version.hasProperties() || remainingLength == 2;
            case DISCONNECT -> version.hasProperties() || remainingLength == 0;
            case CONNECT, PUBLISH, SUBSCRIBE, SUBACK, UNSUBSCRIBE, AUTH -> true;
        };
        if (!possible) {
            throw new ProtocolException(
                    type + " with Remaining Length " + remainingLength, ReasonCode.MALFORMED_PACKET);
        }
    }
}
