package io.pipit.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Loops with a TCP and a WebSocket listener on free ports; each connection gets a {@link Recorder}. */
final class TestBroker implements AutoCloseable {
    private final Layers layers;
    private final EventLoops loops;
    private final Listener tcp;
    private final Listener webSocket;
    private final BlockingQueue<Recorder> accepted = new LinkedBlockingQueue<>();

    TestBroker(Engine engine, int loopCount, Consumer<Recorder> onAccept) throws IOException {
        this(Layers.tcp(engine), loopCount, onAccept);
    }

    /** Whose listener that is not for WebSocket, and whose clients, speak through these layers. */
    TestBroker(Layers layers, int loopCount, Consumer<Recorder> onAccept) throws IOException {
        this(
                layers,
                loopCount,
                new WebSocketSettings(List.of("/mqtt", "/more"), false, Duration.ofSeconds(10)),
                onAccept);
    }

    TestBroker(Engine engine, int loopCount, WebSocketSettings settings, Consumer<Recorder> onAccept)
            throws IOException {
        this(Layers.tcp(engine), loopCount, settings, onAccept);
    }

    private TestBroker(Layers layers, int loopCount, WebSocketSettings settings, Consumer<Recorder> onAccept)
            throws IOException {
        this.layers = layers;
        loops = new EventLoops(loopCount, layers.engine());
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Acceptor acceptor = (connection, loop) -> {
            Recorder recorder = new Recorder(connection, loop);
            onAccept.accept(recorder);
            accepted.add(recorder);
            return recorder;
        };
        tcp = Listener.open(layers.listener(), loops, acceptor);
        webSocket = Listener.open(new ListenerSettings("ws", free, settings, null), loops, acceptor);
    }

    EventLoops loops() {
        return loops;
    }

    WireClient connect() throws IOException {
        return layers.connect(tcp.address());
    }

    InetSocketAddress tcpAddress() {
        return tcp.address();
    }

    InetSocketAddress webSocketAddress() {
        return webSocket.address();
    }

    /** The next connection that was accepted. */
    Recorder accepted() throws InterruptedException {
        @Nullable Recorder recorder = accepted.poll(10, TimeUnit.SECONDS);
        if (recorder == null) {
            throw new AssertionError("no connection for 10 s");
        }
        return recorder;
    }

    @Override
    public void close() {
        tcp.close();
        webSocket.close();
        loops.close();
    }
}
