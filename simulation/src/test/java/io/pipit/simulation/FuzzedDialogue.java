package io.pipit.simulation;

import io.pipit.broker.Broker;
import io.pipit.broker.QueuePolicy;
import io.pipit.broker.Settings;
import io.pipit.broker.spi.Peer;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubRel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A dialogue that a fuzzer makes up: its first bytes are the settings and the order of the loops, each following one
 * says what happens next. Afterwards the broker must be whole.
 *
 * <p>Of the byte of a step, the low four bits say what, the next three which connection, and the highest that the
 * loops do not rest before the next step.
 */
final class FuzzedDialogue {
    private static final int STEPS = 400;
    private static final int PEERS = 6;
    private static final long EXPIRY_SECONDS = 20;
    /** A will may be published as late as its session ends, and retained from then on. */
    private static final Duration ALL_EXPIRED = Duration.ofSeconds(2 * EXPIRY_SECONDS + 10);

    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final FuzzInput input;
    private final FuzzedPackets packets;
    private final Settings settings;
    private final Random order;
    private final boolean inOrder;
    private final SimulatedClock clock = new SimulatedClock();
    private final Transcript transcript = new Transcript(clock);
    private final SimulatedAccess access = new SimulatedAccess();
    private final SimulatedStorage storage = new SimulatedStorage();
    private final FuzzedPeer[] peers = new FuzzedPeer[PEERS];
    private final List<FuzzedPeer> opened = new ArrayList<>();
    private SimulatedLoops loops;
    private Broker broker;

    /** Whether there may be clients with other identifiers than it knows. */
    private boolean strangers;

    private boolean failed;

    FuzzedDialogue(byte[] bytes) {
        input = new FuzzInput(bytes);
        packets = new FuzzedPackets(input);
        settings = settings(input.octet(), input.octet());
        int seed = input.octet();
        inOrder = seed == 0;
        order = new Random(seed);
        loops = newLoops();
        broker = boot();
    }

    private static Settings settings(int bounds, int more) {
        SettingsDraft draft = SettingsDraft.settings()
                .sessionExpiry(Duration.ofSeconds(EXPIRY_SECONDS), Duration.ofSeconds(EXPIRY_SECONDS))
                .retainedExpiry(Duration.ofSeconds(EXPIRY_SECONDS))
                .maximumPacketSize(16 << 10);
        QueuePolicy policy = List.of(QueuePolicy.values()).get(bounds & 3);
        draft = (bounds & 4) == 0 ? draft.queue(0, policy) : draft.queue(1 + (bounds >> 3 & 3), policy);
        draft = (bounds & 32) == 0 ? draft : draft.queueQos0();
        draft = (bounds & 64) == 0 ? draft : draft.outgoingBytes(100);
        draft = (bounds & 128) == 0 ? draft : draft.memory(1000);
        draft = (more & 1) == 0 ? draft : draft.receiveMaximum(2);
        draft = (more & 2) == 0 ? draft : draft.connections(2);
        draft = (more & 4) == 0 ? draft : draft.subscriptionsPerSession(2);
        draft = (more & 8) == 0 ? draft : draft.uncommittedBytes(100);
        draft = (more & 16) == 0 ? draft : draft.maximumQos(1);
        return draft.build();
    }

    /** The whole dialogue, and what has to be true behind it. */
    void run() {
        try {
            for (int step = 0; step < STEPS && input.hasMore(); step++) {
                step(input.octet());
            }
            heal();
            whole().requireConsistent();
            drain();
            end();
        } catch (AssertionError fault) {
            AssertionError failure = transcript.failure(String.valueOf(fault.getMessage()));
            failure.initCause(fault);
            throw failure;
        }
    }

    private void step(int choice) {
        FuzzedPeer peer = peer((choice >> 4 & 7) % PEERS);
        ProtocolVersion version = peer.version();
        switch (choice & 15) {
            case 0 -> {
                Connect connect = packets.connect();
                strangers |= connect.clientIdentifier().isEmpty();
                peer.says(connect);
            }
            case 1 -> {
                strangers = true;
                peer.saysBytes(input.some(input.octet()));
            }
            case 2, 3 -> peer.says(packets.publish(version));
            case 4 -> peer.says(packets.subscribe(version));
            case 5 -> peer.says(packets.unsubscribe());
            case 6 -> peer.says(packets.acknowledgement(version));
            case 7 -> peer.acknowledges();
            case 8 -> peer.says(packets.other(version));
            case 9 -> peer.cutNext(input.below(40));
            case 10 -> {
                transcript.line("network", "><", "lost");
                peer.network().peerCloses();
            }
            case 11 -> peer.network().peerTakes(input.one(Long.MAX_VALUE, 0L, 30L, 300L));
            case 12 -> timePasses();
            case 13, 14 -> trouble();
            default -> crashOrTurn();
        }
        if ((choice & 128) == 0) {
            loops.runUntilIdle();
        }
    }

    /** The connection in this place: a new one when there is none, or that one has ended. */
    private FuzzedPeer peer(int place) {
        FuzzedPeer there = peers[place];
        if (there == null || there.hasEnded()) {
            there = open("peer" + place, place);
            peers[place] = there;
        }
        return there;
    }

    private FuzzedPeer open(String name, int place) {
        FuzzedPeer fresh = new FuzzedPeer(name, loops, transcript);
        SimulatedLoop loop = loops.all().get(place % loops.all().size());
        Peer address = new Peer("192.0.2.1:" + (1 + place), false, "test");
        fresh.on(SimulatedConnection.open(broker::accept, loops, loop, address, fresh));
        opened.add(fresh);
        return fresh;
    }

    private void timePasses() {
        int choice = input.octet();
        Duration time = switch (choice & 3) {
            case 0 -> Duration.ofMillis(choice >> 2);
            case 1 -> Duration.ofSeconds(choice >> 4);
            case 2 -> Duration.ofMillis(100L * (choice >> 2));
            default -> Duration.ofSeconds(choice >> 2);
        };
        if (clock.elapsedMillis() < LONGEST.toMillis()) {
            transcript.note(time + " passes");
            loops.advance(time);
        }
    }

    private void trouble() {
        int choice = input.below(16);
        transcript.note("trouble " + choice);
        switch (choice) {
            case 0, 1 -> storage.holdCommits();
            case 2 -> storage.holdLazyCommits();
            case 3, 4 -> storage.releaseCommits();
            case 5, 6 -> {
                if (!storage.held().isEmpty()) {
                    storage.releaseOneCommit();
                }
            }
            case 7 -> {
                failed = true;
                storage.failHeldCommits("an error of the disk");
            }
            case 8 -> {
                failed = true;
                storage.failCommits("no space left", true);
            }
            case 9 -> storage.recover();
            case 10 -> storage.refuse("little space left");
            case 11 -> storage.holdReads();
            case 12 -> storage.releaseReads();
            case 13 -> storage.failReads("an error of the disk");
            case 14 -> access.hold();
            default -> {
                if (access.waiting() > 0) {
                    access.acceptOne();
                }
            }
        }
    }

    private void crashOrTurn() {
        int choice = input.octet();
        switch (choice & 3) {
            case 0 -> crash(Duration.ofMillis(50L * (choice >> 2)));
            case 1 -> stop();
            default -> {
                for (int i = choice >> 2; i > 0 && loops.turn(); i--) {}
            }
        }
    }

    private void crash(Duration downtime) {
        transcript.note("the broker crashes");
        loops.crash();
        storage.crash();
        clock.elapse(downtime);
        restart();
    }

    private void stop() {
        transcript.note("the broker stops");
        boolean[] stopped = new boolean[1];
        broker.stop(STOP_TIMEOUT, () -> stopped[0] = true);
        for (int i = 0; i < 15 && !stopped[0]; i++) {
            loops.advance(Duration.ofSeconds(1));
        }
        if (!stopped[0]) {
            throw new AssertionError("the broker should have stopped within 15 s");
        }
        loops.crash();
        storage.crash(); // what was not answered within the time of a stop
        restart();
    }

    private void restart() {
        opened.stream().filter(peer -> !peer.hasEnded()).forEach(FuzzedPeer::ended);
        opened.clear();
        storage.recover(); // it would not start
        while (access.waiting() > 0) {
            access.acceptOne(); // nobody hears it
        }
        loops = newLoops();
        broker = boot();
    }

    private SimulatedLoops newLoops() {
        return inOrder ? new SimulatedLoops(3, clock) : new SimulatedLoops(3, clock, order::nextInt);
    }

    private Broker boot() {
        Broker started = new Broker(settings, loops.all(), clock, storage, access, access, List.of());
        boolean[] ready = new boolean[1];
        started.start(() -> ready[0] = true);
        loops.runUntilIdle();
        if (!ready[0]) {
            throw new AssertionError("the broker should be ready");
        }
        return started;
    }

    // The end

    private WholeBroker whole() {
        return new WholeBroker(broker, loops, storage);
    }

    private Set<Table> garbage() {
        return failed ? EnumSet.of(Table.MESSAGES) : EnumSet.noneOf(Table.class);
    }

    /** All trouble ends. */
    private void heal() {
        transcript.note("all trouble ends");
        storage.recover();
        storage.releaseReads();
        storage.releaseCommits();
        access.accept();
        while (access.waiting() > 0) {
            access.acceptOne();
        }
        for (FuzzedPeer peer : opened) {
            if (!peer.hasEnded()) {
                peer.network().peerTakes(Long.MAX_VALUE);
            }
        }
        loops.advance(Duration.ofSeconds(3)); // what has failed is tried again
    }

    /** Everybody comes back and acknowledges all there is; then no session has anything left. */
    private void drain() {
        closeAll();
        loops.advance(Duration.ofMillis(10));
        List<FuzzedPeer> all = new ArrayList<>();
        for (String client : FuzzedPackets.CLIENTS) {
            FuzzedPeer peer = open(client, all.size());
            all.add(peer);
            peer.says(new Connect(
                    ProtocolVersion.MQTT_5_0,
                    false,
                    new ClientIdentifier(client),
                    false,
                    0,
                    null,
                    null,
                    null,
                    Properties.of(Property.SESSION_EXPIRY_INTERVAL, EXPIRY_SECONDS)));
            loops.runUntilIdle();
        }
        boolean allAccepted = all.stream().allMatch(FuzzedPeer::isAccepted); // as many as limits.connections says
        for (int identifier = 1; identifier <= FuzzedPackets.IDENTIFIERS; identifier++) {
            for (FuzzedPeer peer : all) {
                if (peer.isAccepted()) {
                    peer.says(new PubRel(identifier));
                }
            }
        }
        loops.advance(Duration.ofSeconds(2));
        boolean busy = true;
        while (busy) {
            busy = false;
            for (FuzzedPeer peer : all) {
                busy |= peer.acknowledges();
                loops.runUntilIdle();
            }
            if (!busy) {
                loops.advance(Duration.ofSeconds(2));
                busy = all.stream().anyMatch(FuzzedPeer::owes);
            }
        }
        if (!strangers && allAccepted) { // else somebody has not come back
            whole().requireDrained(garbage());
        }
    }

    /** Everybody goes, all sessions expire, and nothing is left. */
    private void end() {
        closeAll();
        loops.advance(ALL_EXPIRED);
        whole().requireNothingHeld();
        if (failed) { // what could not be removed is found, and expires again
            crash(Duration.ZERO);
            loops.advance(ALL_EXPIRED);
            whole().requireNothingHeld();
        }
        whole().requireNothingStored(garbage());
    }

    private void closeAll() {
        opened.stream()
                .filter(peer -> !peer.hasEnded())
                .forEach(peer -> peer.network().peerCloses());
        opened.clear();
        loops.runUntilIdle();
    }
}
