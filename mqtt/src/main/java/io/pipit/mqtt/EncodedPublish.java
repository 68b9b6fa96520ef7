package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * A PUBLISH encoded once for all its receivers of one shape (version, QoS, RETAIN, properties); DUP and the Packet
 * Identifier are set as each copy is written. As long-lived as its payload: see {@link Payload#keep()}. Immutable.
 */
public final class EncodedPublish {
    private final QoS qos;
    private final byte[] header;
    private final int packetIdentifierIndex;
    private final Payload payload;

    /** Encodes all but DUP and Packet Identifier. */
    public EncodedPublish(
            ProtocolVersion version, TopicName topic, QoS qos, boolean retain, Properties properties, Payload payload) {
        int variable = 2 + topic.size() + (qos.isAcknowledged() ? 2 : 0);
        int propertiesSize = version.hasProperties() ? PropertiesWriter.size(properties, PacketType.PUBLISH) : 0;
        int length = BodySize.withPayload(variable + propertiesSize, payload);
        byte[] bytes = new byte[1 + VariableByteInteger.size(length) + variable + propertiesSize];
        bytes[0] = (byte) FixedHeader.firstByteOfPublish(false, qos, retain);
        int index = VariableByteInteger.write(length, bytes, 1);
        bytes[index++] = (byte) (topic.size() >>> 8);
        bytes[index++] = (byte) topic.size();
        System.arraycopy(topic.utf8(), 0, bytes, index, topic.size());
        this.packetIdentifierIndex = index + topic.size();
        if (propertiesSize > 1) {
            PropertiesWriter.write(
                    properties, Unpooled.wrappedBuffer(bytes).writerIndex(bytes.length - propertiesSize));
        }
        this.qos = qos;
        this.header = bytes;
        this.payload = payload;
    }

    public QoS qos() {
        return qos;
    }

    /** Bytes of the packet on the wire. */
    public int size() {
        return header.length + payload.size();
    }

    /**
     * Appends the packet.
     *
     * @param packetIdentifier 1 to 65,535, or 0 at QoS 0
     * @param dup false at QoS 0
     */
    public void writeTo(ByteBuf out, int packetIdentifier, boolean dup) {
        int start = out.writerIndex();
        if (qos.isAcknowledged()) {
            PacketIdentifier.require(packetIdentifier);
            out.writeBytes(header);
            out.setShort(start + packetIdentifierIndex, packetIdentifier);
            if (dup) {
                out.setByte(start, header[0] | FixedHeader.DUP);
            }
        } else if (packetIdentifier != 0 || dup) {
            throw new IllegalArgumentException("QoS 0 has neither Packet Identifier nor DUP");
        } else {
            out.writeBytes(header);
        }
        payload.writeTo(out);
    }
}
