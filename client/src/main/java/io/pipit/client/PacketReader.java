package io.pipit.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketDecoder;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.TopicNames;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the packets of one connection; one thread at a time. What it borrows is valid until the next read. */
final class PacketReader {
    private static final int BUFFER_SIZE = 8 * 1024;
    private static final int TOPICS = 64;

    private final Transport transport;
    private final PacketDecoder decoder;
    private final PacketListener listener;
    private final TopicNames topics = new TopicNames(TOPICS);
    private final ByteBuf in = Unpooled.buffer(BUFFER_SIZE);

    PacketReader(Transport transport, ProtocolVersion version, int maximumPacketSize, PacketListener listener) {
        this.transport = transport;
        this.decoder = new PacketDecoder(PacketDecoder.Side.CLIENT, version, maximumPacketSize);
        this.listener = listener;
    }

    /** The next packet, or null when the server has ended the stream between two packets. */
    @Nullable
    Packet read() throws IOException, ProtocolException {
        while (true) {
            Packet packet = decoder.decode(in, topics);
            if (packet != null) {
                listener.received(packet);
                return packet;
            }
            in.discardReadBytes().ensureWritable(BUFFER_SIZE / 2);
            int count = transport.read(in.array(), in.arrayOffset() + in.writerIndex(), in.writableBytes());
            if (count < 0) {
                return null;
            }
            in.writerIndex(in.writerIndex() + count);
        }
    }
}
