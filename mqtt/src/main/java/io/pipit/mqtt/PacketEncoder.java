package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;

/**
 * Turns packets into the bytes of one version. Without state: any thread. A packet that cannot be written, such as
 * one with a text that is no UTF-8, a reason code of another packet, or AUTH before MQTT 5.0, is an
 * {@link IllegalArgumentException}, and then nothing has been written.
 */
public final class PacketEncoder {
    private PacketEncoder() {}

    /**
     * Appends a packet. What the version does not know is left out or translated; a CONNECT is of its own version.
     */
    public static void encode(Packet packet, ProtocolVersion version, ByteBuf out) {
        int length = BodySize.of(packet, version);
        out.ensureWritable(1 + VariableByteInteger.size(length) + length);
        out.writeByte(FixedHeader.firstByte(packet));
        VariableByteInteger.write(length, out);
        int end = out.writerIndex() + length;
        new BodyWriter(version, out).write(packet);
        if (out.writerIndex() != end) {
            throw new IllegalStateException(packet.type() + " is not as long as it was measured");
        }
    }

    /** The bytes that {@link #encode} would append: what Maximum Packet Size counts. */
    public static int size(Packet packet, ProtocolVersion version) {
        int length = BodySize.of(packet, version);
        return 1 + VariableByteInteger.size(length) + length;
    }
}
