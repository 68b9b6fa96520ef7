package io.pipit.simulation;

import io.pipit.broker.Broker;
import io.pipit.broker.spi.BrokerListener;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Identity;
import io.pipit.broker.spi.Peer;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One broker and everything around it, on one thread: loops, connections and disk take turns in an order that is drawn
 * from the salt of the running step. All that happens is a function of the plan.
 */
final class World implements BrokerListener {
    /** More turns than this without time passing: nobody comes to rest. */
    private static final int MOST_TURNS = 500_000;

    /** Who is refused is told after 10 s at the latest, and one that takes nothing hears of it 5 s later. */
    private static final long EXCUSE_NANOS = 20_000_000_000L;

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final int STOP_SECONDS = 16;

    private final Circumstances circumstances;
    private final SimulatedClock clock = new SimulatedClock();
    private final Agenda agenda = new Agenda(clock);
    private final SimulatedAccess access = new SimulatedAccess();
    private final Ledger ledger = new Ledger();
    private final OneConnection oneConnection = new OneConnection();
    private final Coverage coverage;
    private final MemoryBound memoryBound;
    private final Trace trace;
    private final Disk disk;
    private final ModelWills wills;
    private final List<Rule> rules;
    private final List<ModelClient> clients = new ArrayList<>();
    private final List<Link> waiting = new ArrayList<>();
    private SplittableRandom random;
    private SimulatedLoops loops;
    private Broker broker;
    private boolean listening;
    private boolean stopping;
    private long lastTroubleNanos;
    private int links;

    /** The world of a plan, before its first step: the broker starts. */
    World(Plan plan, Coverage coverage, Trace.Reader reader) {
        this.circumstances = plan.circumstances();
        this.coverage = coverage;
        this.memoryBound = new MemoryBound(circumstances.settings().limits().memory());
        this.trace = new Trace(clock, reader);
        this.random = new SplittableRandom(plan.seed());
        this.disk = new Disk(agenda, circumstances, this::commitFails);
        this.wills = new ModelWills(this);
        this.rules = new ArrayList<>(List.of(
                new OnlySubscribed(),
                new ExactlyOnce(ledger),
                new InOrder(circumstances, ledger),
                new NotExpired(ledger),
                new SameIdentifier(),
                new FreshRetained(),
                new NothingLost(circumstances, plan.clients()),
                new SharedOnce(circumstances),
                wills));
        this.lastTroubleNanos = clock.nanos() - EXCUSE_NANOS;
        for (int i = 0; i < plan.clients().size(); i++) {
            clients.add(new ModelClient(i, plan.clients().get(i), this));
        }
        this.loops = new SimulatedLoops(circumstances.loops(), clock);
        this.broker = newBroker();
        boot();
        advance(Duration.ofSeconds(1).toNanos());
    }

    Circumstances circumstances() {
        return circumstances;
    }

    SimulatedClock clock() {
        return clock;
    }

    Agenda agenda() {
        return agenda;
    }

    Ledger ledger() {
        return ledger;
    }

    Trace trace() {
        return trace;
    }

    ModelWills wills() {
        return wills;
    }

    MemoryBound memoryBound() {
        return memoryBound;
    }

    /** The broker is given a PUBLISH. */
    void publishes(Link link) {
        memoryBound.publishes(link.number(), broker.memoryBytes(), clock.nanos());
    }

    /** One more rule. */
    void add(Rule rule) {
        rules.add(rule);
    }

    List<Rule> rules() {
        return rules;
    }

    List<ModelClient> clients() {
        return clients;
    }

    SplittableRandom random() {
        return random;
    }

    Disk disk() {
        return disk;
    }

    SimulatedLoops loops() {
        return loops;
    }

    Broker broker() {
        return broker;
    }

    /** From now on all choices are drawn from this salt. */
    void salt(long salt) {
        random = new SplittableRandom(salt);
    }

    // The network

    /** Whether connections are accepted. */
    boolean isListening() {
        return listening && !stopping;
    }

    /** Opens a connection for a client. */
    Link open(ModelClient client) {
        Link link = new Link(links++, client, this, client.traits().version());
        SimulatedLoop loop = loops.all().get(random.nextInt(circumstances.loops()));
        Peer peer = new Peer("192.0.2." + client.index() + ":" + (10_000 + link.number()), false, "simulated");
        trace.note(client.name(), "opens connection " + link.number());
        link.on(SimulatedConnection.open(broker::accept, loops, loop, peer, link));
        return link;
    }

    /** A connection has something to do. */
    void ready(Link link) {
        if (!link.waits()) {
            link.waits(true);
            waiting.add(link);
        }
    }

    // Turns

    /** So many turns at most of whoever has something to do; false when nobody had. */
    boolean run(int most) {
        for (int i = 0; i < most; i++) {
            if (!turn()) {
                return false;
            }
        }
        return true;
    }

    private boolean turn() {
        int ready = loops.ready();
        boolean due = agenda.isDue();
        int choices = ready + waiting.size() + (due ? 1 : 0);
        if (choices == 0) {
            return false;
        }
        int choice = random.nextInt(choices);
        if (choice < ready) {
            loops.ready(choice).turn();
            requireNoFault();
            memoryBound.see(broker.memoryBytes(), clock.nanos());
        } else if (choice < ready + waiting.size()) {
            turn(choice - ready);
        } else {
            agenda.act();
        }
        return true;
    }

    private void turn(int place) {
        Link link = waiting.get(place);
        Link last = waiting.removeLast();
        if (place < waiting.size()) {
            waiting.set(place, last);
        }
        link.waits(false);
        if (link.turn()) {
            ready(link);
        }
    }

    private void requireNoFault() {
        if (!loops.hasFaults()) {
            return;
        }
        try {
            loops.throwFaults();
        } catch (AssertionError fault) {
            if (!listening && disk.isTroubled()) { // it would not start, and its process ends
                crash(0, 1_000);
                return;
            }
            Throwable cause = fault.getCause() == null ? fault : fault.getCause();
            throw cause instanceof Violation violation ? violation : new Violation("no-fault", cause);
        }
    }

    void rest() {
        if (run(MOST_TURNS)) {
            throw new Violation("progress", "nobody comes to rest within " + MOST_TURNS + " turns");
        }
    }

    /** Lets time pass; all that becomes due runs. */
    void advance(long nanos) {
        long end = clock.nanos() + nanos;
        while (true) {
            rest();
            long next = loops.nextNanos(agenda.nextNanos(end));
            if (next - end >= 0) {
                break;
            }
            if (next - clock.nanos() > 0) {
                clock.moveTo(next);
            }
        }
        if (end - clock.nanos() > 0) {
            clock.moveTo(end);
        }
        rest();
    }

    // The process

    private Broker newBroker() {
        return new Broker(circumstances.settings(), loops.all(), clock, disk, access, access, List.of(this));
    }

    private void boot() {
        loops = new SimulatedLoops(circumstances.loops(), clock);
        broker = newBroker();
        listening = false;
        stopping = false;
        Broker started = broker;
        started.start(() -> {
            if (started == broker) {
                listening = true;
                trace.note("", "the broker is ready");
                new KeptSubscriptions(this, clients).requireNoneLost();
            }
        });
    }

    /** The process is killed within a turn, after so many of its tasks, and starts again. */
    void crash(int tasks, int downMillis) {
        strikes(Fault.CRASH, null);
        if (loops.ready() > 0) {
            loops.ready(random.nextInt(loops.ready())).turnPartly(tasks);
        }
        trace.note("", "the broker is killed, and starts again after " + downMillis + " ms");
        ledger.crashed();
        lastTroubleNanos = Math.max(lastTroubleNanos, disk.isTroubled() ? clock.nanos() : lastTroubleNanos);
        rules.forEach(Rule::undone);
        disk.crash(random);
        exit(downMillis);
    }

    private void exit(int downMillis) {
        loops.crash();
        oneConnection.forgetAll();
        listening = false;
        clients.forEach(ModelClient::killed);
        clock.elapse(Duration.ofMillis(downMillis));
        boot();
    }

    /** The process stops in order, and starts again. */
    void restart(int downMillis) {
        if (!isListening()) {
            return;
        }
        strikes(Fault.STOP, null);
        trace.note("", "the broker is to stop");
        stopping = true;
        boolean[] stopped = new boolean[1];
        broker.stop(STOP_TIMEOUT, () -> stopped[0] = true);
        for (int i = 0; i < STOP_SECONDS && !stopped[0]; i++) {
            advance(1_000_000_000L);
        }
        if (!stopped[0]) {
            throw new Violation("progress", "the broker does not stop within " + STOP_SECONDS + " s");
        }
        trace.note("", "the broker has stopped, and starts again after " + downMillis + " ms");
        disk.close();
        exit(downMillis);
    }

    // Trouble

    void trouble(Act.Trouble trouble, int millis) {
        strikes(
                switch (trouble) {
                    case SLOW -> Fault.DISK_SLOW;
                    case FULL -> Fault.DISK_FULL;
                    case FAILING -> Fault.DISK_FAILING;
                    case REFUSING -> Fault.DISK_REFUSING;
                    case UNREADABLE, SLOW_READS -> Fault.DISK_UNREADABLE;
                },
                null);
        trace.note("", "the storage is " + trouble + " for " + millis + " ms");
        disk.begin(trouble);
        lastTroubleNanos = clock.nanos();
        agenda.in(millis * 1_000_000L, () -> {
            lastTroubleNanos = clock.nanos();
            disk.end(trouble);
        });
    }

    private void commitFails() {
        lastTroubleNanos = clock.nanos();
        ledger.failed();
        rules.forEach(Rule::undone);
        clients.forEach(client -> client.outbound().disturb());
    }

    /** Whether the storage was in trouble at some time since then. */
    boolean hasTroubleSince(long nanos) {
        return disk.isTroubled() || lastTroubleNanos - nanos >= 0;
    }

    /** The broker has turned away from a client that keeps to the standard: there must be a reason. */
    void requireExcuse(ModelClient client, String what) {
        requireExcuse(client, clock.nanos(), what);
    }

    /** The same, where the client has asked for something then; it may hear the answer late. */
    void requireExcuse(ModelClient client, long askedNanos, String what) {
        boolean excused = stopping
                || !listening
                || hasTroubleSince(Math.min(askedNanos, clock.nanos() - EXCUSE_NANOS))
                || circumstances.disconnectsWhenFull()
                || (circumstances.refusesWhenFull()
                        && !client.traits().version().hasProperties());
        if (!excused) {
            throw new Violation("goodbye", client.name() + " " + what + " without a reason");
        }
    }

    /** A PUBLISH was refused that was sent then: there must be a reason. */
    void requireRefusable(ModelClient client, Published message, long sentNanos, ReasonCode reason) {
        boolean excused =
                hasTroubleSince(Math.min(sentNanos, clock.nanos() - EXCUSE_NANOS)) || circumstances.refusesWhenFull();
        if (!excused) {
            throw new Violation("goodbye", message + " of " + client.name() + " was refused with " + reason);
        }
    }

    /** Counts what is going on while something goes wrong. */
    void strikes(Fault fault, @Nullable ModelClient client) {
        for (Phase phase : Phase.values()) {
            if (phase.meets(fault) && isGoingOn(phase, client)) {
                coverage.count(fault, phase);
            }
        }
    }

    private boolean isGoingOn(Phase phase, @Nullable ModelClient client) {
        List<ModelClient> concerned = client == null ? clients : List.of(client);
        return switch (phase) {
            case BETWEEN_ADMISSION_AND_COMMIT,
                    SHARED_MESSAGE_UNCOMMITTED,
                    RETAINED_UNCOMMITTED,
                    REMOVAL_UNCOMMITTED,
                    SESSION_UNCOMMITTED,
                    RECEIVED_UNCOMMITTED -> disk.isPending(phase.change());
            case DRAINING -> disk.rows(Table.ENTRIES) > clients.size();
            case RECOVERING -> !listening;
            case CONNECT_UNANSWERED -> concerned.stream().anyMatch(ModelClient::isConnecting);
            case PUBLISH_UNACKNOWLEDGED ->
                concerned.stream().anyMatch(one -> one.outbound().awaitsAcknowledgement());
            case PUBREL_UNANSWERED ->
                concerned.stream().anyMatch(one -> one.outbound().awaitsCompletion());
            case PUBREL_UNDER_WAY -> concerned.stream().anyMatch(one -> one.hasUnderWay(PubRel.class::isInstance));
            case ACKNOWLEDGEMENT_UNDER_WAY ->
                concerned.stream().anyMatch(one -> one.hasUnderWay(World::isAcknowledgement));
            case PUBREL_AWAITED ->
                concerned.stream().anyMatch(one -> one.inbound().awaitsRelease());
            case SUBSCRIBE_UNANSWERED -> concerned.stream().anyMatch(ModelClient::isAsking);
        };
    }

    private static boolean isAcknowledgement(Packet packet) {
        return packet instanceof PubAck || packet instanceof PubRec || packet instanceof PubComp;
    }

    // What the broker tells

    @Override
    public void connected(Identity client, ProtocolVersion version, boolean sessionPresent) {
        String name = client.clientIdentifier().value();
        oneConnection.connected(name);
        named(name).ifPresent(ModelClient::attached);
    }

    @Override
    public void disconnected(Identity client, ReasonCode reason) {
        String name = client.clientIdentifier().value();
        trace.note("", name + " is disconnected: " + reason);
        oneConnection.disconnected(name);
        named(name).ifPresent(ModelClient::detached);
    }

    @Override
    public void refused(ClientIdentifier clientIdentifier, Peer peer, ReasonCode reason, String why) {
        trace.note("", clientIdentifier + " is refused: " + reason + ", " + why);
    }

    @Override
    public void dropped(ClientIdentifier client, TopicName topic, DropReason reason) {
        ledger.dropped(client.value(), reason);
        if (reason == DropReason.STORAGE_REFUSED) {
            named(client.value()).ifPresent(publisher -> publisher.outbound().refused(topic));
        }
        trace.note("", "dropped for " + client + ": " + topic + ", " + reason);
    }

    /** The client of a name; who only looks at the end is none. */
    private Optional<ModelClient> named(String name) {
        return clients.stream().filter(one -> one.name().equals(name)).findFirst();
    }

    @Override
    public void alarm(String name, String text, boolean raised) {
        trace.note("", "alarm " + name + (raised ? " raised: " + text : " cleared"));
    }
}
