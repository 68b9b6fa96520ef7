package io.pipit.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.broker.spi.ConnectionEvents;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.NetworkConnection;
import io.pipit.broker.spi.Peer;
import io.pipit.mqtt.EncodedPublish;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketDecoder;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A network connection without a network: bytes in, bytes out, through the real codec. What was borrowed from the read
 * buffer is overwritten at the end of its turn, a call from a foreign loop is a fault, and so is moving while not
 * paused. The peer takes as many bytes as it is allowed to.
 */
public final class SimulatedConnection implements NetworkConnection {
    /** The other end, as far as bytes go. */
    public interface Wire {
        /** The network has taken these bytes. */
        void arrived(byte[] bytes);

        /** The connection is closed; nothing more comes. */
        void ended();

        /** The broker is about to be given a packet. */
        default void handsOver(Packet packet) {}
    }

    /** What takes a new connection in: {@code broker::accept}. */
    public interface Acceptor {
        /** Hears of a connection, on its loop; answers who is to hear of its events. */
        ConnectionEvents accept(NetworkConnection connection, Loop loop);
    }

    private static final long CLOSE_NANOS = 5_000_000_000L;
    private static final int SIZE_BEFORE_CONNECT = 64 << 10;
    private static final byte POISON = 0x5A;

    private final SimulatedLoops loops;
    private final Peer peer;
    private final Wire wire;
    private final PacketDecoder decoder;
    private final ByteBuf unread = Unpooled.buffer();
    private final ByteBuf outgoing = Unpooled.buffer();
    private @Nullable ConnectionEvents events;
    private SimulatedLoop loop;
    private long window = Long.MAX_VALUE;
    private long arrivedBytes;
    private boolean readWaits;
    private boolean flushWaits;
    private boolean backlog;
    private boolean paused;
    private boolean moving;
    private boolean deaf;
    private boolean closing;
    private boolean closed;
    private boolean peerGone;

    private SimulatedConnection(SimulatedLoops loops, SimulatedLoop loop, Peer peer, Wire wire) {
        this.loops = loops;
        this.loop = loop;
        this.peer = peer;
        this.wire = wire;
        this.decoder = new PacketDecoder(PacketDecoder.Side.SERVER, ProtocolVersion.MQTT_5_0, SIZE_BEFORE_CONNECT);
    }

    /** Opens a connection, which is accepted on this loop in its next turn. */
    public static SimulatedConnection open(
            Acceptor acceptor, SimulatedLoops loops, SimulatedLoop loop, Peer peer, Wire wire) {
        SimulatedConnection connection = new SimulatedConnection(loops, loop, peer, wire);
        loop.execute(() -> {
            connection.events = acceptor.accept(connection, loop);
            connection.wakeReader();
        });
        return connection;
    }

    /** The peer sends bytes. */
    public void peerSends(byte[] bytes) {
        unread.writeBytes(bytes);
        arrivedBytes += bytes.length;
        if (!moving && events != null) {
            wakeReader();
        }
    }

    /** The peer's end is closed, or the network has failed. */
    public void peerCloses() {
        peerGone = true;
        if (!moving) {
            loop.execute(this::finish);
        }
    }

    /** The peer takes so many bytes from now on, and then none. */
    public void peerTakes(long bytes) {
        window = bytes;
        loop.execute(this::flushAtEndOfTurn);
    }

    public boolean isClosed() {
        return closed;
    }

    /** Whether this side is saying goodbye, or has. */
    boolean isEnding() {
        return closing || closed;
    }

    public boolean isPaused() {
        return paused;
    }

    /** The loop on which it is registered. */
    public SimulatedLoop loop() {
        return loop;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public void established(int maximumPacketSize) {
        requireMine("established");
        decoder.limitPacketSize(maximumPacketSize);
    }

    @Override
    public void send(Packet packet, ProtocolVersion version) {
        requireMine("send");
        if (!closed && !closing) {
            int before = outgoing.readableBytes();
            PacketEncoder.encode(packet, version, outgoing);
            requireSize(PacketEncoder.size(packet, version), outgoing.readableBytes() - before, packet);
            flushAtEndOfTurn();
        }
    }

    @Override
    public void send(EncodedPublish publish, int packetIdentifier, boolean dup) {
        requireMine("send");
        if (!closed && !closing) {
            int before = outgoing.readableBytes();
            publish.writeTo(outgoing, packetIdentifier, dup);
            requireSize(publish.size(), outgoing.readableBytes() - before, publish);
            flushAtEndOfTurn();
        }
    }

    @Override
    public long outgoingBytes() {
        requireMine("outgoingBytes");
        return outgoing.readableBytes();
    }

    @Override
    public void pause() {
        requireMine("pause");
        paused = true;
    }

    @Override
    public void resume() {
        requireMine("resume");
        if (paused) {
            paused = false;
            wakeReader();
        }
    }

    @Override
    public void move(Loop target, Runnable arrived) {
        requireMine("move");
        if (!paused) {
            throw loops.fault(new AssertionError("moved while not paused"));
        }
        moving = true;
        SimulatedLoop next = (SimulatedLoop) target;
        loop.afterTurn(() -> next.execute(() -> arrive(next, arrived)));
    }

    @Override
    public void close() {
        requireMine("close");
        if (!closing && !closed) {
            closing = true;
            deaf = true;
            loop.schedule(CLOSE_NANOS, this::finish);
            flushAtEndOfTurn();
        }
    }

    @Override
    public void abort() {
        requireMine("abort");
        finish();
    }

    @Override
    public String toString() {
        return (closed ? "closed" : closing ? "closing" : paused ? "paused" : "open") + (moving ? ", moving" : "")
                + ", "
                + unread.readableBytes() + " bytes unread, " + outgoing.readableBytes() + " to be sent"
                + (window == Long.MAX_VALUE ? "" : ", the peer takes " + window);
    }

    private void arrive(SimulatedLoop next, Runnable arrived) {
        loop = next;
        moving = false;
        if (peerGone) {
            finish();
            return;
        }
        flushAtEndOfTurn();
        arrived.run();
        wakeReader();
    }

    private void wakeReader() {
        if (!readWaits) {
            readWaits = true;
            loop.read(this::read);
        }
    }

    private void read() {
        readWaits = false;
        if (paused || moving || deaf || closed || !unread.isReadable()) {
            return;
        }
        ConnectionEvents listener = events();
        ByteBuf turn = Unpooled.copiedBuffer(unread);
        unread.clear();
        loop.afterTurn(() -> turn.setBytes(0, filled(turn.capacity())));
        listener.bytesReceived(arrivedBytes);
        arrivedBytes = 0;
        decode(turn, listener);
        unread.writeBytes(turn);
    }

    private void decode(ByteBuf turn, ConnectionEvents listener) {
        try {
            while (!paused && !moving && !deaf && !closed) {
                Packet packet = decoder.decode(turn, loop.topics());
                if (packet == null) {
                    return;
                }
                wire.handsOver(packet);
                listener.received(packet);
            }
        } catch (ProtocolException fault) {
            deaf = true;
            listener.malformed(fault);
        }
    }

    private void flushAtEndOfTurn() {
        if (!flushWaits && !moving) {
            flushWaits = true;
            loop.afterTurn(this::flush);
        }
    }

    private void flush() {
        flushWaits = false;
        if (closed || moving) {
            return;
        }
        int size = (int) Math.min(window, outgoing.readableBytes());
        if (size > 0) {
            byte[] bytes = new byte[size];
            outgoing.readBytes(bytes).discardReadBytes();
            window = window == Long.MAX_VALUE ? window : window - size;
            wire.arrived(bytes);
            events().bytesSent(size);
        }
        if (outgoing.isReadable()) {
            backlog = true;
        } else if (closing) {
            finish();
        } else if (backlog) {
            backlog = false;
            loop.execute(() -> {
                if (!closed) {
                    events().writable();
                }
            });
        }
    }

    private void finish() {
        if (!closed) {
            closed = true;
            wire.ended();
            loop.execute(() -> events().closed());
        }
    }

    private ConnectionEvents events() {
        return Objects.requireNonNull(events, "not accepted yet");
    }

    private void requireMine(String call) {
        if (moving) {
            throw loops.fault(new AssertionError(call + " while the connection moves"));
        }
        loop.requireInLoop(call);
    }

    private void requireSize(int said, int written, Object packet) {
        if (said != written) {
            throw loops.fault(new AssertionError(said + " bytes announced, " + written + " written: " + packet));
        }
    }

    private static byte[] filled(int size) {
        byte[] poison = new byte[size];
        Arrays.fill(poison, POISON);
        return poison;
    }
}
