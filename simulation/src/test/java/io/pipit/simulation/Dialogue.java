package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.broker.Broker;
import io.pipit.broker.Census;
import io.pipit.broker.LocalMessage;
import io.pipit.broker.Message;
import io.pipit.broker.Settings;
import io.pipit.broker.spi.ConnectionEvents;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.NetworkConnection;
import io.pipit.broker.spi.Peer;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.TopicFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A broker, its clients and their dialogue: what a test of MQTT is written in.
 *
 * <pre>{@code
 * @RegisterExtension
 * final Dialogue broker = new Dialogue();
 *
 * var alice = broker.connect(connect("alice").keepAlive(60));
 * broker.advance(Duration.ofSeconds(90));
 * alice.isClosedAfter(disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
 * }</pre>
 *
 * After everything that a client does, all loops run until none has work. At the end of a test each packet must have
 * been expected, and nothing may have been thrown on a loop; then all connections close and local
 * subscriptions end, and what the broker counts must be what it holds.
 */
public final class Dialogue implements AfterTestExecutionCallback {
    /** {@code -Ddialogue.loops=8 -Ddialogue.seed=42}: the same dialogues on more loops, their turns in another order. */
    private static final int LOOPS = Integer.getInteger("dialogue.loops", 3);

    private static final @Nullable Long SEED = Long.getLong("dialogue.seed");

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final SimulatedClock clock = new SimulatedClock();
    private final Transcript transcript = new Transcript(clock);
    private final DroppedMessages listener = new DroppedMessages(transcript);
    private final List<SimulatedClient> clients = new ArrayList<>();
    private SimulatedAccess access = new SimulatedAccess();
    private SimulatedStorage storage = new SimulatedStorage();
    private SimulatedLoops loops = newLoops();
    private Settings settings;
    private Broker broker;
    private int accepted;
    private boolean breaking;
    private boolean speechless;

    /** With a broker of the default settings, but for $SYS, which is silent. */
    public Dialogue() {
        this(SettingsDraft.settings());
    }

    /** With a broker of these settings. */
    public Dialogue(SettingsDraft settings) {
        this.settings = settings.build();
        this.broker = boot();
    }

    /** Begins again with other settings and nothing stored. */
    public void configured(SettingsDraft other) {
        settings = other.build();
        storage = new SimulatedStorage();
        loops = newLoops();
        broker = boot();
    }

    /** Opens a network connection, without a word. */
    public SimulatedClient opens(String name) {
        return opens(name, new Peer("192.0.2.1:" + (50_000 + clients.size()), false, "test"));
    }

    /** Opens a network connection that comes from this peer, without a word. */
    public SimulatedClient opens(String name, Peer peer) {
        SimulatedClient client = new SimulatedClient(name, this);
        SimulatedLoop loop = loops.all().get(accepted++ % LOOPS);
        client.on(SimulatedConnection.open(this::accept, loops, loop, peer, client));
        clients.add(client);
        runUntilIdle();
        return client;
    }

    private ConnectionEvents accept(NetworkConnection connection, Loop loop) {
        NetworkConnection seen = breaking ? new BreakingConnection(connection, speechless) : connection;
        breaking = false;
        speechless = false;
        return broker.accept(seen, loop);
    }

    /** The next connection to be opened throws at every PUBLISH that it is to send, as no connection may. */
    public void breaksTheNextConnection() {
        breaking = true;
    }

    /** The next connection to be opened throws at every PUBLISH and DISCONNECT that it is to send, as no connection may. */
    public void breaksTheNextConnectionAltogether() {
        breaking = true;
        speechless = true;
    }

    /** Runs something during which the broker throws this at a loop. */
    public void breaks(String fault, Runnable action) {
        assertThatThrownBy(action::run).as("what is thrown at a loop").hasMessageContaining(fault);
        runUntilIdle();
    }

    /** Connects, and is accepted. */
    public SimulatedClient connect(ConnectDraft draft) {
        SimulatedClient client = tries(draft);
        if (client.receivesConnack().reasonCode().isError()) {
            throw transcript.failure(client.name() + " should be accepted");
        }
        return client;
    }

    /** Sends CONNECT; whether it is accepted is for the dialogue to say. */
    public SimulatedClient tries(ConnectDraft draft) {
        String identifier = draft.clientIdentifier();
        SimulatedClient client = opens(identifier.isEmpty() ? "(none)" : identifier);
        client.sends(draft);
        return client;
    }

    /** Lets time pass; the wall clock goes along. */
    public void advance(Duration duration) {
        transcript.note(duration + " passes");
        loops.advance(duration);
    }

    /** Runs all loops until none has work. */
    public void runUntilIdle() {
        try {
            loops.runUntilIdle();
        } catch (AssertionError fault) {
            throw withTranscript(fault);
        }
    }

    /** Runs one turn of one loop; false when there is nothing to do. */
    public boolean turn() {
        return loops.turn();
    }

    /** The process is killed, and started again after a while: what was not durable is lost. */
    public void crashes(Duration downtime) {
        transcript.note("the broker crashes");
        exits();
        storage.crash();
        clock.elapse(downtime);
        starts();
    }

    /** The process is killed, and started again while its storage is in trouble, which ends a while later. */
    public void crashesAndWaits(Runnable troubleEnds) {
        transcript.note("the broker crashes");
        exits();
        storage.crash();
        loops = newLoops();
        boolean[] ready = new boolean[1];
        broker = new Broker(settings, loops.all(), clock, storage, access, access, List.of(listener));
        broker.start(() -> ready[0] = true);
        advance(Duration.ofSeconds(5));
        if (ready[0]) {
            throw transcript.failure("the broker should not be ready while its storage is in trouble");
        }
        troubleEnds.run();
        advance(Duration.ofSeconds(5));
        if (!ready[0]) {
            throw transcript.failure("the broker should be ready");
        }
    }

    /** The process is killed, and started again at once. */
    public void crashes() {
        crashes(Duration.ZERO);
    }

    /** Stops in order. */
    public void stops() {
        boolean[] stopped = new boolean[1];
        stopsWithoutWaiting(() -> stopped[0] = true);
        for (int i = 0; i < 15 && !stopped[0]; i++) {
            loops.advance(Duration.ofSeconds(1));
        }
        if (!stopped[0]) {
            throw transcript.failure("the broker should have stopped within 15 s");
        }
    }

    /** Begins to stop in order; runs {@code stopped} when it has. */
    public void stopsWithoutWaiting(Runnable stopped) {
        stopsWithin(STOP_TIMEOUT, stopped);
    }

    /** Begins to stop in order, waiting for the storage so long; runs {@code stopped} when it has. */
    public void stopsWithin(Duration timeout, Runnable stopped) {
        transcript.note("the broker is to stop");
        broker.stop(timeout, () -> {
            transcript.note("the broker has stopped");
            stopped.run();
        });
        runUntilIdle();
    }

    /** Stops in order, and starts again after a while. */
    public void restarts(Duration downtime) {
        stops();
        storage.close();
        exits();
        clock.elapse(downtime);
        starts();
    }

    /** Stops in order, and starts again at once. */
    public void restarts() {
        restarts(Duration.ZERO);
    }

    /** The program around the broker publishes. */
    public void publishes(Message message) {
        broker.publish(message);
        runUntilIdle();
    }

    /** The program around the broker publishes; the broker does not run yet. */
    public void publishesWithoutTurn(Message message) {
        broker.publish(message);
    }

    /** The program around the broker publishes, and hears how that fares. */
    public LocalPublication publishes(LocalMessage message) {
        LocalPublication publication = new LocalPublication();
        broker.publish(message, publication);
        runUntilIdle();
        return publication;
    }

    /** The program around the broker subscribes. */
    public LocalSubscriber subscribes(String filter) {
        return subscribes(filter, RetainHandling.SEND);
    }

    /** The program around the broker subscribes, with retained messages or without. */
    public LocalSubscriber subscribes(String filter, RetainHandling handling) {
        LocalSubscriber subscriber = new LocalSubscriber(
                this, (listener, executor) -> broker.subscribe(TopicFilter.of(filter), handling, listener, executor));
        runUntilIdle();
        return subscriber;
    }

    /** How many messages to or of a client were dropped for a reason. */
    public int drops(String clientIdentifier, DropReason reason) {
        return listener.count(clientIdentifier, reason);
    }

    /** So many messages to or of a client were dropped, all for this reason. */
    public void dropped(String clientIdentifier, DropReason reason, int count) {
        var all = listener.of(clientIdentifier);
        int others = all.values().stream().mapToInt(Integer::intValue).sum() - drops(clientIdentifier, reason);
        if (drops(clientIdentifier, reason) != count || others != 0) {
            throw transcript.failure(
                    count + " " + reason + " should be counted for " + clientIdentifier + ", but there are " + all);
        }
    }

    /** Nothing to or of a client was dropped. */
    public void droppedNothing(String clientIdentifier) {
        if (!listener.of(clientIdentifier).isEmpty()) {
            throw transcript.failure("nothing should be dropped for " + clientIdentifier + ", but there are "
                    + listener.of(clientIdentifier));
        }
    }

    /** What listeners have heard since the last time of who connected, disconnected or was refused, and why. */
    public List<String> visits() {
        return listener.visits();
    }

    /** The alarms that are raised now: their texts by their names. */
    public Map<String, String> alarms() {
        return Map.copyOf(listener.alarms());
    }

    /** A failure of this dialogue, with all of it. */
    public AssertionError failure(String what) {
        return transcript.failure(what);
    }

    public SimulatedClock clock() {
        return clock;
    }

    public SimulatedStorage storage() {
        return storage;
    }

    public SimulatedAccess access() {
        return access;
    }

    Transcript transcript() {
        return transcript;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isEmpty()) {
            runUntilIdle();
            clients.forEach(SimulatedClient::verifyNothingUnheard);
            everybodyGoes();
        }
    }

    /** When nobody is connected any more, the broker counts what it holds. */
    private void everybodyGoes() {
        clients.stream()
                .filter(client -> !client.hasEnded())
                .forEach(client -> client.network().peerCloses());
        broker.closeSubscriptions();
        runUntilIdle();
        try {
            whole().requireNobodyConnected();
        } catch (AssertionError fault) {
            throw withTranscript(fault);
        }
    }

    /** What the broker holds now. */
    public Census census() {
        return whole().census();
    }

    private WholeBroker whole() {
        return new WholeBroker(broker, loops, storage);
    }

    private void exits() {
        loops.crash();
        clients.stream().filter(client -> !client.hasEnded()).forEach(SimulatedClient::ended);
    }

    private void starts() {
        loops = newLoops();
        broker = boot();
    }

    private SimulatedLoops newLoops() {
        return SEED == null
                ? new SimulatedLoops(LOOPS, clock)
                : new SimulatedLoops(LOOPS, clock, new Random(SEED)::nextInt);
    }

    private Broker boot() {
        Broker started = new Broker(settings, loops.all(), clock, storage, access, access, List.of(listener));
        boolean[] ready = new boolean[1];
        started.start(() -> ready[0] = true);
        runUntilIdle();
        if (!ready[0]) {
            throw transcript.failure("the broker should be ready");
        }
        transcript.note("the broker is ready");
        return started;
    }

    private AssertionError withTranscript(AssertionError fault) {
        AssertionError failure = transcript.failure(String.valueOf(fault.getMessage()));
        failure.initCause(fault);
        return failure;
    }
}
