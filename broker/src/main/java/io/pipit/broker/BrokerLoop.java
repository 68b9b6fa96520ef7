package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has of the broker: its sessions, timers, counters, and the way of a message from it and to it.
 * Confined to that loop, but for {@link #handOver}.
 */
final class BrokerLoop {
    private static final int MATCHES = 8192;
    private static final long RETRY_NANOS = 1_000_000_000L;
    private static final int MATCHED_SUBSCRIPTIONS = 1 << 20;

    private final Broker broker;
    private final Loop port;
    private final Timers timers;
    private final Sessions sessions;
    private final Numbers numbers;
    private final Metrics metrics = new Metrics();
    private final Wills wills;
    private final Connections connections = new Connections();
    private final FaultLog faults = new FaultLog();
    private final MemoryPauses memory;
    private final MatchCache<Matched, Match> matches;
    private final EncodedShapes shapes = new EncodedShapes();
    private final Arrivals arrivals = new Arrivals();
    private final boolean[] wakes;
    private final LazyChanges lazy = new LazyChanges(this);
    private final List<Runnable> idle = new ArrayList<>();
    private boolean endOfTurnAwaited;
    private int pendingWork;
    private boolean stopping;

    BrokerLoop(Broker broker, Loop port, int loops) {
        this.broker = broker;
        this.port = port;
        this.timers = new Timers(broker.clock(), port);
        this.sessions = new Sessions(this);
        this.numbers = new Numbers(port.index());
        this.wills = new Wills(this);
        this.memory = new MemoryPauses(this, broker.memory(), loops);
        this.matches =
                new MatchCache<>(broker.index(), MATCHES, MATCHED_SUBSCRIPTIONS, found -> Match.of(found, loops));
        this.wakes = new boolean[loops];
    }

    Broker broker() {
        return broker;
    }

    Loop port() {
        return port;
    }

    int index() {
        return port.index();
    }

    Timers timers() {
        return timers;
    }

    Sessions sessions() {
        return sessions;
    }

    Numbers numbers() {
        return numbers;
    }

    Metrics metrics() {
        return metrics;
    }

    Wills wills() {
        return wills;
    }

    Connections connections() {
        return connections;
    }

    FaultLog faults() {
        return faults;
    }

    MemoryPauses memory() {
        return memory;
    }

    /** The monotonic clock. */
    long nanos() {
        return broker.clock().nanos();
    }

    /** Does something again and again, first when the period has passed. */
    void every(long periodNanos, Runnable action) {
        port.schedule(periodNanos, () -> {
            try {
                action.run();
            } finally {
                every(periodNanos, action);
            }
        });
    }

    /** The encodings of this turn. */
    EncodedShapes shapes() {
        awaitEndOfTurn();
        return shapes;
    }

    SharedSubscriptions shared() {
        return broker.shared();
    }

    Settings settings() {
        return broker.settings();
    }

    BrokerTime time() {
        return broker.time();
    }

    // Hand-over

    /** Runs something on this loop, after what was handed over before by the same loop; called on another one. */
    private void handOver(Runnable arrival) {
        arrivals.offer(arrival);
    }

    /** Hands something over to another loop, which is woken once, at the end of this turn. */
    void handOver(BrokerLoop target, Runnable arrival) {
        target.handOver(arrival);
        if (!wakes[target.index()]) {
            wakes[target.index()] = true;
            awaitEndOfTurn();
        }
    }

    /** Runs something on another loop, or here at once when it is this one. */
    void on(BrokerLoop target, Runnable action) {
        if (target == this) {
            action.run();
        } else {
            handOver(target, action);
        }
    }

    /**
     * Does what others have handed over before anything is done of what was just read: its sender may know of that, and
     * wants its own message to come later. Once a read, not once a packet, since it looks at what other loops write.
     */
    void catchUp() {
        if (!arrivals.isEmpty()) {
            drain();
        }
    }

    private void drain() {
        arrivals.drain(this::broke);
        tellWhenIdle();
    }

    /** How many items that others have handed over wait. */
    int arrivals() {
        return arrivals.size();
    }

    private void awaitEndOfTurn() {
        if (!endOfTurnAwaited) {
            endOfTurnAwaited = true;
            port.atEndOfTurn(this::endTurn);
        }
    }

    private void endTurn() {
        endOfTurnAwaited = false;
        shapes.forget();
        for (int i = 0; i < wakes.length; i++) {
            if (wakes[i]) {
                wakes[i] = false;
                BrokerLoop target = broker.loop(i);
                target.port.execute(target::drain);
            }
        }
        lazy.commit();
        tellWhenIdle();
    }

    /**
     * Something of ours has failed, and whom it concerns is looked after: it is counted, and thrown at the loop, which
     * writes it into the log, in a task of its own, so that the others of this turn do not suffer.
     */
    void broke(Throwable fault) {
        metrics.broke();
        port.execute(() -> {
            throw new IllegalStateException("a fault of the broker itself: " + fault, fault);
        });
    }

    // Storage

    /** Collects changes that nobody waits for and that come again in any case; committed at the end of the turn. */
    Batch lazyBatch() {
        awaitEndOfTurn();
        return lazy.batch();
    }

    /**
     * Makes a change that nobody waits for; committed at the end of the turn.
     *
     * @param change adds to a batch what is right at the time: asked now, and again as long as the storage fails
     */
    void lazily(Consumer<Batch> change) {
        awaitEndOfTurn();
        lazy.make(change);
    }

    /** The entries of a session whose removal is not durable yet: see {@link LazyChanges#leaving}. */
    Set<Long> leaving(long session) {
        return lazy.leaving(session);
    }

    /** Tries something again when the storage has had time to recover. */
    void later(Runnable action) {
        timers.schedule(Timers.timer(action), RETRY_NANOS);
    }

    /** Makes a batch durable, behind the lazy changes that came before it; the answer comes on this loop. */
    void commit(Batch batch, String partition, Consumer<Storage.Commit> done) {
        lazy.commit();
        began();
        Answer answer = new Answer(done);
        try {
            broker.storage().commit(batch, partition, port, answer);
        } catch (RuntimeException | Error fault) {
            broke(fault);
            port.execute(() -> answer.accept(new Storage.Commit.Failed("the storage is broken: " + fault, false)));
        }
    }

    /** What is to be done when a commit has ended: once, also when the storage throws and answers. */
    private final class Answer implements Consumer<Storage.Commit> {
        private @Nullable Consumer<Storage.Commit> done;

        Answer(Consumer<Storage.Commit> done) {
            this.done = done;
        }

        @Override
        public void accept(Storage.Commit commit) {
            Consumer<Storage.Commit> waiting = done;
            if (waiting == null) {
                return;
            }
            done = null;
            broker.storageAlarms().committed(commit);
            try {
                waiting.accept(commit);
            } finally {
                completed();
            }
        }
    }

    /** Runs something when nothing of this loop is pending and what others handed over has been done. */
    void whenIdle(Runnable action) {
        idle.add(action);
        port.execute(this::tellWhenIdle);
    }

    private void tellWhenIdle() {
        if (!idle.isEmpty() && pendingWork == 0 && !endOfTurnAwaited && arrivals.isEmpty()) {
            List<Runnable> due = List.copyOf(idle);
            idle.clear();
            due.forEach(Runnable::run);
        }
    }

    /** Nothing more is decoded or accepted on this loop. */
    void stop() {
        stopping = true;
        connections.all().forEach(client -> client.pause(Pause.STOPPING));
    }

    /** Whether a stop has begun. */
    boolean isStopping() {
        return stopping;
    }

    /** Something has begun that a stop waits for. */
    void began() {
        pendingWork++;
    }

    /** Something is complete that a stop waits for. */
    void completed() {
        pendingWork--;
        tellWhenIdle();
    }

    /** How much has begun and is not complete. */
    int pendingWork() {
        return pendingWork;
    }

    void scan(Table table, byte[] from, byte @Nullable [] to, int max, Consumer<Storage.Read> done) {
        broker.storage().scan(table, from, to, max, port, watched(done));
    }

    void get(Table table, byte[] key, Consumer<Storage.Read> done) {
        broker.storage().get(table, key, port, watched(done));
    }

    void get(Table table, List<byte[]> keys, Consumer<Storage.Read> done) {
        broker.storage().get(table, keys, port, watched(done));
    }

    private Consumer<Storage.Read> watched(Consumer<Storage.Read> done) {
        return read -> {
            broker.storageAlarms().read(read);
            done.accept(read);
        };
    }

    // The way of a message

    /** Publishes a message that nobody waits for an answer to. */
    void publish(Message message) {
        if (message.retain()) {
            new Publication(this, message, Publication.nobody()).begin();
        } else {
            route(message, match(message.topic()), null);
        }
    }

    /** Who is to get the messages of a topic now. */
    Match match(TopicName topic) {
        return matches.get(topic);
    }

    /**
     * Delivers on this loop and hands over to the others, one item for each.
     *
     * @param publication that waits for the loops with stored sessions, or null when nothing is stored of it
     */
    void route(Message message, Match match, @Nullable Publication publication) {
        for (int i = 0; i < wakes.length; i++) {
            Target[] targets = match.targets(i);
            if (targets.length > 0) {
                send(broker.loop(i), message, targets, match.stored(i) > 0, publication);
            }
        }
        for (SharedSubscription shared : match.groups()) {
            routeShared(message, shared, publication);
        }
    }

    /** Delivers to the member of a shared subscription that is to get this message. */
    void routeShared(Message message, SharedSubscription shared, @Nullable Publication publication) {
        Subscription member = shared.pick();
        if (member == null) {
            dropped(message, DropReason.NO_SHARED_MEMBER);
        } else {
            Session session = member.session();
            send(session.loop(), message, new Target[] {member}, session.isStored(), publication);
        }
    }

    private void send(
            BrokerLoop target, Message message, Target[] targets, boolean stored, @Nullable Publication publication) {
        Part part = publication == null ? null : publication.newPart(target, stored);
        if (target == this) {
            deliver(message, targets, part);
        } else {
            message.keep();
            memory.add(message.bytes()); // until the other loop has taken it
            handOver(target, () -> {
                target.memory.add(-message.bytes());
                target.deliver(message, targets, part);
            });
        }
    }

    private void deliver(Message message, Target[] targets, @Nullable Part part) {
        for (Target target : targets) {
            try {
                target.admit(message, part);
            } catch (RuntimeException | Error fault) {
                target.broke(message, fault);
            }
        }
        if (part != null) {
            part.delivered();
        }
    }

    /** Makes the rows of a part durable for which no publication waits. */
    void commitAlone(Part part) {
        Batch rows = part.rows();
        if (rows != null) {
            commit(
                    rows,
                    part.message().topic().toString(),
                    commit -> part.settle(commit instanceof Storage.Commit.Durable));
        }
    }

    /** A message of a shared subscription whose member has ended goes to another one, before its part is answered. */
    void reroute(Message message, SharedSubscription shared, @Nullable Part part) {
        if (part == null) {
            routeShared(message, shared, null);
        } else if (part.isAwaited()) {
            part.defer();
            new Publication(this, message, publication -> {
                        if (publication.outcome().isError()) {
                            part.fail();
                        }
                        part.resume();
                    })
                    .beginShared(shared);
        } else {
            message.keep();
            pass(message, shared);
        }
    }

    /** Gives a message for which nobody waits to a member of a shared subscription: tried until the storage takes it. */
    void pass(Message message, SharedSubscription shared) {
        new Publication(this, message, publication -> {
                    if (publication.outcome().isError()) {
                        later(() -> pass(message, shared));
                    }
                })
                .beginShared(shared);
    }

    /** Counts a message that a client does not get, or that is not taken from it, and tells of it. */
    void dropped(ClientIdentifier client, @Nullable TopicName topic, QoS qos, DropReason reason) {
        metrics.dropped(reason, qos);
        broker.dropped(client, topic, reason);
    }

    /** Counts a message that was not taken from its publisher, or did not reach anybody in particular. */
    void dropped(Message message, DropReason reason) {
        ClientIdentifier publisher = message.publisher();
        if (publisher == null) {
            metrics.dropped(reason, message.qos());
        } else {
            dropped(publisher, message.topic(), message.qos(), reason);
        }
    }
}
