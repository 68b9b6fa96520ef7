package io.pipit.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.pipit.broker.spi.Peer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** A port that accepts connections. Each goes to the next loop in turn. Any thread. */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline hears the same
public final class Listener implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final long CLOSE_TIMEOUT_MILLIS = 10_000;

    private final String name;
    private final Channel channel;

    private Listener(String name, Channel channel) {
        this.name = name;
        this.channel = channel;
    }

    /**
     * Listens for MQTT over TCP.
     *
     * @param name what {@link Peer#listener()} of its connections says
     * @param address port 0 takes a free one
     * @throws IOException when it cannot; the message says where and why
     */
    public static Listener tcp(String name, InetSocketAddress address, EventLoops loops, Acceptor acceptor)
            throws IOException {
        PipelineStage mqtt =
                (pipeline, opening) -> opening.open(new Connection(opening.channel(), opening.loop(), opening.peer()));
        return listen(name, address, loops, List.of(mqtt), acceptor);
    }

    /**
     * Listens for MQTT over WebSocket.
     *
     * @param name what {@link Peer#listener()} of its connections says
     * @param address port 0 takes a free one
     * @throws IOException when it cannot; the message says where and why
     */
    public static Listener webSocket(
            String name, InetSocketAddress address, WebSocketSettings settings, EventLoops loops, Acceptor acceptor)
            throws IOException {
        return listen(name, address, loops, List.of(new WebSocketStage(settings)), acceptor);
    }

    private static Listener listen(
            String name, InetSocketAddress address, EventLoops loops, List<PipelineStage> stages, Acceptor acceptor)
            throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(loops.group())
                .channelFactory(loops.engine()::newServerChannel)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.ALLOCATOR, loops.allocator())
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel accepted) {
                        open(accepted, name, loops, stages, acceptor);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    name + " cannot listen on " + text(address) + ": " + reason(bound.cause()), bound.cause());
        }
        return new Listener(name, bound.channel());
    }

    /** Without the name and number of the system call that epoll's exceptions put before it. */
    private static String reason(Throwable cause) {
        return String.valueOf(cause.getMessage())
                .replaceFirst("^[a-z_]+\\(\\.\\.\\) failed with error\\(-?[0-9]+\\): ", "");
    }

    private static void open(
            SocketChannel accepted, String name, EventLoops loops, List<PipelineStage> stages, Acceptor acceptor) {
        InetSocketAddress remote = accepted.remoteAddress();
        if (remote == null) {
            accepted.close();
            return;
        }
        loops.opened(accepted);
        ChannelReads reads = new ChannelReads();
        accepted.config().setRecvByteBufAllocator(reads);
        Peer peer = new Peer(text(remote), remote.getAddress().isLoopbackAddress(), name);
        Opening opening = new Opening(accepted, loops.of(accepted.eventLoop()), reads, peer, acceptor);
        for (PipelineStage stage : stages) {
            stage.addTo(accepted.pipeline(), opening);
        }
    }

    private static String text(InetSocketAddress address) {
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** The name it was given. */
    public String name() {
        return name;
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    /** Accepts nothing more, and gives the port back; connections that were accepted stay. */
    @Override
    public void close() {
        channel.close().awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS);
    }

    /** Its address as text: {@code 127.0.0.1:1883}. */
    @Override
    public String toString() {
        return text(address());
    }
}
