package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of one packet that is wholly there, in their order and never past its end: what does not fit is
 * malformed. Moves no index of the buffer. What it returns are copies.
 */
final class WireReader {
    private final ByteBuf in;
    private final PacketType packet;
    private int index;
    private final int end;

    /** Reads from {@code index} (inclusive) to {@code end} (exclusive). */
    WireReader(ByteBuf in, PacketType packet, int index, int end) {
        this.in = in;
        this.packet = packet;
        this.index = index;
        this.end = end;
    }

    PacketType packet() {
        return packet;
    }

    boolean hasMore() {
        return index < end;
    }

    /** Reads so many bytes as a part of their own. */
    WireReader part(int size, String field) throws ProtocolException {
        int start = skip(size, field);
        return new WireReader(in, packet, start, index);
    }

    int oneByte(String field) throws ProtocolException {
        return in.getUnsignedByte(skip(1, field));
    }

    int twoBytes(String field) throws ProtocolException {
        return in.getUnsignedShort(skip(2, field));
    }

    long fourBytes(String field) throws ProtocolException {
        return in.getUnsignedInt(skip(4, field));
    }

    int variableBytes(String field) throws ProtocolException {
        int value = 0;
        for (int shift = 0; shift <= 21; shift += 7) {
            byte b = in.getByte(skip(1, field));
            value |= (b & 0x7F) << shift;
            if (b >= 0) {
                if (b == 0 && shift > 0) {
                    throw malformed(field + " is not in the fewest bytes"); // [MQTT-1.5.5-1]
                }
                return value;
            }
        }
        throw malformed(field + " is longer than four bytes");
    }

    int packetIdentifier() throws ProtocolException {
        int packetIdentifier = twoBytes("Packet Identifier");
        if (packetIdentifier == 0) {
            throw zeroPacketIdentifier(packet); // [MQTT-2.2.1-3]
        }
        return packetIdentifier;
    }

    static ProtocolException zeroPacketIdentifier(PacketType packet) {
        return new ProtocolException(packet + " with Packet Identifier 0", ReasonCode.PROTOCOL_ERROR);
    }

    /** Binary data behind its two bytes of length (section 1.5.6). */
    byte[] binary(String field) throws ProtocolException {
        int size = twoBytes(field);
        int start = skip(size, field);
        byte[] bytes = new byte[size];
        in.getBytes(start, bytes);
        return bytes;
    }

    /** The bytes of a UTF-8 Encoded String, found valid but for U+0000 (section 1.5.4). */
    byte[] utf8(String field) throws ProtocolException {
        byte[] utf8 = binary(field);
        if (!Utf8.isValid(utf8)) {
            throw malformed(field + " is not UTF-8"); // [MQTT-1.5.4-1]
        }
        return utf8;
    }

    /** A UTF-8 Encoded String (section 1.5.4). */
    String text(String field) throws ProtocolException {
        byte[] utf8 = utf8(field);
        for (byte b : utf8) {
            if (b == 0) {
                throw malformed(field + " contains U+0000"); // [MQTT-1.5.4-2]
            }
        }
        return new String(utf8, StandardCharsets.UTF_8); // keeps U+FEFF [MQTT-1.5.4-3]
    }

    TopicName topicName(String field) throws ProtocolException {
        byte[] utf8 = utf8(field);
        String fault = TopicName.faultOf(utf8);
        if (fault != null) {
            throw malformed(field + " " + fault);
        }
        return new TopicName(utf8);
    }

    TopicFilter topicFilter() throws ProtocolException {
        byte[] utf8 = utf8("Topic Filter");
        String fault = TopicFilter.faultOf(utf8);
        if (fault != null) {
            throw malformed("Topic Filter " + fault);
        }
        return TopicFilter.trusted(utf8);
    }

    /** Nothing may follow any more. */
    void end() throws ProtocolException {
        if (index < end) {
            throw malformed((end - index) + " bytes too many");
        }
    }

    ProtocolException malformed(String what) {
        return new ProtocolException(packet + ": " + what, ReasonCode.MALFORMED_PACKET);
    }

    ProtocolException protocolError(String what) {
        return new ProtocolException(packet + ": " + what, ReasonCode.PROTOCOL_ERROR);
    }

    private int skip(int size, String field) throws ProtocolException {
        if (size > end - index) {
            throw malformed(field + " does not fit in the packet");
        }
        int start = index;
        index += size;
        return start;
    }
}
