package io.pipit.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Hex;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketDecoder;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.TopicNames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One network connection of a dialogue, seen from the client: says packets, and expects to hear packets, in order. What
 * it hears is kept until it is expected; at the end of the dialogue nothing may be left unheard.
 */
public final class SimulatedClient implements SimulatedConnection.Wire {
    private static final int LARGEST = 268_435_460;

    private final String name;
    private final Dialogue dialogue;
    private final TopicNames topics = new TopicNames(64);
    private final ByteBuf bytes = Unpooled.buffer();
    private final Deque<Packet> heard = new ArrayDeque<>();
    private @Nullable SimulatedConnection connection;
    private @Nullable PacketDecoder decoder;
    private ProtocolVersion version = ProtocolVersion.MQTT_5_0;
    private @Nullable ConnAck connack;
    private boolean ended;
    private boolean disconnected;
    private boolean listens = true;
    private int lastPacketIdentifier = 30_000;

    SimulatedClient(String name, Dialogue dialogue) {
        this.name = name;
        this.dialogue = dialogue;
    }

    void on(SimulatedConnection network) {
        connection = network;
    }

    /** Sends a packet; the broker runs until it has nothing to do. */
    public SimulatedClient sends(Packet packet) {
        sendsWithoutTurn(packet);
        dialogue.runUntilIdle();
        return this;
    }

    public SimulatedClient sends(PublishDraft draft) {
        return sends(draft.packet());
    }

    public SimulatedClient sends(ConnectDraft draft) {
        return sends(draft.packet());
    }

    public SimulatedClient sends(SubscribeDraft draft) {
        return sends(draft.packet());
    }

    /** Understands answers in this version before it has said anything. */
    public SimulatedClient speaks(ProtocolVersion other) {
        version = other;
        decoder = new PacketDecoder(PacketDecoder.Side.CLIENT, version, LARGEST);
        return this;
    }

    /** Sends several packets at once: they arrive in one read. */
    public SimulatedClient sendsTogether(Packet... packets) {
        for (Packet packet : packets) {
            sendsWithoutTurn(packet);
        }
        dialogue.runUntilIdle();
        return this;
    }

    /** Hands a packet to the network; the broker does not run yet. */
    public SimulatedClient sendsWithoutTurn(Packet packet) {
        if (packet instanceof Connect connect && decoder == null) {
            version = connect.version();
            decoder = new PacketDecoder(PacketDecoder.Side.CLIENT, version, LARGEST);
        }
        dialogue.transcript().line(name, "->", PacketText.of(packet));
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        network().peerSends(array(out));
        return this;
    }

    /** Sends bytes, which need not be MQTT. */
    public SimulatedClient sendsBytes(int... values) {
        byte[] raw = new byte[values.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) values[i];
        }
        dialogue.transcript().line(name, "->", "bytes " + Arrays.toString(raw));
        network().peerSends(raw);
        dialogue.runUntilIdle();
        return this;
    }

    /** Sends bytes in the form of {@link Hex}, which need not be MQTT. */
    public SimulatedClient sendsHex(String hex) {
        dialogue.transcript().line(name, "->", "bytes " + hex);
        network().peerSends(Hex.bytes(hex));
        dialogue.runUntilIdle();
        return this;
    }

    /** The next packet that it hears is this one. */
    public <P extends Packet> P receives(P expected) {
        Packet next = next(PacketText.of(expected));
        if (!Expectation.meets(expected, next)) {
            throw unexpected(PacketText.of(expected), next);
        }
        @SuppressWarnings("unchecked") // the expectation compares the classes
        P met = (P) next;
        return met;
    }

    /** The next packet that it hears is this PUBLISH. */
    public Publish receives(PublishDraft expected) {
        String text = text(expected);
        Packet next = next(text);
        if (next instanceof Publish publish && Expectation.meets(expected, next)) {
            return publish;
        }
        throw unexpected(text, next);
    }

    /** The next packets are these PUBLISH packets, in any order. */
    public List<Publish> receivesInAnyOrder(PublishDraft... expected) {
        List<PublishDraft> missing = new ArrayList<>(List.of(expected));
        List<Publish> all = new ArrayList<>();
        while (!missing.isEmpty()) {
            String text = missing.stream().map(SimulatedClient::text).collect(Collectors.joining(" or "));
            Packet next = next(text);
            PublishDraft met = missing.stream()
                    .filter(draft -> Expectation.meets(draft, next))
                    .findFirst()
                    .orElseThrow(() -> unexpected(text, next));
            missing.remove(met);
            all.add((Publish) next);
        }
        return all;
    }

    /** The next packet is a PUBLISH, whichever. */
    public Publish receivesPublish() {
        Packet next = next("any PUBLISH");
        if (next instanceof Publish publish) {
            return publish;
        }
        throw unexpected("any PUBLISH", next);
    }

    /** The next packet is a CONNACK, whichever. */
    public ConnAck receivesConnack() {
        Packet next = next("any CONNACK");
        if (next instanceof ConnAck ack) {
            connack = ack;
            return ack;
        }
        throw unexpected("any CONNACK", next);
    }

    /** Nothing is there to hear, and the connection is open. */
    public SimulatedClient receivesNothing() {
        if (!heard.isEmpty()) {
            throw dialogue.transcript().failure(name + " should hear nothing, but hears " + texts(heard));
        }
        return isOpen();
    }

    /** How many packets are there to hear. */
    public int unheard() {
        return heard.size();
    }

    /** Everything that is there to hear. */
    public List<Packet> hearsAll() {
        List<Packet> all = List.copyOf(heard);
        heard.clear();
        return all;
    }

    /** Whether its connection is closed, by whichever side or by a crash. */
    public boolean hasEnded() {
        return ended;
    }

    /** The connection is open. */
    public SimulatedClient isOpen() {
        if (ended) {
            throw dialogue.transcript().failure(name + "'s connection should be open, but is closed");
        }
        return this;
    }

    /** Nothing more is there to hear, and the connection is closed. */
    public void isClosed() {
        if (!heard.isEmpty()) {
            throw dialogue.transcript()
                    .failure(name + "'s connection should be closed without a word, but it hears " + texts(heard));
        }
        if (!ended) {
            throw dialogue.transcript().failure(name + "'s connection should be closed, but is open");
        }
    }

    /** This packet is the last one that it hears: the connection is closed behind it. */
    public void isClosedAfter(Packet last) {
        receives(last);
        isClosed();
    }

    /** Subscribes at QoS 2, and has it acknowledged. */
    public SimulatedClient subscribes(String filter) {
        return subscribes(Packets.subscribe(nextPacketIdentifier(), filter));
    }

    /** Subscribes at a QoS of this level, and has it acknowledged. */
    public SimulatedClient subscribes(String filter, int qos) {
        return subscribes(Packets.subscribe(nextPacketIdentifier(), filter).qos(qos));
    }

    /** Subscribes, and has all of it acknowledged with the QoS that was asked for; messages may come before. */
    public SimulatedClient subscribes(SubscribeDraft draft) {
        sends(draft);
        SubAck expected = new SubAck(
                draft.packetIdentifier(),
                Properties.NONE,
                draft.requests().stream()
                        .map(request -> ReasonCode.granted(request.options().maximumQoS()))
                        .toList());
        takes(expected);
        return this;
    }

    /** Unsubscribes, and has it acknowledged. */
    public SimulatedClient unsubscribes(String filter) {
        int identifier = nextPacketIdentifier();
        sends(Packets.unsubscribe(identifier, filter));
        takes(
                version.hasProperties()
                        ? Packets.unsuback(identifier, ReasonCode.SUCCESS)
                        : Packets.unsuback(identifier));
        return this;
    }

    /** Publishes at any QoS, with all acknowledgements of it; whether anybody subscribes does not matter. */
    public SimulatedClient publishes(PublishDraft draft) {
        PublishDraft numbered = draft.qos() != QoS.AT_MOST_ONCE && draft.packetIdentifier() == 0
                ? draft.qos(draft.qos(), nextPacketIdentifier())
                : draft;
        sends(numbered);
        int identifier = numbered.packetIdentifier();
        switch (draft.qos()) {
            case AT_MOST_ONCE -> isOpen();
            case AT_LEAST_ONCE -> takesAcknowledgement(identifier, PubAck.class);
            case EXACTLY_ONCE -> {
                takesAcknowledgement(identifier, PubRec.class);
                sends(new PubRel(identifier));
                takes(new PubComp(identifier));
            }
        }
        return this;
    }

    /** Acknowledges a PUBLISH, completely. */
    public SimulatedClient acknowledges(Publish publish) {
        int identifier = publish.packetIdentifier();
        switch (publish.qos()) {
            case AT_MOST_ONCE -> throw new IllegalArgumentException("QoS 0 is not acknowledged");
            case AT_LEAST_ONCE -> sends(new PubAck(identifier));
            case EXACTLY_ONCE -> {
                sends(new PubRec(identifier));
                takes(new PubRel(identifier));
                sends(new PubComp(identifier));
            }
        }
        return this;
    }

    /** Disconnects in order, whereupon the broker closes. */
    public void disconnects() {
        disconnects(new Disconnect());
    }

    /** Disconnects with this packet, whereupon the broker closes. */
    public void disconnects(Disconnect last) {
        sends(last);
        isClosed();
    }

    /** The network fails: the broker sees it at once. */
    public void vanishes() {
        dialogue.transcript().line(name, "><", "the network fails");
        network().peerCloses();
        dialogue.runUntilIdle();
    }

    /** Takes no more bytes from the network. */
    public SimulatedClient stalls() {
        dialogue.transcript().note(name + " takes nothing more");
        network().peerTakes(0);
        dialogue.runUntilIdle();
        return this;
    }

    /** Takes what has piled up, and all that comes. */
    public SimulatedClient readsOn() {
        dialogue.transcript().note(name + " takes all again");
        network().peerTakes(Long.MAX_VALUE);
        dialogue.runUntilIdle();
        return this;
    }

    /** What it hears from now on is not for this dialogue: it may be left unheard at its end. */
    public SimulatedClient mayLeaveUnheard() {
        listens = false;
        return this;
    }

    /** The CONNACK that accepted it. */
    public ConnAck connack() {
        ConnAck ack = connack;
        if (ack == null) {
            throw dialogue.transcript().failure(name + " was not accepted");
        }
        return ack;
    }

    public String name() {
        return name;
    }

    /** The broker's end. */
    public SimulatedConnection network() {
        SimulatedConnection network = connection;
        if (network == null) {
            throw new IllegalStateException(name + " has no connection");
        }
        return network;
    }

    @Override
    public void arrived(byte[] arrived) {
        PacketDecoder versioned = decoder;
        if (versioned == null) {
            versioned = new PacketDecoder(PacketDecoder.Side.CLIENT, version, LARGEST);
            decoder = versioned;
        }
        bytes.writeBytes(arrived);
        try {
            for (Packet packet = versioned.decode(bytes, topics);
                    packet != null;
                    packet = versioned.decode(bytes, topics)) {
                hear(packet);
            }
        } catch (ProtocolException fault) {
            throw dialogue.transcript().failure(name + " is sent what is no packet: " + fault.getMessage());
        }
        bytes.discardReadBytes();
    }

    private void hear(Packet packet) {
        if (packet instanceof Publish publish) {
            publish.payload().keep();
        }
        Expectation.properties(packet).keep();
        dialogue.transcript().line(name, "<-", PacketText.of(packet));
        if (disconnected) {
            throw dialogue.transcript().failure(name + " is sent a packet after DISCONNECT [MQTT-3.14.4-1]");
        }
        disconnected = packet instanceof Disconnect;
        heard.add(packet);
    }

    @Override
    public void ended() {
        dialogue.transcript().line(name, "><", "closed");
        ended = true;
    }

    /** At the end of the dialogue: was everything heard? That the broker stops need not be. */
    void verifyNothingUnheard() {
        if (heard.peekLast() instanceof Disconnect last && last.reasonCode() == ReasonCode.SERVER_SHUTTING_DOWN) {
            heard.removeLast();
        }
        if (listens && !heard.isEmpty()) {
            throw dialogue.transcript().failure("at the end " + name + " has not heard " + texts(heard));
        }
    }

    private void takesAcknowledgement(int identifier, Class<? extends Packet> type) {
        for (Packet packet : heard) {
            boolean mine = type.isInstance(packet)
                    && switch (packet) {
                        case PubAck ack ->
                            ack.packetIdentifier() == identifier
                                    && !ack.reasonCode().isError();
                        case PubRec ack ->
                            ack.packetIdentifier() == identifier
                                    && !ack.reasonCode().isError();
                        default -> false;
                    };
            if (mine) {
                heard.remove(packet);
                return;
            }
        }
        throw dialogue.transcript()
                .failure(name + " should hear " + type.getSimpleName() + " " + identifier + ", but hears "
                        + texts(heard));
    }

    /** Takes this packet out of what was heard, wherever it stands among messages. */
    private void takes(Packet expected) {
        for (Packet packet : heard) {
            if (Expectation.meets(expected, packet)) {
                heard.remove(packet);
                return;
            }
        }
        throw dialogue.transcript()
                .failure(name + " should hear " + PacketText.of(expected) + ", but hears " + texts(heard));
    }

    private Packet next(String expected) {
        Packet next = heard.poll();
        if (next == null) {
            throw dialogue.transcript()
                    .failure(name + " should hear " + expected + ", but "
                            + (ended ? "its connection is closed" : "hears nothing"));
        }
        return next;
    }

    private AssertionError unexpected(String expected, Packet actual) {
        return dialogue.transcript()
                .failure(name + " should hear\n    " + expected + "\nbut hears\n    " + PacketText.of(actual)
                        + (heard.isEmpty() ? "" : "\nand then\n    " + texts(heard)));
    }

    private int nextPacketIdentifier() {
        return ++lastPacketIdentifier;
    }

    private static String text(PublishDraft draft) {
        boolean anyIdentifier = draft.qos().isAcknowledged() && draft.packetIdentifier() == 0;
        return anyIdentifier
                ? PacketText.of(draft.qos(draft.qos(), 1).packet()).replaceFirst(" id 1", " any id")
                : PacketText.of(draft.packet());
    }

    private static String texts(Deque<Packet> packets) {
        return packets.isEmpty()
                ? "nothing"
                : packets.stream().limit(20).map(PacketText::of).collect(Collectors.joining("\n    "))
                        + (packets.size() > 20 ? "\n    and " + (packets.size() - 20) + " more" : "");
    }

    private static byte[] array(ByteBuf out) {
        byte[] raw = new byte[out.readableBytes()];
        out.readBytes(raw);
        return raw;
    }
}
