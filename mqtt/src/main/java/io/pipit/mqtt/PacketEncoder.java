package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;

/** Turns packets into the bytes of one version. Without state: any thread. */
@SuppressWarnings("DoNotCallSuggester") // its shape only, as yet
public final class PacketEncoder {
    private PacketEncoder() {}

    /** Appends a packet. What the version does not know is left out or translated. */
    public static void encode(Packet packet, ProtocolVersion version, ByteBuf out) {
        throw new UnsupportedOperationException();
    }

    /** The bytes that {@link #encode} would append: what Maximum Packet Size counts. */
    public static int size(Packet packet, ProtocolVersion version) {
        throw new UnsupportedOperationException();
    }
}
