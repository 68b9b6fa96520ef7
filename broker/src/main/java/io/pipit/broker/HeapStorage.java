package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The storage of a broker that keeps nothing on disk: rows in heap, gone with the process.
 *
 * <p>A commit is applied within the call, by the calling thread, without a lock; so a loop reads what it has
 * committed. A loop that reads rows while another loop's batch is being applied may find a part of that batch,
 * which nobody has been told to be durable yet. Commits are answered together, at the end of the turn that handed
 * them in, so that they cost no wake-up; those that the answers hand in are answered in the next turn, so that a
 * chain of commits leaves the loop its other work.
 */
public final class HeapStorage implements Storage {
    private static final Commit DURABLE = new Commit.Durable();
    /** Rough bytes of a row beside its key and value. */
    private static final int ROW_OVERHEAD = 72;

    private static final String CLOSED = "the storage is closed";

    private final Map<Table, ConcurrentNavigableMap<byte[], byte[]>> tables = new EnumMap<>(Table.class);
    private final ConcurrentMap<Loop, Answers> answers = new ConcurrentHashMap<>();
    private final LongAdder heapBytes = new LongAdder();
    private volatile boolean closed;

    /** Without any rows. */
    public HeapStorage() {
        for (Table table : Table.values()) {
            tables.put(table, new ConcurrentSkipListMap<>(Arrays::compareUnsigned));
        }
    }

    @Override
    public void commit(Batch batch, String partition, Loop loop, Consumer<Commit> done) {
        if (closed) {
            loop.execute(() -> done.accept(new Commit.Failed(CLOSED, false)));
            return;
        }
        long grown = 0;
        for (Batch.Change change : batch.changes()) {
            grown += apply(change);
        }
        heapBytes.add(grown);
        if (loop.inLoop()) {
            answers.computeIfAbsent(loop, Answers::new).add(done);
        } else {
            loop.execute(() -> done.accept(DURABLE));
        }
    }

    /** Makes a change; returns how many bytes of heap it takes. */
    private long apply(Batch.Change change) {
        ConcurrentNavigableMap<byte[], byte[]> rows = rows(change.table());
        return switch (change) {
            case Batch.Put put -> {
                byte[] before = rows.put(put.key(), put.value());
                yield heapBytesOf(put.key(), put.value()) - heapBytesOf(put.key(), before);
            }
            case Batch.Delete delete -> -heapBytesOf(delete.key(), rows.remove(delete.key()));
            case Batch.DeleteRange range -> {
                long gone = 0;
                for (byte[] key : rows.subMap(range.from(), range.to()).navigableKeySet()) {
                    gone += heapBytesOf(key, rows.remove(key));
                }
                yield -gone;
            }
            case Batch.Add add -> {
                byte[] after = rows.merge(
                        add.key(),
                        BigEndian.bytes(add.amount()),
                        (before, amount) -> BigEndian.bytes(BigEndian.read(before, 0) + BigEndian.read(amount, 0)));
                yield BigEndian.read(after, 0) == add.amount() ? heapBytesOf(add.key(), after) : 0;
            }
        };
    }

    private static long heapBytesOf(byte[] key, byte @Nullable [] value) {
        return value == null ? 0 : ROW_OVERHEAD + key.length + value.length;
    }

    @Override
    public long heapBytes() {
        return heapBytes.sum();
    }

    @Override
    public void scan(Table table, byte[] from, byte @Nullable [] to, int max, Loop loop, Consumer<Read> done) {
        if (max < 1) {
            throw new IllegalArgumentException("a scan of at most " + max + " rows");
        }
        ConcurrentNavigableMap<byte[], byte[]> range =
                to == null ? rows(table).tailMap(from) : rows(table).subMap(from, to);
        List<Row> found = new ArrayList<>();
        for (Map.Entry<byte[], byte[]> row : range.entrySet()) {
            found.add(new Row(row.getKey(), row.getValue()));
            if (found.size() == max) {
                break;
            }
        }
        answer(found, loop, done);
    }

    @Override
    public void get(Table table, List<byte[]> keys, Loop loop, Consumer<Read> done) {
        ConcurrentNavigableMap<byte[], byte[]> rows = rows(table);
        List<Row> found = new ArrayList<>(keys.size());
        for (byte[] key : keys) {
            byte[] value = rows.get(key);
            if (value != null) {
                found.add(new Row(key, value));
            }
        }
        answer(found, loop, done);
    }

    private void answer(List<Row> found, Loop loop, Consumer<Read> done) {
        Read read = closed ? new Read.Failed(CLOSED) : new Read.Rows(found);
        loop.execute(() -> done.accept(read));
    }

    private ConcurrentNavigableMap<byte[], byte[]> rows(Table table) {
        ConcurrentNavigableMap<byte[], byte[]> rows = tables.get(table);
        if (rows == null) {
            throw new IllegalStateException("no table " + table);
        }
        return rows;
    }

    @Override
    public @Nullable String refusal() {
        return closed ? CLOSED : null;
    }

    /** Refuses what comes from now on, and lets the rows go. */
    @Override
    public void close() {
        closed = true;
        tables.values().forEach(Map::clear);
    }

    /** The commits of one loop that wait for their answer, in their order; confined to that loop. */
    private static final class Answers implements Runnable {
        private final Loop loop;
        private List<Consumer<Commit>> waiting = new ArrayList<>();
        private List<Consumer<Commit>> spare = new ArrayList<>();
        private boolean running;

        Answers(Loop loop) {
            this.loop = loop;
        }

        void add(Consumer<Commit> done) {
            waiting.add(done);
            if (waiting.size() == 1 && !running) {
                loop.atEndOfTurn(this);
            }
        }

        @Override
        public void run() {
            List<Consumer<Commit>> burst = waiting;
            waiting = spare;
            running = true;
            int answered = 0;
            try {
                while (answered < burst.size()) {
                    burst.get(answered++).accept(DURABLE);
                }
            } finally {
                running = false;
                if (answered < burst.size()) { // one threw: the others are answered all the same, before later ones
                    waiting.addAll(0, burst.subList(answered, burst.size()));
                }
                burst.clear();
                spare = burst;
                if (!waiting.isEmpty()) {
                    loop.execute(this);
                }
            }
        }
    }
}
