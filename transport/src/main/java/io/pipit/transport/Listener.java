package io.pipit.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.pipit.broker.spi.Peer;
import io.pipit.tls.TlsFileException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A port that accepts connections. Each goes to the next loop in turn. Any thread. */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline hears the same
public final class Listener implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final long CLOSE_TIMEOUT_MILLIS = 10_000;

    /** Of what the handlers of Netty read before a {@link Connection} does: a request of HTTP. */
    private static final int OWN_READ_SIZE = 2 << 10;
    /** Of what TLS reads: a record and its overhead. */
    private static final int TLS_READ_SIZE = (16 << 10) + 512;

    private final String name;
    private final Channel channel;
    private final @Nullable TlsStage tls;

    private Listener(String name, Channel channel, @Nullable TlsStage tls) {
        this.name = name;
        this.channel = channel;
        this.tls = tls;
    }

    /**
     * Listens.
     *
     * @throws TlsFileException when a file of TLS cannot be used
     * @throws IOException when it cannot listen; the message says where and why
     */
    public static Listener open(ListenerSettings settings, EventLoops loops, Acceptor acceptor) throws IOException {
        WebSocketSettings webSocket = settings.webSocket();
        TlsSettings tls = settings.tls();
        PipelineStage plain = webSocket == null ? Listener::addConnection : new WebSocketStage(webSocket);
        if (tls == null) {
            return new Listener(settings.name(), bind(settings, loops, plain, OWN_READ_SIZE, acceptor), null);
        }
        String applicationProtocol = webSocket == null ? "mqtt" : "http/1.1";
        TlsStage secure = new TlsStage(settings.name(), tls, applicationProtocol, plain);
        try {
            return new Listener(settings.name(), bind(settings, loops, secure, TLS_READ_SIZE, acceptor), secure);
        } catch (IOException | RuntimeException refused) {
            secure.release();
            throw refused;
        }
    }

    private static void addConnection(ChannelPipeline pipeline, Opening opening) {
        opening.open(new Connection(opening.channel(), opening.loop(), opening.peer(), opening.endOfStream()));
    }

    private static Channel bind(
            ListenerSettings settings, EventLoops loops, PipelineStage stage, int readSize, Acceptor acceptor)
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
                        accept(accepted, settings.name(), loops, stage, new ChannelReads(readSize), acceptor);
                    }
                })
                .bind(settings.address())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    settings.name() + " cannot listen on " + text(settings.address()) + ": " + reason(bound.cause()),
                    bound.cause());
        }
        return bound.channel();
    }

    /** Without the name and number of the system call that epoll's exceptions put before it. */
    private static String reason(Throwable cause) {
        return String.valueOf(cause.getMessage())
                .replaceFirst("^[a-z_]+\\(\\.\\.\\) failed with error\\(-?[0-9]+\\): ", "");
    }

    private static void accept(
            SocketChannel accepted,
            String name,
            EventLoops loops,
            PipelineStage stage,
            ChannelReads reads,
            Acceptor acceptor) {
        InetSocketAddress remote = accepted.remoteAddress();
        if (remote == null) {
            accepted.close();
            return;
        }
        loops.opened(accepted);
        accepted.config().setRecvByteBufAllocator(reads);
        Peer peer = new Peer(text(remote), remote.getAddress().isLoopbackAddress(), name, null);
        NettyLoop loop = loops.of(accepted.eventLoop());
        stage.addTo(accepted.pipeline(), new Opening(accepted, loop, reads, peer, false, acceptor));
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

    /** Its numbers by name; none without TLS. */
    public Map<String, Long> readings() {
        return tls == null ? Map.of() : tls.readings();
    }

    /** Whether there is TLS, and so {@link #lookAtFiles} and {@link #expiry} have a meaning. */
    public boolean isSecure() {
        return tls != null;
    }

    /**
     * Looks whether the files of TLS have changed, and takes what they say for new handshakes; what is connected stays. To be
     * called again and again: a change is taken at the second look that finds the files the same. Reads files.
     */
    public TlsChange lookAtFiles() {
        return tls == null ? new TlsChange.None() : tls.look();
    }

    /** Until when the files of TLS serve; null without TLS. */
    public @Nullable TlsExpiry expiry() {
        return tls == null ? null : tls.expiry();
    }

    /** Accepts nothing more, and gives the port back; connections that were accepted stay. */
    @Override
    public void close() {
        channel.close().awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS);
        if (tls != null) {
            tls.release();
        }
    }

    /** Its address as text: {@code 127.0.0.1:1883}. */
    @Override
    public String toString() {
        return text(address());
    }
}
