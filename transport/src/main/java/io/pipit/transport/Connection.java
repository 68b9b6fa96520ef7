package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One network connection over a channel of Netty, as the last handler of its pipeline. What comes in is decoded at
 * once, out of the read buffer; only what is left of it, or comes during a pause, is copied aside. Confined to the
 * loop where the channel is registered.
 *
 * <p>A peer that has ended its side is heard to its last packet, also after a pause: then the connection is closed.
 * A connection that the broker closes says the rest, ends its side, and waits for the peer to do the same, since
 * closing with unread input would make the network throw away what the peer has not yet read.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline hears the same
final class Connection extends ChannelInboundHandlerAdapter implements NetworkConnection {
    /** Before its CONNECT is accepted a client may send packets of so many bytes. */
    private static final int LIMIT_BEFORE_CONNECT = 64 << 10;
    /** How much of a new read is first added to a packet that had arrived in part. */
    private static final int BRIDGE_SIZE = 512;
    /** How long a peer may take to read what was sent before a close, and to close, too. */
    private static final long CLOSE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Room for a packet whose size is not computed beforehand. */
    private static final int USUAL_PACKET_SIZE = 64;

    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    private final SocketChannel channel;
    private final Peer peer;
    private final Object endOfStream;
    private final PacketDecoder decoder =
            new PacketDecoder(PacketDecoder.Side.SERVER, ProtocolVersion.MQTT_3_1_1, LIMIT_BEFORE_CONNECT);
    private final Undecoded undecoded = new Undecoded();

    private NettyLoop loop;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Outgoing outgoing;
    private @Nullable ConnectionEvents events;
    private @Nullable ScheduledFuture<?> closeTimeout;

    private State state = State.OPEN;
    private boolean paused;
    private boolean decoding;
    private boolean malformed;
    private boolean inputEnded;
    private boolean peerClosed;
    private boolean outputEnded;
    private boolean flushAwaited;
    private boolean closedTold;

    /**
     * A connection over a registered channel.
     *
     * @param endOfStream the last that is written into the pipeline
     */
    Connection(SocketChannel channel, NettyLoop loop, Peer peer, Object endOfStream) {
        this.channel = channel;
        this.loop = loop;
        this.peer = peer;
        this.endOfStream = endOfStream;
    }

    /** A connection whose end needs no words. */
    Connection(SocketChannel channel, NettyLoop loop, Peer peer) {
        this(channel, loop, peer, Unpooled.EMPTY_BUFFER);
    }

    /** Hands this connection, which is in its pipeline, to who waits for it. */
    void acceptedBy(Acceptor acceptor) {
        try {
            events = acceptor.accept(this, loop);
        } catch (RuntimeException | Error fault) {
            broken(fault);
        }
    }

    /** The loop where it is registered. */
    NettyLoop loop() {
        return loop;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        outgoing = new Outgoing(added, this);
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ReferenceCountUtil.release(message);
            return;
        }
        try {
            if (state == State.OPEN && !malformed) {
                events().bytesReceived(in.readableBytes());
                receive(loop.borrowable(in));
            }
        } catch (RuntimeException | Error fault) {
            broken(fault);
        } finally {
            in.release();
        }
    }

    private void receive(ByteBuf in) {
        decoding = true;
        try {
            if (!undecoded.isEmpty()) {
                decodeAllOf(undecoded.buffer());
                undecoded.decoded();
                bridge(in);
            }
            if (undecoded.isEmpty()) {
                decodeAllOf(in);
            }
        } catch (ProtocolException fault) {
            refuse(fault);
        } finally {
            decoding = false;
        }
        if (state == State.OPEN && !malformed && in.isReadable()) {
            undecoded.append(in, in.readableBytes());
        }
        if (paused && !undecoded.isEmpty()) {
            read(false);
        }
    }

    /** Reads on, or not. A channel whose peer has closed has left epoll, which must not be asked for it again. */
    private void read(boolean on) {
        if (!peerClosed) {
            channel.config().setAutoRead(on);
        }
    }

    private void decodeAllOf(ByteBuf in) throws ProtocolException {
        while (isDecodable()) {
            Packet packet = decoder.decode(in, loop.topics());
            if (packet == null) {
                return;
            }
            events().received(packet);
        }
    }

    /** Completes a packet of which only a part is there, with little more than it needs of what has come now. */
    private void bridge(ByteBuf in) throws ProtocolException {
        int step = BRIDGE_SIZE;
        while (isDecodable() && !undecoded.isEmpty() && in.isReadable()) {
            undecoded.append(in, Math.min(step, in.readableBytes()));
            ByteBuf bytes = undecoded.buffer();
            Packet packet = decoder.decode(bytes, loop.topics());
            if (packet != null) {
                in.readerIndex(in.readerIndex() - bytes.readableBytes());
                undecoded.clear();
                events().received(packet);
                return;
            }
            undecoded.decoded();
            step *= 2;
        }
    }

    private boolean isDecodable() {
        return state == State.OPEN && !paused && !malformed;
    }

    /** Decodes what has waited; the connection ends here when its peer has sent its last. */
    private void decodeUndecoded() {
        if (!isDecodable() || decoding) {
            return;
        }
        decoding = true;
        try {
            if (!undecoded.isEmpty()) {
                decodeAllOf(undecoded.buffer());
                undecoded.decoded();
            }
        } catch (ProtocolException fault) {
            refuse(fault);
        } catch (RuntimeException | Error fault) {
            broken(fault);
        } finally {
            decoding = false;
        }
        if (inputEnded && !paused) {
            close();
        }
    }

    private void refuse(ProtocolException fault) {
        malformed = true;
        undecoded.clear();
        events().malformed(fault);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
        boolean closed = event == ChannelInputShutdownEvent.INSTANCE;
        if (!closed && event != StreamEnd.BY_PEER) {
            return;
        }
        peerClosed |= closed;
        inputEnded = true;
        if (outputEnded && peerClosed) {
            channel.close();
        } else if (malformed) {
            close();
        } else {
            decodeUndecoded();
        }
    }

    /** The peer has gone, or the network failed, which ends a connection without a word; anything else is our fault. */
    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
        if (cause instanceof IOException || cause instanceof UncheckedIOException) {
            abort();
        } else {
            broken(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
        state = State.CLOSED;
        undecoded.clear();
        outgoing().release();
        if (closeTimeout != null) {
            closeTimeout.cancel(false);
        }
        tellClosed();
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public void established(int maximumPacketSize) {
        decoder.limitPacketSize(maximumPacketSize);
    }

    @Override
    public void send(Packet packet, ProtocolVersion version) {
        assert loop.inLoop();
        if (state == State.OPEN) {
            PacketEncoder.encode(packet, version, outgoing().buffer(USUAL_PACKET_SIZE));
            sent();
        }
    }

    @Override
    public void send(EncodedPublish publish, int packetIdentifier, boolean dup) {
        assert loop.inLoop();
        if (state == State.OPEN) {
            publish.writeTo(outgoing().buffer(publish.size()), packetIdentifier, dup);
            sent();
        }
    }

    private void sent() {
        int handedOver = outgoing().appended();
        if (handedOver > 0) {
            events().bytesSent(handedOver);
        } else if (!flushAwaited) {
            flushAwaited = true;
            loop.flushAtEndOfTurn(this);
        }
    }

    /** The end of a turn in which something was sent. */
    void flush() {
        flushAwaited = false;
        if (state != State.OPEN) {
            return;
        }
        try {
            int handedOver = outgoing().flush();
            if (handedOver > 0) {
                events().bytesSent(handedOver);
            }
        } catch (RuntimeException | Error fault) {
            broken(fault);
        }
    }

    /** All was taken by the network after a stall. Called within a flush of Netty's. */
    void drained() {
        loop.execute(this::resumeSending);
    }

    private void resumeSending() {
        if (!loop.inLoop()) {
            loop.execute(this::resumeSending);
            return;
        }
        if (state != State.OPEN) {
            return;
        }
        try {
            int handedOver = outgoing().resume();
            if (handedOver > 0) {
                events().bytesSent(handedOver);
            }
            if (outgoing().bytes() == 0) {
                events().writable();
            }
        } catch (RuntimeException | Error fault) {
            broken(fault);
        }
    }

    @Override
    public long outgoingBytes() {
        return outgoing().bytes();
    }

    @Override
    public void pause() {
        assert loop.inLoop();
        paused = true;
    }

    @Override
    public void resume() {
        assert loop.inLoop();
        if (!paused) {
            return;
        }
        paused = false;
        if (!decoding && (!undecoded.isEmpty() || inputEnded)) {
            loop.execute(this::decodeUndecoded);
        }
        if (state == State.OPEN) {
            read(true);
        }
    }

    @Override
    public void move(Loop target, Runnable arrived) {
        assert loop.inLoop();
        if (!paused) {
            throw new IllegalStateException("a connection that is not paused cannot move");
        }
        if (target == loop) {
            loop.execute(() -> arrive(arrived));
            return;
        }
        flush();
        read(false);
        channel.deregister().addListener(left -> register((NettyLoop) target, arrived));
    }

    private void register(NettyLoop target, Runnable arrived) {
        loop = target;
        // Listened to before it begins: else the target might have read before it tells of the arrival.
        ChannelPromise registered = new DefaultChannelPromise(channel, target.eventLoop());
        registered.addListener(done -> {
            if (done.isSuccess()) {
                arrive(arrived);
            } else {
                lost();
            }
        });
        target.eventLoop().register(registered);
    }

    private void arrive(Runnable arrived) {
        if (state != State.OPEN) {
            return;
        }
        try {
            arrived.run();
        } catch (RuntimeException | Error fault) {
            broken(fault);
        }
        if (state == State.OPEN) {
            // What the network had not taken waits for a loop to notice that it can.
            context().flush();
            if (undecoded.isEmpty()) {
                read(true);
            }
        }
    }

    /** The channel was closed while it belonged to no loop. */
    private void lost() {
        state = State.CLOSED;
        undecoded.clear();
        outgoing().release();
        tellClosed();
    }

    @Override
    public void close() {
        assert loop.inLoop();
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        undecoded.clear();
        closeTimeout = loop.eventLoop().schedule(this::abort, CLOSE_TIMEOUT_NANOS, TimeUnit.NANOSECONDS);
        read(true);
        ChannelPromise said = context().newPromise();
        int handedOver = outgoing().finish(endOfStream, said);
        if (handedOver > 0) {
            events().bytesSent(handedOver);
        }
        said.addListener(done -> loop.execute(this::endOutput));
    }

    /** All was taken by the network, or will never be. */
    private void endOutput() {
        if (state != State.CLOSING) {
            return;
        }
        tellClosed();
        if (peerClosed) {
            channel.close();
        } else {
            outputEnded = true;
            channel.shutdownOutput();
        }
    }

    @Override
    public void abort() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            undecoded.clear();
            outgoing().release();
            channel.close();
        }
    }

    private void broken(Throwable fault) {
        loop.faults().endedConnection(peer, fault);
        abort();
    }

    private void tellClosed() {
        ConnectionEvents told = events;
        if (closedTold || told == null) {
            return;
        }
        closedTold = true;
        try {
            told.closed();
        } catch (RuntimeException | Error fault) {
            loop.faults().endedConnection(peer, fault);
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context);
    }

    private Outgoing outgoing() {
        return Objects.requireNonNull(outgoing);
    }

    private ConnectionEvents events() {
        return Objects.requireNonNull(events);
    }

    @Override
    public String toString() {
        return "connection of " + peer.address();
    }
}
