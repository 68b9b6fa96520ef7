package io.pipit.server;

import io.pipit.broker.Broker;
import io.pipit.broker.HeapStorage;
import io.pipit.broker.LocalListener;
import io.pipit.broker.LocalMessage;
import io.pipit.broker.LocalSubscription;
import io.pipit.broker.Readiness;
import io.pipit.broker.spi.BrokerListener;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.Storage;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.TopicFilter;
import io.pipit.store.RocksStorage;
import io.pipit.tls.TlsFileException;
import io.pipit.transport.Engine;
import io.pipit.transport.EventLoops;
import io.pipit.transport.Listener;
import io.pipit.transport.WebSocketSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running broker: the parts put together, and their life. Any program may start one, or several; each has its own
 * threads, ports, files and memory, and gives all of them back when it is closed. Nothing is shared between
 * them, and nothing of the program is touched: no system property, no log configuration, no shutdown hook. Any thread.
 *
 * <pre>{@code
 * try (Pipit pipit = Pipit.builder().port(0).inMemory().start()) {
 *     pipit.subscribe("garden/+", message -> System.out.println(message.payload().toText()));
 *     pipit.publish("garden/lamp", "on", QoS.AT_LEAST_ONCE);
 *     connectSomethingTo(pipit.url());
 * }
 * }</pre>
 */
public final class Pipit implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pipit.class);
    /** A start that reads nothing for so long will never be ready. */
    private static final Duration START_TIMEOUT = Duration.ofMinutes(10);

    private static final Duration PROGRESS = Duration.ofSeconds(2);
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Configuration configuration;
    private final Access access;
    private final EventLoops loops;
    private final Storage storage;
    private final Broker broker;
    private final ListenerThreads threads = new ListenerThreads();
    private final Publications publications;
    private final List<Listener> listeners = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable TlsWatch tlsWatch;

    private Pipit(Configuration configuration, Access access, Storage storage, List<BrokerListener> brokerListeners) {
        this.configuration = configuration;
        this.access = access;
        this.loops = new EventLoops(configuration.loops(), Engine.best());
        this.storage = storage;
        this.broker = new Broker(
                configuration.settings(),
                loops.loops(),
                new SystemClock(),
                storage,
                access.authenticatorOrAnonymous(),
                access.authorizerOrOpen(),
                brokerListeners);
        this.publications = new Publications(
                broker,
                threads,
                configuration.settings().mqtt().receiveMaximum(),
                configuration.settings().limits().uncommittedBytes());
    }

    /** What a program says about its broker; {@link PipitBuilder#start} starts it. */
    public static PipitBuilder builder() {
        return new PipitBuilder();
    }

    /**
     * Starts a broker and returns when it accepts connections.
     *
     * @throws DataDirectoryException when the data directory cannot be used
     * @throws IOException when a listener cannot listen
     */
    public static Pipit start(Configuration configuration) throws IOException {
        return start(configuration, Access.CONFIGURED, List.of());
    }

    static Pipit start(Configuration configuration, Access access, List<BrokerListener> brokerListeners)
            throws IOException {
        Storage storage = storage(configuration);
        Pipit pipit;
        try {
            pipit = new Pipit(configuration, access, storage, brokerListeners);
        } catch (RuntimeException | Error failed) {
            storage.close();
            throw failed;
        }
        try {
            pipit.open();
            return pipit;
        } catch (IOException | RuntimeException | Error failed) {
            pipit.release();
            throw failed;
        }
    }

    private static Storage storage(Configuration configuration) throws DataDirectoryException {
        Path data = configuration.data();
        if (data == null) {
            LOG.info("Everything is kept in memory, and ends with the process");
            return new HeapStorage();
        }
        try {
            Storage storage = RocksStorage.open(data, configuration.store(), new SystemClock());
            LOG.info("Data is kept in {}, with durability {}", data.toAbsolutePath(), storage.durability());
            return storage;
        } catch (IOException unusable) {
            throw new DataDirectoryException(unusable);
        }
    }

    private void open() throws IOException {
        restore();
        for (ConfiguredListener listener : configuration.listeners()) {
            listen(listener);
        }
        if (listeners.isEmpty()) {
            LOG.info("Nothing listens: all ports are off");
        }
        List<Listener> all = List.copyOf(listeners);
        TlsWatch watch = TlsWatch.start(broker, new SystemClock(), all, configuration.tlsReloadInterval());
        tlsWatch = watch;
        broker.show(() -> readings(watch, all));
    }

    /** Reads back what is stored, and tells of it while it lasts: nobody can connect meanwhile. */
    private void restore() {
        long began = System.nanoTime();
        CountDownLatch ready = new CountDownLatch(1);
        broker.start(ready::countDown);
        Readiness before = broker.readiness();
        Duration standing = Duration.ZERO;
        while (!await(ready, PROGRESS)) {
            Readiness now = broker.readiness();
            standing = now.equals(before) ? standing.plus(PROGRESS) : Duration.ZERO;
            if (standing.compareTo(START_TIMEOUT) >= 0) {
                throw new IllegalStateException("what is stored could not be read back: " + now + ", and no more for "
                        + Units.format(START_TIMEOUT));
            }
            before = now;
            if (now instanceof Readiness.Starting) {
                LOG.info("Nobody can connect yet, {}", now);
            }
        }
        if (broker.readiness() instanceof Readiness.Ready(List<Readiness.Restored> restored) && !restored.isEmpty()) {
            String what = restored.stream().map(Readiness.Restored::toString).collect(Collectors.joining(", "));
            LOG.info("Restored {} in {} ms", what, (System.nanoTime() - began) / 1_000_000);
        }
    }

    /** Whether it accepts connections. */
    public Readiness readiness() {
        return broker.readiness();
    }

    private void listen(ConfiguredListener configured) throws IOException {
        Listener listener;
        try {
            listener = Listener.open(configured.settings(), loops, broker::accept);
        } catch (TlsFileException | SSLException unusable) {
            throw new IOException(configured.settings().name() + " cannot listen: " + unusable.getMessage(), unusable);
        } catch (IOException refused) {
            String remedy = "; set " + configured.portKey() + " to another port, or to 0 for any that is free";
            throw new IOException(refused.getMessage() + remedy, refused);
        }
        listeners.add(listener);
        LOG.info("{} listens on {}: {} may connect", listener.name(), listener, whoMayConnect(configured));
    }

    /** Of all listeners, by topic below {@code $SYS/broker/}. */
    private static Map<String, Long> readings(TlsWatch watch, List<Listener> listeners) {
        Map<String, Long> all = new HashMap<>();
        for (Listener listener : listeners) {
            watch.readings(listener)
                    .forEach((name, value) -> all.put("listeners/" + listener.name() + "/tls/" + name, value));
        }
        return all;
    }

    private String whoMayConnect(ConfiguredListener listener) {
        if (access.authenticator() != null) {
            return "whom the program's authenticator accepts";
        }
        if (listener.requiresCertificate()) {
            return "everybody with a certificate of tls.ca";
        }
        return listener.isLocal() ? "everybody on this machine" : "everybody who reaches it, since anonymous is allow,";
    }

    // Where it listens

    /**
     * Something that listens.
     *
     * @param name {@code mqtt}, {@code ws}, {@code mqtts}, {@code wss}, or that of its section below {@code listeners}
     * @param address with the real port
     */
    public record Listening(String name, InetSocketAddress address) {
        /** As it is shown: {@code mqtt 127.0.0.1:1883}. */
        @Override
        public String toString() {
            return name + " " + hostAndPort();
        }

        private String hostAndPort() {
            String host = address.getAddress().getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
        }
    }

    /** What listens. */
    public List<Listening> listening() {
        return listeners.stream()
                .map(listener -> new Listening(listener.name(), listener.address()))
                .toList();
    }

    private Listening listening(Protocol protocol) {
        return listening().stream()
                .filter(one -> one.name().equals(protocol.label()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "nothing listens for " + protocol.label() + ": " + protocol.portKey() + " is off"));
    }

    /**
     * The port of MQTT over TCP.
     *
     * @throws IllegalStateException when it does not listen there
     */
    public int port() {
        return listening(Protocol.MQTT).address().getPort();
    }

    /**
     * The port of MQTT over WebSocket.
     *
     * @throws IllegalStateException when it does not listen there
     */
    public int webSocketPort() {
        return listening(Protocol.WS).address().getPort();
    }

    /**
     * Where a client of this machine connects by TCP: {@code mqtt://127.0.0.1:49152}.
     *
     * @throws IllegalStateException when it does not listen there
     */
    public String url() {
        return url(Protocol.MQTT);
    }

    /**
     * Where a client of this machine connects by WebSocket: {@code ws://127.0.0.1:49153/mqtt}.
     *
     * @throws IllegalStateException when it does not listen there
     */
    public String webSocketUrl() {
        return url(Protocol.WS);
    }

    private String url(Protocol protocol) {
        return protocol.label() + "://" + listening(protocol).hostAndPort() + path(protocol);
    }

    private String path(Protocol protocol) {
        for (ConfiguredListener listener : configuration.listeners()) {
            WebSocketSettings webSocket = listener.settings().webSocket();
            if (listener.protocol() == protocol && webSocket != null) {
                return webSocket.paths().getFirst();
            }
        }
        return "";
    }

    // The program's own messages

    /** Publishes text: see {@link #publish(LocalMessage)}. */
    public ReasonCode publish(String topic, String text, QoS qos) throws InterruptedException {
        return publish(LocalMessage.of(topic, text, qos));
    }

    /**
     * Publishes a message, and waits until it is accepted: when whatever is to be stored of it is as safe as the
     * configuration says. No connection is needed, and no permission is asked for.
     *
     * @return SUCCESS, or NO_MATCHING_SUBSCRIBERS when nobody is to get it
     * @throws RefusedException when it was not accepted
     * @throws IllegalStateException when the broker is closed, or the caller is one of its event loops, which must not
     *     wait: a {@link BrokerListener} uses {@link #publishAsync}
     */
    public ReasonCode publish(LocalMessage message) throws InterruptedException {
        if (isOnLoop()) {
            throw new IllegalStateException("an event loop must not wait: use publishAsync");
        }
        try {
            return publications.publish(message, true).get();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case RefusedException refused -> throw new RefusedException(refused.reasonCode());
                case IllegalStateException ended -> throw new IllegalStateException(ended.getMessage(), ended);
                case null, default -> throw new IllegalStateException("a message failed", failed);
            }
        }
    }

    /**
     * Publishes a message without waiting until it is accepted. Messages are published in the order of these calls. When
     * as many are under way as a client may have unacknowledged, {@code mqtt.receive-maximum} or
     * {@code limits.uncommitted-bytes}, or memory is short, the caller waits for its turn, unless it is an event loop.
     *
     * @return completed with what {@link #publish(LocalMessage)} would return or throw, on a virtual thread
     * @throws IllegalStateException when the broker is closed
     */
    public CompletableFuture<ReasonCode> publishAsync(LocalMessage message) throws InterruptedException {
        return publications.publish(message, !isOnLoop());
    }

    /**
     * Subscribes: retained messages that match come first or between, and whatever is published after this has returned
     * comes. See {@link LocalListener} for the thread, and {@link LocalSubscription} for the end.
     *
     * @throws IllegalArgumentException when it is no Topic Filter, or one with a Share Name
     */
    public LocalSubscription subscribe(String filter, LocalListener listener) {
        return subscribe(TopicFilter.of(filter), RetainHandling.SEND, listener);
    }

    /**
     * Subscribes. What waits for a slow listener is bounded as the queue of a client's session, by
     * {@code queue.max-messages} and {@code queue.max-bytes}. Where several subscriptions match, each gets the message.
     *
     * @param handling whether retained messages come
     * @throws IllegalArgumentException when the filter has a Share Name, or too many levels
     * @throws IllegalStateException when the broker is closed
     */
    public LocalSubscription subscribe(TopicFilter filter, RetainHandling handling, LocalListener listener) {
        if (closed.get()) {
            throw new IllegalStateException("the broker is closed");
        }
        return broker.subscribe(filter, handling, listener, threads);
    }

    private boolean isOnLoop() {
        for (Loop loop : loops.loops()) {
            if (loop.inLoop()) {
                return true;
            }
        }
        return false;
    }

    // The end

    /**
     * Stops in order, within {@code stop.timeout}: accepts nothing more, acknowledges what was accepted, says goodbye,
     * lets listeners take what waits for them, interrupts those that do not end, and gives threads, ports and memory
     * back. Blocks, so no event loop may call it; a second call does nothing.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Duration timeout = configuration.stopTimeout();
        long began = System.nanoTime();
        publications.close();
        listeners.forEach(Listener::close);
        CountDownLatch stopped = new CountDownLatch(1);
        broker.stop(timeout, stopped::countDown);
        boolean inTime = await(stopped, timeout.isZero() ? FOREVER : timeout.plus(GRACE));
        if (!inTime || (!timeout.isZero() && System.nanoTime() - began >= timeout.toNanos())) {
            LOG.warn("Not everything was finished within stop.timeout, {}", Units.format(timeout));
        }
        boolean taken = threads.join(timeout.isZero() ? FOREVER : timeout.minusNanos(System.nanoTime() - began));
        broker.closeSubscriptions();
        release();
        endListeners(taken);
    }

    private void endListeners(boolean taken) {
        if (!taken) {
            threads.interrupt();
        }
        if (!threads.join(GRACE)) {
            LOG.warn("A listener of the program did not end within stop.timeout, nor when it was interrupted");
        }
    }

    private void release() {
        TlsWatch watch = tlsWatch;
        if (watch != null) {
            watch.close();
        }
        listeners.forEach(Listener::close);
        storage.close();
        loops.close();
        publications.abandon();
    }

    /** Waits, also when the thread is interrupted, which it then is afterwards. */
    private static boolean await(CountDownLatch latch, Duration time) {
        boolean interrupted = false;
        long end = System.nanoTime() + time.toNanos();
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
