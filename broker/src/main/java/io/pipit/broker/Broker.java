package io.pipit.broker;

import io.pipit.broker.spi.Authenticator;
import io.pipit.broker.spi.Authorizer;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.BrokerListener;
import io.pipit.broker.spi.Clock;
import io.pipit.broker.spi.ConnectionEvents;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Identity;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.NetworkConnection;
import io.pipit.broker.spi.Peer;
import io.pipit.broker.spi.Readings;
import io.pipit.broker.spi.Storage;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The broker itself. It knows no socket, disk, thread or clock: it meets them through the ports in {@code spi}.
 * Its parts that are not confined to one loop stand here; the rest is in a {@link BrokerLoop} for each.
 */
public final class Broker {
    private static final long TIME_NANOS = 10_000_000_000L;
    private static final long SWEEP_NANOS = 1_000_000_000L;
    private static final int SWEEP_VISITS = 4096;

    private final Settings settings;
    private final Clock clock;
    private final BrokerTime time;
    private final Storage storage;
    private final Authenticator authenticator;
    private final Authorizer authorizer;
    private final List<BrokerListener> listeners;
    private final SubscriptionIndex<Matched> index = new SubscriptionIndex<>(Matched::orderHash);
    private final SharedSubscriptions shared = new SharedSubscriptions(index);
    private final RetainedMessages retained;
    private final Alarms alarms;
    private final StorageAlarms storageAlarms;
    private final UnreadableRows unreadable;
    private final SysPublisher sys;
    private final MemoryBudget memory;
    private final List<BrokerLoop> loops = new ArrayList<>();
    private final LocalPublishing localPublishing;
    private final LocalSubscriptions locals = new LocalSubscriptions(this);
    private final AtomicInteger open = new AtomicInteger();
    private final List<Readings> readings = new CopyOnWriteArrayList<>();
    private final StartProgress progress;
    private volatile boolean stopping;

    /** A broker whose sessions live on these loops, 1 to 256; nothing runs before {@link #start}. */
    public Broker(
            Settings settings,
            List<? extends Loop> loops,
            Clock clock,
            Storage storage,
            Authenticator authenticator,
            Authorizer authorizer,
            List<? extends BrokerListener> listeners) {
        if (loops.isEmpty() || loops.size() > Numbers.MAX_LOOPS) {
            throw new IllegalArgumentException(loops.size() + " loops are not 1 to " + Numbers.MAX_LOOPS);
        }
        this.settings = settings;
        this.clock = clock;
        this.time = new BrokerTime(clock);
        this.storage = storage;
        this.progress = new StartProgress(storage);
        this.authenticator = authenticator;
        this.authorizer = authorizer;
        this.listeners = List.copyOf(listeners);
        this.retained = new RetainedMessages(
                time::millis,
                settings.retained().expiry(),
                new RetainedCache(settings.retained().cacheBytes()));
        this.alarms = new Alarms(clock, this.listeners);
        this.storageAlarms = new StorageAlarms(alarms);
        this.unreadable = new UnreadableRows(alarms);
        this.memory =
                new MemoryBudget(settings.limits().memory(), () -> storage.heapBytes() + retained.unsettledBytes());
        this.sys = new SysPublisher(this);
        for (Loop loop : loops) {
            this.loops.add(new BrokerLoop(this, loop, loops.size()));
        }
        this.localPublishing = new LocalPublishing(loop(0));
    }

    // Life

    /** Reads back what is stored, then runs {@code ready} on some loop; connections are accepted from then on. */
    public void start(Runnable ready) {
        BrokerLoop first = loop(0);
        first.port()
                .execute(() -> new Recovery(this, () -> {
                            progress.end();
                            runRegularly(first);
                            ready.run();
                        })
                        .begin());
    }

    /** Whether connections are accepted; if not yet, how far the start has come. Any thread. */
    public Readiness readiness() {
        return stopping ? new Readiness.Stopping() : progress.readiness();
    }

    StartProgress progress() {
        return progress;
    }

    /** The storage knows the epoch: numbers may be given. */
    void begin(long epoch) {
        loops.forEach(loop -> loop.numbers().begin(epoch));
    }

    private void runRegularly(BrokerLoop first) {
        sys.begin(first);
        first.every(SWEEP_NANOS, new MessageSweep(first)::run);
        first.every(SWEEP_NANOS, () -> {
            storageAlarms.refuses(storage.refusal());
            storageAlarms.isDamaged(storage.damage());
        });
        first.every(TIME_NANOS, () -> storeTime(first.lazyBatch()));
        first.every(
                SWEEP_NANOS,
                () -> retained.expire(
                        SWEEP_VISITS, (topic, version) -> new RetainedChange(first, topic, version).store()));
    }

    /** Bytes of the disk by what takes them. */
    Map<String, Long> diskBytes() {
        return storage.diskBytes();
    }

    /** Adds the broker's time, by which a later start knows how long it was down. */
    void storeTime(Batch batch) {
        new StoredRow.Time(time.millis(), time.wallMillis()).put(batch);
    }

    /**
     * Stops in order: decodes nothing more, waits for pending commits and sends their acknowledgements, tells 5.0
     * clients 0x8B, publishes wills that are due, closes the connections; then runs {@code stopped} on some loop.
     * The storage is the caller's to close.
     *
     * @param timeout for what the storage has to do; when it has passed, clients are told without waiting for that.
     *     Zero waits as long as it takes
     */
    public void stop(Duration timeout, Runnable stopped) {
        stopping = true;
        loop(0).port().execute(() -> new Stopping(this, timeout, stopped).begin());
    }

    /**
     * A connection was accepted.
     *
     * @param loop where it is registered, and whose thread calls
     * @return what is to hear of its events
     */
    public ConnectionEvents accept(NetworkConnection connection, Loop loop) {
        BrokerLoop owner = loop(loop.index());
        Client client = new Client(connection, owner);
        owner.connections().add(client);
        owner.metrics().opened();
        open.incrementAndGet();
        if (owner.isStopping()) {
            client.pause(Pause.STOPPING);
            loop.execute(() -> client.disconnect(ReasonCode.SERVER_SHUTTING_DOWN, Stopping.WHY));
        } else {
            client.opened();
        }
        return client;
    }

    /** Raises an alarm of a part around the broker, or changes its text; any thread. See {@link #clearAlarm}. */
    public void raiseAlarm(String name, String text) {
        alarms.raise(name, text);
    }

    /** Clears an alarm, if it is raised; any thread. */
    public void clearAlarm(String name) {
        alarms.clear(name);
    }

    /** Shows these numbers below {@code $SYS/broker/} from now on; any thread. */
    public void show(Readings others) {
        readings.add(others);
    }

    /** Those of the parts around the broker. */
    Map<String, Long> readings() {
        Map<String, Long> all = new TreeMap<>();
        readings.forEach(part -> all.putAll(part.now()));
        return all;
    }

    void connectionClosed() {
        open.decrementAndGet();
    }

    /** Whether there are more connections than allowed. */
    boolean hasTooManyConnections() {
        int maximum = settings.limits().connections();
        return maximum > 0 && open.get() > maximum;
    }

    /** Publishes a message of the program around the broker; any thread. */
    public void publish(Message message) {
        BrokerLoop loop = loop(0);
        message.keep();
        loop.port().execute(() -> loop.publish(message));
    }

    /** Counts what the broker holds, and hands that over on some loop; any thread. It costs a visit of every session. */
    public void census(Consumer<? super Census> taken) {
        loop(0).port().execute(() -> new CensusTaking(this, taken).begin());
    }

    /**
     * Publishes a message of the program around the broker, after those that it handed in before; any thread. What
     * bounds the number of those that wait is the caller's: see {@link LocalPublisher#released}.
     */
    public void publish(LocalMessage message, LocalPublisher publisher) {
        localPublishing.publish(message, publisher);
    }

    /**
     * Subscribes the program around the broker: any thread. Whatever is published after this has returned reaches the
     * listener; retained messages come first or between, at the listener's pace. What waits is bounded as a session's
     * queue, {@code queue.max-messages} and {@code queue.max-bytes}; above, the oldest is dropped when that is
     * the policy, and the newest with every other policy.
     *
     * @param handling whether retained messages that match come; a local subscription is always a new one
     * @param executor calls the listener, one task at a time for each subscription; it must refuse none, and run none
     *     within the call
     * @throws IllegalArgumentException when the filter has a Share Name, which needs a session, or has more than
     *     {@code mqtt.maximum-topic-levels}
     */
    public LocalSubscription subscribe(
            TopicFilter filter, RetainHandling handling, LocalListener listener, Executor executor) {
        return locals.subscribe(filter, handling, listener, executor);
    }

    /** Ends all subscriptions of the program around the broker; what waits for their listeners is dropped. */
    public void closeSubscriptions() {
        locals.closeAll();
    }

    // Parts

    Settings settings() {
        return settings;
    }

    Clock clock() {
        return clock;
    }

    BrokerTime time() {
        return time;
    }

    Storage storage() {
        return storage;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    Authorizer authorizer() {
        return authorizer;
    }

    SubscriptionIndex<Matched> index() {
        return index;
    }

    SharedSubscriptions shared() {
        return shared;
    }

    RetainedMessages retained() {
        return retained;
    }

    Alarms alarms() {
        return alarms;
    }

    StorageAlarms storageAlarms() {
        return storageAlarms;
    }

    UnreadableRows unreadable() {
        return unreadable;
    }

    /** Bytes of queued messages and buffers, as far as they are counted, which is bounded; any thread. */
    public long memoryBytes() {
        return memory.used();
    }

    MemoryBudget memory() {
        return memory;
    }

    List<BrokerLoop> loops() {
        return loops;
    }

    BrokerLoop loop(int number) {
        return loops.get(number);
    }

    /** Where the session of a client lives, connected or not. */
    BrokerLoop loopOf(ClientIdentifier clientIdentifier) {
        int hash = clientIdentifier.value().hashCode();
        return loop(Math.floorMod(hash ^ (hash >>> 16), loops.size()));
    }

    // What listeners hear

    void connected(Client client, boolean sessionPresent) {
        sys.connected(client.loop(), client.identity(), client.version(), sessionPresent);
        listeners.forEach(listener -> listener.connected(client.identity(), client.version(), sessionPresent));
    }

    void disconnected(BrokerLoop loop, Identity client, ReasonCode reason) {
        sys.disconnected(loop, client, reason);
        listeners.forEach(listener -> listener.disconnected(client, reason));
    }

    void refused(ClientIdentifier clientIdentifier, Peer peer, ReasonCode reason, String why) {
        listeners.forEach(listener -> listener.refused(clientIdentifier, peer, reason, why));
    }

    void dropped(ClientIdentifier client, @Nullable TopicName topic, DropReason reason) {
        if (topic != null) {
            listeners.forEach(listener -> listener.dropped(client, topic, reason));
        }
    }
}
