package io.pipit.server;

import io.pipit.broker.Broker;
import io.pipit.broker.HeapStorage;
import io.pipit.broker.spi.Storage;
import io.pipit.transport.Engine;
import io.pipit.transport.EventLoops;
import io.pipit.transport.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running broker: the parts put together, and their life. Any program may start one, or several; each has its own
 * threads, ports and memory, and gives all of them back when it is closed. Any thread.
 *
 * <pre>{@code
 * try (Pipit pipit = Pipit.start(new ConfigurationSources().set("port=0").read())) {
 *     int port = pipit.listening().getFirst().address().getPort();
 *     ...
 * }
 * }</pre>
 */
public final class Pipit implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pipit.class);
    private static final long START_TIMEOUT_SECONDS = 600;

    private final Configuration configuration;
    private final EventLoops loops;
    private final Storage storage;
    private final Broker broker;
    private final List<Listener> listeners = new ArrayList<>();
    private boolean closed;

    private Pipit(Configuration configuration) {
        this.configuration = configuration;
        this.loops = new EventLoops(configuration.loops(), Engine.best());
        this.storage = new HeapStorage();
        this.broker = new Broker(
                configuration.settings(),
                loops.loops(),
                new SystemClock(),
                storage,
                new AnonymousAuthenticator(),
                new OpenAuthorizer(),
                List.of());
    }

    /**
     * Starts a broker and returns when it accepts connections.
     *
     * @throws DataDirectoryException when the data directory cannot be used
     * @throws IOException when a listener cannot listen
     */
    public static Pipit start(Configuration configuration) throws IOException {
        if (configuration.data() != null) {
            throw new DataDirectoryException("cannot keep data in " + configuration.data()
                    + ": this version keeps everything in memory; start with \"data: none\"");
        }
        Pipit pipit = new Pipit(configuration);
        try {
            pipit.open();
            return pipit;
        } catch (IOException | RuntimeException | Error failed) {
            pipit.release();
            throw failed;
        }
    }

    private void open() throws IOException {
        CountDownLatch ready = new CountDownLatch(1);
        broker.start(ready::countDown);
        if (!await(ready, START_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("what is stored could not be read back");
        }
        if (configuration.port() != null) {
            listeners.add(Listener.tcp("mqtt", address(configuration.port()), loops, broker::accept));
        }
        if (configuration.webSocketPort() != null) {
            listeners.add(Listener.webSocket(
                    "ws", address(configuration.webSocketPort()), configuration.webSocket(), loops, broker::accept));
        }
        for (Listener listener : listeners) {
            LOG.info("{} listens on {}: {} may connect", listener.name(), listener, whoMayConnect());
        }
        if (listeners.isEmpty()) {
            LOG.warn("Nothing listens: port and ws-port are off");
        }
    }

    private InetSocketAddress address(int port) {
        return new InetSocketAddress(configuration.bind(), port);
    }

    private String whoMayConnect() {
        return switch (configuration.anonymous()) {
            case LOOPBACK -> "everybody on this machine";
            case ALLOW ->
                configuration.bind().isLoopbackAddress()
                        ? "everybody on this machine"
                        : "everybody who reaches it, since anonymous is allow,";
        };
    }

    /**
     * Something that listens.
     *
     * @param name {@code mqtt} or {@code ws}
     * @param address with the real port
     */
    public record Listening(String name, InetSocketAddress address) {
        /** As it is shown: {@code mqtt 127.0.0.1:1883}. */
        @Override
        public String toString() {
            String host = address.getAddress().getHostAddress();
            return name + " " + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
        }
    }

    /** What listens. */
    public List<Listening> listening() {
        return listeners.stream()
                .map(listener -> new Listening(listener.name(), listener.address()))
                .toList();
    }

    /**
     * Stops in order, within {@code stop.timeout}: accepts nothing more, acknowledges what was accepted, says
     * goodbye, and gives threads, ports and memory back. Blocks; a second call does nothing.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        listeners.forEach(Listener::close);
        CountDownLatch stopped = new CountDownLatch(1);
        broker.stop(stopped::countDown);
        long timeoutMillis = configuration.stopTimeout().toMillis();
        if (!await(stopped, timeoutMillis == 0 ? Long.MAX_VALUE : timeoutMillis, TimeUnit.MILLISECONDS)) {
            LOG.warn("Not everything was finished within stop.timeout, {}", Units.format(configuration.stopTimeout()));
        }
        release();
    }

    private void release() {
        listeners.forEach(Listener::close);
        storage.close();
        loops.close();
    }

    /** Waits, also when the thread is interrupted, which it then is afterwards. */
    private static boolean await(CountDownLatch latch, long time, TimeUnit unit) {
        boolean interrupted = false;
        long end = System.nanoTime() + unit.toNanos(time);
        try {
            while (true) {
                try {
                    return latch.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
