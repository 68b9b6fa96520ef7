package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Reads back what is stored, table by table, page by page, on the first loop; each session is restored on its own.
 * Runs once, before any connection is accepted. A row that cannot be read is set aside and keeps nothing else from
 * being read; a read that fails is tried again.
 */
final class Recovery {
    private static final int PAGE = 1024;
    private static final byte[] FIRST = {};

    /** Whose keys begin with a number, in which there is an epoch. */
    private static final List<Table> NUMBERED =
            List.of(Table.ENTRIES, Table.MESSAGES, Table.SUBSCRIPTIONS, Table.RECEIVED, Table.WILLS);

    private final Broker broker;
    private final BrokerLoop loop;
    private final Runnable ready;
    private final Map<Long, Session> sessions = new HashMap<>();
    private final Map<Long, StoredRow.Session> stored = new HashMap<>();
    private final Map<Long, QueueFound> queues = new HashMap<>();
    private final List<StoredRow.WillMessage> wills = new ArrayList<>();

    /** The sessions that are over and of which something is left, by their numbers. */
    private final Map<Long, StoredRow.EndedSession> dead = new TreeMap<>();

    private long foundEpoch;
    private int waiting;

    /** What the entries of one queue come to. */
    private static final class QueueFound {
        private long oldest;
        private long end;
        private long count;
        private long bytes;
    }

    Recovery(Broker broker, Runnable ready) {
        this.broker = broker;
        this.loop = broker.loop(0);
        this.ready = ready;
    }

    void begin() {
        loop.get(Table.BROKER, Keys.time(), rows(this::begin, found -> {
            for (Row row : found) {
                try {
                    RowReader times = new RowReader(row.value());
                    long storedMillis = times.i64();
                    broker.time().resume(storedMillis, times.i64());
                } catch (RuntimeException fault) {
                    broker.unreadable().copyAside(loop, Table.BROKER, row, fault);
                }
            }
            readEpoch();
        }));
    }

    private void readEpoch() {
        loop.get(Table.BROKER, Keys.epoch(), rows(this::readEpoch, found -> {
            if (found.isEmpty()) { // the storage is new, or its row was lost with a damaged file
                findEpoch(NUMBERED, 0);
                return;
            }
            Row row = found.get(0);
            try {
                raiseEpoch(new RowReader(row.value()).i64());
            } catch (CorruptRowException fault) {
                broker.unreadable().copyAside(loop, Table.BROKER, row, fault);
                findEpoch(NUMBERED, 0);
            }
        }));
    }

    /** The highest epoch of a number in the keys of these tables; in the end, in the rows of the sessions. */
    private void findEpoch(List<Table> tables, int next) {
        if (next < tables.size()) {
            each(
                    tables.get(next),
                    row -> foundEpoch = Math.max(foundEpoch, Numbers.epochOf(Keys.numberOf(row.key()))),
                    () -> findEpoch(tables, next + 1));
        } else {
            each(
                    Table.SESSIONS,
                    row -> foundEpoch = Math.max(
                            foundEpoch, Numbers.epochOf(SessionRows.decode(row).number())),
                    () -> raiseEpoch(foundEpoch));
        }
    }

    private void raiseEpoch(long before) {
        long epoch = before + 1;
        Batch batch = new Batch(Batch.Urgency.DURABLE).put(Table.BROKER, Keys.epoch(), BigEndian.bytes(epoch));
        broker.storeTime(batch);
        loop.commit(batch, "", commit -> {
            switch (commit) {
                case Storage.Commit.Durable() -> {
                    broker.begin(epoch);
                    readRetained();
                }
                case Storage.Commit.Failed failed -> loop.later(() -> raiseEpoch(before));
            }
        });
    }

    private void readRetained() {
        each(Table.RETAINED, broker.retained()::load, this::readSessions);
    }

    private void readSessions() {
        each(
                Table.SESSIONS,
                row -> {
                    StoredRow.Session one = SessionRows.decode(row);
                    stored.put(one.number(), one);
                },
                this::readEntries);
    }

    private void readEntries() {
        each(
                Table.ENTRIES,
                row -> {
                    long sequence = Keys.sequenceOf(row.key());
                    int bytes = EntryRows.bytesOf(row);
                    QueueFound queue = queues.computeIfAbsent(Keys.numberOf(row.key()), number -> new QueueFound());
                    queue.oldest = queue.count == 0 ? sequence : queue.oldest;
                    queue.end = sequence + 1;
                    queue.count++;
                    queue.bytes += bytes;
                },
                this::restoreSessions);
    }

    private void restoreSessions() {
        queues.keySet().stream().filter(number -> !stored.containsKey(number)).forEach(this::orphaned);
        new ArrayList<>(stored.values()).forEach(one -> {
            BrokerLoop owner = broker.loopOf(one.clientIdentifier());
            Session session = owner.sessions().restore(one);
            QueueFound queue = queues.get(one.number());
            if (queue == null) {
                session.queue().recovered(one.sentUpTo() + 1, one.sentUpTo() + 1, one.sentUpTo(), 0, 0);
            } else {
                // what was sent before a crash is not known: all of it may have been [MQTT-3.3.1-1]
                long sent = one.connected() ? Math.max(one.sentUpTo(), queue.end - 1) : one.sentUpTo();
                session.queue().recovered(queue.oldest, queue.end, sent, queue.count, queue.bytes);
            }
            sessions.put(one.number(), session);
        });
        each(Table.SUBSCRIPTIONS, this::subscribe, this::readReceived);
    }

    private void subscribe(Row row) {
        Session session = sessions.get(Keys.numberOf(row.key()));
        if (session != null) {
            SessionRows.subscribe(session, row);
        } else {
            orphaned(Keys.numberOf(row.key()));
        }
    }

    private void readReceived() {
        each(
                Table.RECEIVED,
                row -> {
                    Session session = sessions.get(Keys.numberOf(row.key()));
                    if (session != null) {
                        session.received().restore(Keys.packetIdentifierOf(row.key()));
                    } else {
                        orphaned(Keys.numberOf(row.key()));
                    }
                },
                this::readWills);
    }

    private void readWills() {
        each(Table.WILLS, row -> wills.add(Wills.decode(row)), this::removeDead);
    }

    /** Rows of a session that is not there: it has ended, perhaps while the storage failed and nothing says so. */
    private void orphaned(long number) {
        dead.putIfAbsent(number, StoredRow.EndedSession.unknown(number));
    }

    private void removeDead() {
        each(
                Table.BROKER,
                row -> {
                    if (Keys.isDead(row.key())) {
                        StoredRow.EndedSession ended = SessionRows.decodeEnded(row);
                        dead.put(ended.number(), ended);
                    }
                },
                () -> {
                    dead.values().forEach(ended -> {
                        BrokerLoop owner = broker.loopOf(ended.clientIdentifier());
                        loop.on(owner, () -> SessionRemoval.resume(owner, ended));
                    });
                    startTimers();
                });
    }

    /** Each loop takes over its sessions: their clocks go on, and what is due is done; then connections may come. */
    private void startTimers() {
        for (StoredRow.WillMessage will : wills) {
            Session session = sessions.get(will.session());
            BrokerLoop owner = session == null ? loop : session.loop();
            loop.on(owner, () -> owner.wills().recover(will, session));
        }
        waiting = broker.loops().size();
        for (BrokerLoop owner : broker.loops()) {
            loop.on(owner, () -> {
                for (Session session : List.copyOf(owner.sessions().all())) {
                    startTimer(owner, session);
                }
                owner.on(loop, this::started);
            });
        }
    }

    private void started() {
        waiting--;
        if (waiting == 0) {
            ready.run();
        }
    }

    private void startTimer(BrokerLoop owner, Session session) {
        StoredRow.Session one = stored.get(session.number());
        if (one == null) {
            return;
        }
        long now = owner.time().millis();
        // When a connection ended in a crash nobody knows: now at the latest, and a session never expires early.
        long since = one.connected() ? now : one.offlineSinceMillis();
        long passedSeconds = Math.max(0, now - since) / 1000;
        if (one.connected()) {
            session.offline();
        }
        if (session.expirySeconds() != Session.NEVER_EXPIRES) {
            session.expireIn(Math.max(0, session.expirySeconds() - passedSeconds));
        }
    }

    /** Reads a whole table, row by row, then goes on; what the action throws at is set aside. */
    private void each(Table table, Consumer<Row> action, Runnable then) {
        next(table, FIRST, action, then);
    }

    private void next(Table table, byte[] from, Consumer<Row> action, Runnable then) {
        loop.scan(table, from, null, PAGE, rows(() -> next(table, from, action, then), found -> {
            found.forEach(row -> read(table, row, action));
            if (found.size() < PAGE) {
                then.run();
            } else {
                next(table, found.get(PAGE - 1).keyBehind(), action, then);
            }
        }));
    }

    private void read(Table table, Row row, Consumer<Row> action) {
        try {
            action.accept(row);
        } catch (RuntimeException fault) {
            broker.unreadable().setAside(loop, table, row, fault);
        }
    }

    /** What is done with the rows of a read; one that fails, of which an alarm tells, is done again after a while. */
    private Consumer<Storage.Read> rows(Runnable again, Consumer<List<Row>> action) {
        return read -> {
            switch (read) {
                case Storage.Read.Rows(List<Row> found) -> action.accept(found);
                case Storage.Read.Failed failed -> loop.later(again);
            }
        };
    }
}
