package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one connection into packets. Strict: what the specification calls malformed or a protocol
 * error ends in a {@link ProtocolException} with its reason code, before anything is allocated for it. Every byte of
 * a fixed header, and of the beginning of CONNECT, is judged as soon as it is there. Confined to one thread at a
 * time; unusable after an exception.
 */
public final class PacketDecoder {
    /** Which side decodes, and so which packets it may be sent. */
    public enum Side {
        CLIENT,
        SERVER
    }

    private final Side side;
    private final PublishReader publishes;
    private ProtocolVersion version;
    private int maximumPacketSize;
    /** Whether the packet that opens the connection, CONNECT or CONNACK, has come. */
    private boolean opened;

    /**
     * A decoder of a new connection: a server expects CONNECT first, and takes its peer to speak 3.1.1 until that
     * says otherwise; a client speaks {@code version}.
     *
     * @param maximumPacketSize bytes with the fixed header; 0 is no limit
     */
    public PacketDecoder(Side side, ProtocolVersion version, int maximumPacketSize) {
        this.side = side;
        this.publishes = new PublishReader(side);
        this.version = side == Side.SERVER ? ProtocolVersion.MQTT_3_1_1 : version;
        this.maximumPacketSize = limit(maximumPacketSize);
    }

    private static int limit(int maximumPacketSize) {
        if (maximumPacketSize < 0) {
            throw new IllegalArgumentException("maximum packet size " + maximumPacketSize);
        }
        return maximumPacketSize == 0 ? Integer.MAX_VALUE : maximumPacketSize;
    }

    /** The version in use: that of the CONNECT once a server has read its level, also when its rest is refused. */
    public ProtocolVersion version() {
        return version;
    }

    /** From now on packets are refused that are longer than so many bytes, fixed header included; 0 is no limit. */
    public void limitPacketSize(int maximumPacketSize) {
        this.maximumPacketSize = limit(maximumPacketSize);
    }

    /** The bytes of memory held for a large payload that has arrived in part. */
    public int heldBytes() {
        return publishes.heldBytes();
    }

    /**
     * Takes the next whole packet out of the buffer, or returns null and leaves the bytes when there is none yet
     * (those of a large payload are taken as they come).
     *
     * @param topics the table of the loop that calls
     */
    public @Nullable Packet decode(ByteBuf in, TopicNames topics) throws ProtocolException {
        if (publishes.isFilling()) {
            return publishes.fill(in);
        }
        int start = in.readerIndex();
        int there = in.writerIndex();
        if (start == there) {
            return null;
        }
        int firstByte = in.getUnsignedByte(start);
        PacketType type = type(firstByte);
        int length = 0;
        int index = start + 1;
        for (int shift = 0; ; shift += 7) {
            if (index == there) {
                return null;
            }
            byte b = in.getByte(index++);
            length |= (b & 0x7F) << shift;
            if (b >= 0) {
                break;
            }
            if (shift == 21) {
                throw malformed(type, "Remaining Length is longer than four bytes");
            }
        }
        requireSize(type, index - start, length);
        return type == PacketType.PUBLISH
                ? publishes.read(in, firstByte, index, index + length, version, topics)
                : body(in, type, index, index + length);
    }

    private PacketType type(int firstByte) throws ProtocolException {
        if (side == Side.SERVER && !opened && firstByte >>> 4 != PacketType.CONNECT.value()) {
            throw new ProtocolException("the first packet is no CONNECT", ReasonCode.PROTOCOL_ERROR); // [MQTT-3.1.0-1]
        }
        PacketType type = FixedHeader.type(firstByte, version, side);
        if (opened && (type == PacketType.CONNECT || type == PacketType.CONNACK)) {
            throw new ProtocolException("a second " + type, ReasonCode.PROTOCOL_ERROR); // [MQTT-3.1.0-2] [MQTT-3.2.0-2]
        }
        return type;
    }

    private void requireSize(PacketType type, int headerSize, int length) throws ProtocolException {
        if (headerSize + length > maximumPacketSize) {
            throw new ProtocolException(
                    type + " of " + (headerSize + length) + " bytes, above the limit of " + maximumPacketSize,
                    ReasonCode.PACKET_TOO_LARGE); // [MQTT-3.1.2-24] [MQTT-3.2.2-15]
        }
        FixedHeader.requireLength(length, type, version);
        if (version.hasProperties()) {
            requireFewestBytes(type, headerSize, length);
        }
    }

    /** Only MQTT 5.0 says so; 3.x allows a length that is padded. */
    private static void requireFewestBytes(PacketType type, int headerSize, int length) throws ProtocolException {
        if (headerSize > 2 && length < 1 << (7 * (headerSize - 2))) {
            throw malformed(type, "Remaining Length is not in the fewest bytes"); // [MQTT-1.5.5-1]
        }
    }

    private @Nullable Packet body(ByteBuf in, PacketType type, int index, int end) throws ProtocolException {
        int there = Math.min(end, in.writerIndex());
        if (type == PacketType.CONNECT) {
            ProtocolVersion asked = ConnectReader.version(in, index, there);
            if (asked != null) {
                version = asked;
                if (asked.hasProperties()) {
                    requireFewestBytes(type, index - in.readerIndex(), end - index);
                }
            }
        }
        if (there < end) {
            return null;
        }
        WireReader reader = new WireReader(in, type, index, end);
        Packet packet = type == PacketType.CONNECT
                ? ConnectReader.read(reader, version)
                : new BodyReader(reader, version, side).read();
        in.readerIndex(end);
        opened |= type == PacketType.CONNECT || type == PacketType.CONNACK;
        return packet;
    }

    private static ProtocolException malformed(PacketType type, String what) {
        return new ProtocolException(type + ": " + what, ReasonCode.MALFORMED_PACKET);
    }
}
