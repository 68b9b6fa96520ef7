package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads back what is stored, table by table. The first loop reads; what belongs to sessions is shown to all loops at
 * once, and each restores its own. Runs once, before any connection is accepted. A row that cannot be read is set aside
 * and keeps nothing else from being read; a read that fails is tried again.
 */
final class Recovery {
    /** Whose keys begin with a number, in which there is an epoch. */
    private static final List<Table> NUMBERED =
            List.of(Table.ENTRIES, Table.MESSAGES, Table.SUBSCRIPTIONS, Table.RECEIVED, Table.WILLS);

    /** What belongs to a session; they themselves come first. */
    private static final List<Table> OF_SESSIONS =
            List.of(Table.SESSIONS, Table.ENTRIES, Table.SUBSCRIPTIONS, Table.RECEIVED, Table.WILLS);

    private final Broker broker;
    private final BrokerLoop loop;
    private final Runnable ready;
    private final List<RestoredSessions> restored;

    /** Of sessions that were not stored, or are not there any more. */
    private final List<StoredRow.WillMessage> wills = new ArrayList<>();

    /** The sessions that are over and of which something is left, by their numbers. */
    private final Map<Long, StoredRow.EndedSession> dead = new TreeMap<>();

    private long foundEpoch;
    private int waiting;

    Recovery(Broker broker, Runnable ready) {
        this.broker = broker;
        this.loop = broker.loop(0);
        this.ready = ready;
        this.restored = broker.loops().stream().map(RestoredSessions::new).toList();
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
        broker.progress().begin(Table.RETAINED);
        each(
                Table.RETAINED,
                row -> {
                    broker.progress().add(1);
                    broker.retained().load(row);
                },
                () -> readSessions(OF_SESSIONS));
    }

    private void readSessions(List<Table> tables) {
        if (tables.isEmpty()) {
            readDead();
            return;
        }
        Table table = tables.getFirst();
        broker.progress().begin(table);
        new TableReading(
                        loop,
                        table,
                        (rows, done) -> restore(table, rows, done),
                        () -> readSessions(tables.subList(1, tables.size())))
                .begin();
    }

    /** Each loop takes what is its own; what nobody takes is looked after here. */
    private void restore(Table table, List<Row> rows, Runnable done) {
        BitSet taken = new BitSet(rows.size());
        onEachLoop(sessions -> sessions.take(table, rows), taken::or, () -> {
            for (int i = taken.nextClearBit(0); i < rows.size(); i = taken.nextClearBit(i + 1)) {
                read(table, rows.get(i), row -> nobodys(table, row));
            }
            broker.progress().add(rows.size());
            done.run();
        });
    }

    private void nobodys(Table table, Row row) {
        if (table == Table.WILLS) {
            wills.add(Wills.decode(row));
        } else {
            orphaned(Keys.numberOf(row.key()));
        }
    }

    /** Rows of a session that is not there: it has ended, perhaps while the storage failed and nothing says so. */
    private void orphaned(long number) {
        dead.putIfAbsent(number, StoredRow.EndedSession.unknown(number));
    }

    private void readDead() {
        each(
                Table.BROKER,
                row -> {
                    if (Keys.isDead(row.key())) {
                        StoredRow.EndedSession ended = SessionRows.decodeEnded(row);
                        dead.put(ended.number(), ended);
                    }
                },
                this::goOn);
    }

    /** What was ending goes on to end, clocks go on, and what is due is done; then connections may come. */
    private void goOn() {
        dead.values().forEach(ended -> {
            BrokerLoop owner = broker.loopOf(ended.clientIdentifier());
            loop.on(owner, () -> SessionRemoval.resume(owner, ended));
        });
        wills.forEach(will -> loop.wills().recover(will, null));
        onEachLoop(
                sessions -> {
                    sessions.begin();
                    return sessions;
                },
                sessions -> {},
                ready);
    }

    /**
     * Has each loop do something at the same time.
     *
     * @param answered is given what each of them returns, here
     * @param then runs when all have
     */
    private <T> void onEachLoop(Function<RestoredSessions, T> action, Consumer<T> answered, Runnable then) {
        waiting = restored.size();
        for (RestoredSessions each : restored) {
            each.loop().port().execute(() -> {
                T answer = action.apply(each);
                loop.port().execute(() -> {
                    answered.accept(answer);
                    waiting--;
                    if (waiting == 0) {
                        then.run();
                    }
                });
            });
        }
    }

    /** Reads a whole table here, row by row, then goes on; what the action throws at is set aside. */
    private void each(Table table, Consumer<Row> action, Runnable then) {
        TableReading.Work readAll = (rows, done) -> {
            rows.forEach(row -> read(table, row, action));
            done.run();
        };
        new TableReading(loop, table, readAll, then).begin();
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
