package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;

/**
 * A PUBLISH encoded once for all its receivers of one shape (version, QoS, RETAIN, properties); DUP and the Packet
 * Identifier are set as each copy is written. As long-lived as its payload: see {@link Payload#keep()}.
 */
@SuppressWarnings("DoNotCallSuggester") // its shape only, as yet
public final class EncodedPublish {
    /** Encodes all but DUP and Packet Identifier. */
    public EncodedPublish(
            ProtocolVersion version, TopicName topic, QoS qos, boolean retain, Properties properties, Payload payload) {
        throw new UnsupportedOperationException();
    }

    public QoS qos() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of the packet on the wire. */
    public int size() {
        throw new UnsupportedOperationException();
    }

    /**
     * Appends the packet.
     *
     * @param packetIdentifier 1 to 65,535, or 0 at QoS 0
     */
    public void writeTo(ByteBuf out, int packetIdentifier, boolean dup) {
        throw new UnsupportedOperationException();
    }
}
