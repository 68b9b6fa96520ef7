package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketDecoder;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.TopicNames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** A blocking socket that speaks packets, or bytes. */
final class WireClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket plain;
    private final Socket socket;
    private final PacketDecoder decoder = new PacketDecoder(PacketDecoder.Side.CLIENT, ProtocolVersion.MQTT_3_1_1, 0);
    private final TopicNames topics = new TopicNames(16);
    private final ByteBuf in = Unpooled.buffer();

    WireClient(InetSocketAddress address) throws IOException {
        this(new Socket(address.getAddress(), address.getPort()));
    }

    private WireClient(Socket plain) throws IOException {
        this(plain, plain);
    }

    /** Over a socket that may lie on the plain one. */
    WireClient(Socket plain, Socket socket) throws IOException {
        this.plain = plain;
        this.socket = socket;
        plain.setTcpNoDelay(true);
        plain.setSoTimeout(TIMEOUT_MILLIS);
    }

    /** The one of TCP. */
    Socket socket() {
        return plain;
    }

    /** Says that nothing more comes, and goes on reading. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    static Connect connect(String clientIdentifier) {
        return new Connect(
                ProtocolVersion.MQTT_3_1_1,
                false,
                new ClientIdentifier(clientIdentifier),
                true,
                0,
                null,
                null,
                null,
                Properties.NONE);
    }

    static Publish publish(String topic, Payload payload) {
        return new Publish(false, QoS.AT_MOST_ONCE, false, TopicName.of(topic), 0, Properties.NONE, payload);
    }

    static byte[] bytes(Packet... packets) {
        ByteBuf out = Unpooled.buffer();
        for (Packet packet : packets) {
            PacketEncoder.encode(packet, ProtocolVersion.MQTT_3_1_1, out);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    void send(Packet... packets) throws IOException {
        send(bytes(packets));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** The next packet, or null when the broker has closed. */
    @Nullable
    Packet receive() throws IOException, ProtocolException {
        while (true) {
            Packet packet = decoder.decode(in, topics);
            if (packet != null) {
                return packet;
            }
            in.discardReadBytes();
            byte[] bytes = new byte[64 << 10];
            int count = socket.getInputStream().read(bytes);
            if (count < 0) {
                return null;
            }
            in.writeBytes(bytes, 0, count);
        }
    }

    /** Closes in the middle of a test. */
    void hangUp() throws IOException {
        plain.close();
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }
}
