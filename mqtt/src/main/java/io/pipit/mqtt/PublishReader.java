package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import io.pipit.mqtt.PacketDecoder.Side;
import org.jspecify.annotations.Nullable;

/**
 * Reads PUBLISH (section 3.3). A payload that is wholly in the read buffer is borrowed from it; of a packet that has
 * come in part only a large payload is begun, and only when all before it is there, so nothing is read twice.
 */
final class PublishReader {
    /** Bytes of payload above which an array of its own is filled as they come. */
    static final int LARGE = 16 * 1024;

    private final Side receiver;
    private @Nullable LargePublish large;

    PublishReader(Side receiver) {
        this.receiver = receiver;
    }

    /** Whether a large payload is under way: what comes next is its rest. */
    boolean isFilling() {
        return large != null;
    }

    int heldBytes() {
        LargePublish held = large;
        return held == null ? 0 : held.heldBytes();
    }

    /** Goes on with the large payload that is under way. */
    @Nullable
    Publish fill(ByteBuf in) {
        LargePublish filling = large;
        if (filling == null) {
            throw new IllegalStateException("no large payload is under way");
        }
        Publish publish = filling.fill(in);
        if (publish != null) {
            large = null;
        }
        return publish;
    }

    /**
     * Reads a packet whose fixed header has been found in order.
     *
     * @param start of what follows the fixed header
     * @param end of the packet, which may lie beyond the bytes that have come
     * @return null when it has not wholly come
     */
    @Nullable
    Publish read(ByteBuf in, int firstByte, int start, int end, ProtocolVersion version, TopicNames topics)
            throws ProtocolException {
        int payload = payloadIndex(in, firstByte, start, end, version);
        if (payload < 0) {
            return null;
        }
        if (end <= in.writerIndex()) {
            Payload borrowed = Payload.borrowed(in, payload, end - payload);
            Publish publish = header(in, firstByte, start, payload, version, topics, borrowed);
            in.readerIndex(end);
            return publish;
        }
        if (end - payload <= LARGE) {
            return null;
        }
        Publish begun = header(in, firstByte, start, payload, version, topics, Payload.EMPTY);
        large = new LargePublish(begun, end - payload);
        in.readerIndex(payload);
        return fill(in);
    }

    /** Where the payload begins, or -1 while not all before it has come; checks that it fits into the packet. */
    private static int payloadIndex(ByteBuf in, int firstByte, int start, int end, ProtocolVersion version)
            throws ProtocolException {
        int there = Math.min(end, in.writerIndex());
        int index = start + 2;
        if (index > there) {
            return awaited(index, end);
        }
        index += in.getUnsignedShort(start);
        if (FixedHeader.qos(firstByte).isAcknowledged()) {
            index += 2;
        }
        if (index > there || !version.hasProperties()) {
            return index > there ? awaited(index, end) : index;
        }
        int length = 0;
        for (int shift = 0; shift <= 21; shift += 7) {
            if (index == there) {
                return awaited(index + 1, end);
            }
            byte b = in.getByte(index++);
            length |= (b & 0x7F) << shift;
            if (b >= 0) {
                index += length;
                return index > there ? awaited(index, end) : index;
            }
        }
        throw malformed("Property Length is longer than four bytes");
    }

    /** Nothing yet for want of the bytes up to {@code index}, which must not lie beyond the packet. */
    private static int awaited(int index, int end) throws ProtocolException {
        if (index > end) {
            throw malformed("its fields do not fit in it");
        }
        return -1;
    }

    private Publish header(
            ByteBuf in,
            int firstByte,
            int start,
            int payloadIndex,
            ProtocolVersion version,
            TopicNames topics,
            Payload payload)
            throws ProtocolException {
        int topicSize = in.getUnsignedShort(start);
        int index = start + 2 + topicSize;
        QoS qos = FixedHeader.qos(firstByte);
        int packetIdentifier = 0;
        if (qos.isAcknowledged()) {
            packetIdentifier = in.getUnsignedShort(index);
            index += 2;
            if (packetIdentifier == 0) {
                throw WireReader.zeroPacketIdentifier(PacketType.PUBLISH); // [MQTT-2.2.1-3]
            }
        }
        Properties properties = Properties.NONE;
        if (version.hasProperties() && payloadIndex - index > 1) {
            WireReader reader = new WireReader(in, PacketType.PUBLISH, index, payloadIndex);
            properties = PropertiesReader.read(reader, receiver);
        }
        TopicName topic = topicSize > 0 ? topics.lookUp(in, start + 2, topicSize) : aliased(version, properties);
        return new Publish(
                FixedHeader.isDup(firstByte),
                qos,
                FixedHeader.isRetain(firstByte),
                topic,
                packetIdentifier,
                properties,
                payload);
    }

    /** No Topic Name: the Topic Alias has to say it. */
    private static @Nullable TopicName aliased(ProtocolVersion version, Properties properties)
            throws ProtocolException {
        if (!version.hasProperties()) {
            throw malformed("Topic Name is empty"); // [MQTT-4.7.3-1]
        }
        if (!properties.has(Property.TOPIC_ALIAS)) {
            throw new ProtocolException("PUBLISH with neither Topic Name nor Topic Alias", ReasonCode.PROTOCOL_ERROR);
        }
        return null;
    }

    private static ProtocolException malformed(String what) {
        return new ProtocolException("PUBLISH: " + what, ReasonCode.MALFORMED_PACKET);
    }
}
