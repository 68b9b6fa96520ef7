package io.pipit.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketDecoder;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.TopicNames;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A client's end of one network connection: bytes under way in both directions, and how the network treats them. */
final class Link implements SimulatedConnection.Wire {
    private static final int LARGEST = 268_435_460;

    private final int number;
    private final ModelClient client;
    private final World world;
    private final ProtocolVersion version;
    private final PacketDecoder decoder;
    private final ByteBuf in = Unpooled.buffer();
    private final ByteBuf out = Unpooled.buffer();
    private final TopicNames topics = new TopicNames(16);
    private final Map<Integer, TopicName> aliases = new HashMap<>();
    private final Deque<UnderWay> underWay = new ArrayDeque<>();
    private @Nullable SimulatedConnection connection;
    private long lagNanos;
    private long lastDueNanos;
    private long lastSentNanos;
    private long sentBytes;
    private long handedOnBytes;
    private int late;
    private long lastArrivedNanos;
    private long stallBeganNanos;
    private long stallEndedNanos = Long.MIN_VALUE;
    private boolean stalled;
    private boolean waits;
    private boolean broken;
    private boolean ended;
    private boolean told;
    private boolean unheard;

    /** A packet that was sent, and how many bytes were then. */
    private record UnderWay(Packet packet, long end) {}

    Link(int number, ModelClient client, World world, ProtocolVersion version) {
        this.number = number;
        this.client = client;
        this.world = world;
        this.version = version;
        this.decoder = new PacketDecoder(PacketDecoder.Side.CLIENT, version, LARGEST);
        this.lastDueNanos = world.clock().nanos();
    }

    void on(SimulatedConnection network) {
        connection = network;
    }

    /** Counts the connections of a history. */
    int number() {
        return number;
    }

    ModelClient client() {
        return client;
    }

    /** Whether the client can still use it, as far as it knows. */
    boolean isUp() {
        return !broken && !ended;
    }

    /** Whether the broker has closed it, or is about to. */
    boolean isEnding() {
        return connection().isEnding();
    }

    long lastSentNanos() {
        return lastSentNanos;
    }

    /** When the last whole packet reached the broker before it closed the connection, if it has. */
    long lastArrivedNanos() {
        return lastArrivedNanos;
    }

    /** When what is heard now was sent, at the earliest: before the network took no more, if that is just over. */
    long heardNanos() {
        long now = world.clock().nanos();
        return stalled || stallEndedNanos == now ? stallBeganNanos : now;
    }

    void lag(int millis) {
        lagNanos = millis * 1_000_000L;
    }

    void takes(long bytes) {
        if (isUp()) {
            long now = world.clock().nanos();
            boolean limited = bytes != Long.MAX_VALUE;
            stallBeganNanos = limited && !stalled ? now : stallBeganNanos;
            stallEndedNanos = stalled && !limited ? now : stallEndedNanos;
            stalled = limited;
            connection().peerTakes(bytes);
        }
    }

    /** Sends a packet; the network hands it on when it gets a turn. */
    void send(Packet packet) {
        if (!isUp()) {
            return;
        }
        world.trace().packet(client.name(), "->", packet);
        lastSentNanos = world.clock().nanos();
        ByteBuf encoded = Unpooled.buffer();
        PacketEncoder.encode(packet, version, encoded);
        sentBytes += encoded.readableBytes();
        underWay.add(new UnderWay(packet, sentBytes));
        lastDueNanos = Math.max(lastDueNanos, lastSentNanos + lagNanos);
        if (lastDueNanos == lastSentNanos && late == 0) {
            out.writeBytes(encoded);
            world.ready(this);
            return;
        }
        late++;
        world.agenda().in(lastDueNanos - lastSentNanos, () -> {
            late--;
            if (!broken) {
                out.writeBytes(encoded);
                world.ready(this);
            }
        });
    }

    /** Whether such a packet was sent and has not, or not wholly, come to the broker. */
    boolean isUnderWay(Predicate<Packet> kind) {
        return underWay.stream().anyMatch(one -> kind.test(one.packet));
    }

    /** The connection breaks. What is under way is lost, in this direction; in the other, some of it may be. */
    void breaks(boolean noticed, boolean losesWhatCame) {
        if (!isUp()) {
            return;
        }
        if (losesWhatCame) {
            in.clear();
            unheard = false;
        } else if (unheard) {
            hear();
        }
        broken = true;
        out.clear();
        if (noticed) {
            connection().peerCloses();
        } else {
            connection().peerTakes(Long.MAX_VALUE);
        }
    }

    /** The network tells the broker at last. */
    void closes() {
        connection().peerCloses();
    }

    /** The process at the other end has died: what it has sent comes before that is noticed, or never. */
    void killed(boolean losesWhatCame) {
        if (losesWhatCame) {
            in.clear();
            unheard = false;
        } else if (unheard) {
            hear();
        }
        out.clear();
        ended = true;
        told = true;
    }

    @Override
    public void arrived(byte[] bytes) {
        world.trace().bytes(client.index(), false, bytes);
        if (!broken) {
            in.writeBytes(bytes);
            unheard = true;
            world.ready(this);
        }
    }

    @Override
    public void ended() {
        ended = true;
        if (!broken) {
            world.ready(this);
        }
    }

    @Override
    public void handsOver(Packet packet) {
        if (packet instanceof Publish publish && !publish.dup()) { // what is known already takes nothing
            world.publishes(this);
        }
    }

    @Override
    public String toString() {
        return "connection " + number + ", at the broker " + connection;
    }

    boolean waits() {
        return waits;
    }

    void waits(boolean waiting) {
        waits = waiting;
    }

    /** Its turn: the client hears what has come, or the network hands on what was sent; true when there is more. */
    boolean turn() {
        if (unheard) {
            hear();
        } else if (ended && !told && !broken) {
            told = true;
            client.ended(this);
        } else if (out.isReadable() && !ended) {
            upload();
        }
        return (ended && !told && !broken) || (out.isReadable() && !ended);
    }

    private void upload() {
        int all = out.readableBytes();
        int size = client.traits().fragments() && all > 1 ? 1 + world.random().nextInt(all) : all;
        byte[] bytes = new byte[size];
        out.readBytes(bytes).discardReadBytes();
        handedOnBytes += size;
        while (!underWay.isEmpty() && underWay.element().end <= handedOnBytes) {
            underWay.remove();
        }
        world.trace().bytes(client.index(), true, bytes);
        connection().peerSends(bytes);
        if (!out.isReadable() && !isEnding()) {
            lastArrivedNanos = world.clock().nanos();
        }
    }

    private void hear() {
        unheard = false;
        try {
            for (Packet packet = decoder.decode(in, topics); packet != null; packet = decoder.decode(in, topics)) {
                Packet whole = packet instanceof Publish publish ? withTopic(publish) : packet;
                world.trace().packet(client.name(), "<-", whole);
                client.hear(this, whole);
            }
            in.discardReadBytes();
        } catch (ProtocolException fault) {
            throw new Violation("wire", fault);
        }
    }

    private Publish withTopic(Publish publish) {
        Integer alias = publish.properties().get(Property.TOPIC_ALIAS);
        TopicName topic = publish.topic();
        if (alias == null) {
            return publish;
        }
        if (topic != null) {
            aliases.put(alias, topic);
            return publish;
        }
        return new Publish(
                publish.dup(),
                publish.qos(),
                publish.retain(),
                Objects.requireNonNull(aliases.get(alias), "an alias without a topic"),
                publish.packetIdentifier(),
                publish.properties(),
                publish.payload());
    }

    private SimulatedConnection connection() {
        return Objects.requireNonNull(connection, "not opened");
    }
}
