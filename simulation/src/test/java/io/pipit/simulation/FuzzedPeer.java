package io.pipit.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketDecoder;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.TopicNames;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a connection that keeps to nothing: it says what it is told, but understands what it hears, and
 * knows what it owes. What the broker sends must be packets of its version, none larger than it said it accepts.
 */
final class FuzzedPeer implements SimulatedConnection.Wire {
    private final String name;
    private final SimulatedLoops loops;
    private final Transcript transcript;
    private final TopicNames topics = new TopicNames(16);
    private final ByteBuf heard = Unpooled.buffer();
    private final Deque<Packet> owed = new ArrayDeque<>();
    private @Nullable SimulatedConnection connection;
    private PacketDecoder decoder = new PacketDecoder(PacketDecoder.Side.CLIENT, ProtocolVersion.MQTT_5_0, 0);
    private ProtocolVersion version = ProtocolVersion.MQTT_5_0;
    private long maximumPacketSize = Long.MAX_VALUE;
    private byte[] rest = {};
    private int cut = -1;
    private boolean spoken;
    private boolean understands = true;
    private boolean accepted;
    private boolean ended;

    FuzzedPeer(String name, SimulatedLoops loops, Transcript transcript) {
        this.name = name;
        this.loops = loops;
        this.transcript = transcript;
    }

    void on(SimulatedConnection network) {
        connection = network;
    }

    SimulatedConnection network() {
        SimulatedConnection open = connection;
        if (open == null) {
            throw new IllegalStateException("not opened");
        }
        return open;
    }

    ProtocolVersion version() {
        return version;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Whether its CONNECT was accepted, and its connection stands. */
    boolean isAccepted() {
        return accepted && !ended;
    }

    /** Of the next packet, only so many bytes go out; the others when it speaks again, or never. */
    void cutNext(int bytes) {
        cut = bytes;
    }

    void says(Packet packet) {
        if (packet instanceof Connect connect && !spoken) {
            version = connect.version();
            maximumPacketSize = connect.properties().get(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE);
            decoder = new PacketDecoder(PacketDecoder.Side.CLIENT, version, 0);
        }
        transcript.line(name, "->", packet);
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        send(bytes);
    }

    /** Says what need not be MQTT; what it hears then is not looked at. */
    void saysBytes(byte[] bytes) {
        transcript.line(name, "->", Arrays.toString(bytes));
        understands &= spoken;
        send(bytes);
    }

    private void send(byte[] bytes) {
        spoken = true;
        byte[] all = Arrays.copyOf(rest, rest.length + bytes.length);
        System.arraycopy(bytes, 0, all, rest.length, bytes.length);
        int end = cut < 0 ? all.length : Math.min(all.length, rest.length + cut);
        cut = -1;
        rest = Arrays.copyOfRange(all, end, all.length);
        network().peerSends(Arrays.copyOf(all, end));
    }

    /** Acknowledges the oldest that it owes an acknowledgement for; false when there is none. */
    boolean acknowledges() {
        Packet next = owed.poll();
        if (next != null) {
            says(next);
        }
        return next != null;
    }

    boolean owes() {
        return !owed.isEmpty();
    }

    @Override
    public void arrived(byte[] bytes) {
        if (!understands) {
            return;
        }
        heard.writeBytes(bytes);
        try {
            while (true) {
                int before = heard.readableBytes();
                Packet packet = decoder.decode(heard, topics);
                if (packet == null) {
                    return;
                }
                hear(packet, before - heard.readableBytes());
            }
        } catch (ProtocolException fault) {
            throw loops.fault(new AssertionError(name + " is sent what is no packet", fault));
        }
    }

    private void hear(Packet packet, int size) {
        transcript.line(name, "<-", packet);
        if (size > maximumPacketSize) {
            throw loops.fault(new AssertionError(name + " is sent " + size + " bytes: " + packet));
        }
        switch (packet) {
            case ConnAck ack -> accepted = !ack.reasonCode().isError();
            case Publish publish -> {
                switch (publish.qos()) {
                    case AT_MOST_ONCE -> {}
                    case AT_LEAST_ONCE -> owed.add(new PubAck(publish.packetIdentifier()));
                    case EXACTLY_ONCE -> owed.add(new PubRec(publish.packetIdentifier()));
                }
            }
            case PubRec received
            when !received.reasonCode().isError() -> owed.add(new PubRel(received.packetIdentifier()));
            case PubRel release -> owed.add(new PubComp(release.packetIdentifier()));
            default -> {}
        }
    }

    @Override
    public void ended() {
        transcript.line(name, "><", "");
        ended = true;
        owed.clear();
    }
}
