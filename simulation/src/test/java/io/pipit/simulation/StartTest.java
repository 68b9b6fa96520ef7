package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.Broker;
import io.pipit.broker.Census;
import io.pipit.broker.Message;
import io.pipit.broker.Readiness;
import io.pipit.broker.Settings;
import io.pipit.broker.StoredRow;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The start of a broker on many rows: what it restores, by which loop, and what it says meanwhile. */
final class StartTest {
    /** More than a broker reads or writes at a time. */
    private static final int SESSIONS = 3_000;

    private static final int EXPIRY_SECONDS = 600;
    private static final long FIRST_NUMBER = 1L << 44;

    private final SimulatedClock clock = new SimulatedClock();
    private final SimulatedStorage storage = new SimulatedStorage();
    private SimulatedLoops loops = new SimulatedLoops(1, clock);
    private boolean ready;

    private void stored(boolean connected) throws IOException {
        Batch batch = new Batch(Batch.Urgency.DURABLE);
        new StoredRow.Epoch(1).put(batch);
        new StoredRow.Time(0, clock.wallMillis()).put(batch);
        for (int i = 0; i < SESSIONS; i++) {
            long number = FIRST_NUMBER + i * 7919L % SESSIONS;
            new StoredRow.Session(new ClientIdentifier("c" + i), number, null, connected, EXPIRY_SECONDS, 0, 0)
                    .put(batch);
            subscription(number, "to/" + i).put(batch);
            subscription(number, "all").put(batch);
            entry(number, 1 + i, "to/" + i).put(batch);
            new StoredRow.Received(number, 1 + i).put(batch);
        }
        storage.tables().commit(batch);
    }

    private static StoredRow subscription(long session, String filter) {
        return new StoredRow.Subscription(
                session, TopicFilter.of(filter), new SubscriptionOptions(QoS.AT_LEAST_ONCE), 0, false);
    }

    private static StoredRow entry(long session, long sequence, String topic) {
        Message message = new Message(
                TopicName.of(topic), Payload.of("hi"), QoS.AT_LEAST_ONCE, false, Properties.NONE, Message.NEVER, null);
        return new StoredRow.Entry(
                session, sequence, QoS.AT_LEAST_ONCE, false, 100, false, List.of(), null, 0, message);
    }

    private Broker starts(int loopCount) {
        loops.crash();
        loops = new SimulatedLoops(loopCount, clock);
        SimulatedAccess access = new SimulatedAccess();
        Settings settings = SettingsDraft.settings().build();
        Broker broker = new Broker(settings, loops.all(), clock, storage, access, access, List.of());
        ready = false;
        broker.start(() -> ready = true);
        return broker;
    }

    private Census.Holdings holdings(Broker broker) {
        WholeBroker whole = new WholeBroker(broker, loops, storage);
        whole.requireConsistent();
        return whole.census().holdings();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void everythingOfEverySession_isRestored_whateverTheNumberOfLoops(int loopCount) throws IOException {
        stored(false);
        Broker broker = starts(loopCount);
        loops.runUntilIdle();
        assertThat(ready).isTrue();
        Census.Holdings held = holdings(broker);
        assertThat(held.sessions()).isEqualTo(SESSIONS);
        assertThat(held.subscriptions()).isEqualTo(2 * SESSIONS);
        assertThat(held.queuedMessages()).isEqualTo(SESSIONS);
        assertThat(held.receivedIdentifiers()).isEqualTo(SESSIONS);
        assertThat(storage.rows(Table.UNREADABLE)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void rowsOfSessionsThatAreNotThere_goAndNoOthers(int loopCount) throws IOException {
        stored(false);
        Batch batch = new Batch(Batch.Urgency.DURABLE);
        for (long number = FIRST_NUMBER + SESSIONS; number < FIRST_NUMBER + SESSIONS + 3; number++) {
            subscription(number, "all").put(batch);
            entry(number, 1, "all").put(batch);
            new StoredRow.Received(number, 1).put(batch);
        }
        storage.tables().commit(batch);
        Broker broker = starts(loopCount);
        loops.advance(Duration.ofSeconds(5));
        assertThat(holdings(broker).subscriptions()).isEqualTo(2 * SESSIONS);
        assertThat(storage.rows(Table.SUBSCRIPTIONS)).isEqualTo(2 * SESSIONS);
        assertThat(storage.rows(Table.ENTRIES)).isEqualTo(SESSIONS);
        assertThat(storage.rows(Table.RECEIVED)).isEqualTo(SESSIONS);
    }

    @Test
    void sessionsThatWereConnectedAtACrash_areWrittenAsOffline_someAtATime() throws IOException {
        stored(true);
        storage.holdLazyCommits();
        Broker broker = starts(2);
        loops.runUntilIdle();
        assertThat(ready).isTrue();
        assertThat(storage.held())
                .isNotEmpty()
                .allSatisfy(batch -> assertThat(batch.changes()).hasSizeLessThan(SESSIONS / 2));
        assertThat(connectedInStorage()).isEqualTo(SESSIONS);
        storage.releaseCommits();
        loops.runUntilIdle();
        assertThat(connectedInStorage()).isZero();
        loops.advance(Duration.ofSeconds(EXPIRY_SECONDS + 1));
        assertThat(holdings(broker).sessions()).isZero();
    }

    @Test
    void sessionsThatWereConnectedAtACrash_areWrittenAsOffline_whenTheStorageIsWellAgain() throws IOException {
        stored(true);
        storage.holdLazyCommits();
        starts(2);
        loops.runUntilIdle();
        storage.failHeldCommits("no space left");
        loops.runUntilIdle();
        assertThat(connectedInStorage()).isEqualTo(SESSIONS);
        loops.advance(Duration.ofSeconds(5));
        assertThat(connectedInStorage()).isZero();
    }

    private long connectedInStorage() throws IOException {
        List<StoredRow> connected = new ArrayList<>();
        storage.tables().each(Table.SESSIONS, row -> {
            if (StoredRow.decode(Table.SESSIONS, row) instanceof StoredRow.Session session && session.connected()) {
                connected.add(session);
            }
        });
        return connected.size();
    }

    @Test
    void sessions_expireAsLongAfterTheirConnectionAsWithoutTheRestart() throws IOException {
        stored(false);
        clock.elapse(Duration.ofSeconds(EXPIRY_SECONDS - 10));
        Broker broker = starts(2);
        loops.advance(Duration.ofSeconds(9));
        assertThat(holdings(broker).sessions()).isEqualTo(SESSIONS);
        loops.advance(Duration.ofSeconds(2));
        assertThat(holdings(broker).sessions()).isZero();
    }

    @Test
    void readiness_saysHowFarTheStartHasCome() throws IOException {
        stored(false);
        Broker broker = starts(2);
        Set<String> said = new LinkedHashSet<>();
        do {
            said.add(broker.readiness().toString());
        } while (loops.turn());
        assertThat(said)
                .containsSubsequence(
                        "starting",
                        "restoring: 32 sessions",
                        "restoring: 2,016 sessions",
                        "restoring: 3,000 sessions",
                        "restoring: 3,000 sessions, 32 queued messages",
                        "restoring: 3,000 sessions, 3,000 queued messages, 6,000 subscriptions",
                        "ready");
        assertThat(broker.readiness())
                .isInstanceOfSatisfying(
                        Readiness.Ready.class,
                        ready -> assertThat(ready.restored())
                                .extracting(Readiness.Restored::toString)
                                .containsExactly(
                                        "3,000 sessions",
                                        "3,000 queued messages",
                                        "6,000 subscriptions",
                                        "3,000 received packet identifiers"));
        broker.stop(Duration.ofSeconds(1), () -> {});
        assertThat(broker.readiness()).hasToString("stopping");
    }

    @Test
    void readThatFails_isTriedAgain_andNothingIsRestoredTwice() throws IOException {
        stored(false);
        Broker broker = starts(3);
        for (int turn = 0; !ready; turn++) {
            if (turn % 5 == 0) {
                storage.failReads("a bad block");
            }
            if (!loops.turn()) {
                loops.advance(Duration.ofSeconds(1));
            }
            storage.recover();
        }
        Census.Holdings held = holdings(broker);
        assertThat(held.subscriptions()).isEqualTo(2 * SESSIONS);
        assertThat(held.queuedMessages()).isEqualTo(SESSIONS);
    }

    @Test
    void rowsThatMeanNothing_areSetAsideOnce() throws IOException {
        stored(false);
        Batch batch = new Batch(Batch.Urgency.DURABLE);
        for (Table table : List.of(Table.SUBSCRIPTIONS, Table.ENTRIES, Table.RECEIVED, Table.WILLS)) {
            batch.put(table, new byte[] {1, 2, 3}, new byte[] {4});
        }
        storage.tables().commit(batch);
        starts(3);
        loops.advance(Duration.ofSeconds(1));
        assertThat(ready).isTrue();
        List<Row> aside = storage.tables().scan(Table.UNREADABLE, new byte[0], 10);
        assertThat(aside).hasSize(4);
    }
}
