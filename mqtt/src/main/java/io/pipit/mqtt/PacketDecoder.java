package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one connection into packets. Strict: what the specification calls malformed or a protocol
 * error ends in a {@link ProtocolException} with its reason code, before anything is allocated for it. Confined to
 * one thread at a time; unusable after an exception.
 */
@SuppressWarnings("DoNotCallSuggester") // its shape only, as yet
public final class PacketDecoder {
    /** Which side decodes, and so which packets it may be sent. */
    public enum Side {
        CLIENT,
        SERVER
    }

    /** A decoder of a new connection: a server expects CONNECT first, a client speaks {@code version}. */
    public PacketDecoder(Side side, ProtocolVersion version, int maximumPacketSize) {
        throw new UnsupportedOperationException();
    }

    /** The version in use: that of the CONNECT once a server has decoded it. */
    public ProtocolVersion version() {
        throw new UnsupportedOperationException();
    }

    /** From now on packets are refused that are longer than so many bytes, fixed header included. */
    public void limitPacketSize(int maximumPacketSize) {
        throw new UnsupportedOperationException();
    }

    /** The bytes held for a packet that has arrived in part. */
    public int heldBytes() {
        throw new UnsupportedOperationException();
    }

    /**
     * Takes the next whole packet out of the buffer, or returns null and leaves the bytes when there is none yet
     * (those of a large payload are taken as they come).
     *
     * @param topics the table of the loop that calls
     */
    public @Nullable Packet decode(ByteBuf in, TopicNames topics) throws ProtocolException {
        throw new UnsupportedOperationException();
    }
}
