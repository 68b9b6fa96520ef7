package io.pipit.store;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.Storage.Commit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Batches that are written together, as one. It may be written again, and gives the same rows: of counters it holds
 * not the change but the outcome, since whether a write that failed has happened all the same is not known.
 */
final class Group implements AutoCloseable {
    private static final Commit DURABLE = new Commit.Durable();

    private final List<Pending> members;
    private final Map<Pending, Commit> unfit = new LinkedHashMap<>();
    private final WriteBatch rows = new WriteBatch();
    private boolean durable;

    /** Of these batches; one whose counters cannot be read is left out. */
    Group(List<Pending> members, Tables tables) throws RocksDBException {
        this.members = members;
        Counters counters =
                new Counters(tables, members.stream().map(Pending::batch).toList());
        for (Pending member : members) {
            String fault = counters.fault(member.batch());
            if (fault != null) {
                unfit.put(member, new Commit.Failed("a counter cannot be read: " + fault, false));
                continue;
            }
            durable |= member.isDurable();
            add(member.batch(), rows, tables, counters);
        }
    }

    /** Adds the changes of a batch to the rows that are written. */
    static void add(Batch batch, WriteBatch rows, Tables tables, Counters counters) throws RocksDBException {
        for (Batch.Change change : batch.changes()) {
            add(change, rows, tables, counters);
        }
    }

    private static void add(Batch.Change change, WriteBatch rows, Tables tables, Counters counters)
            throws RocksDBException {
        switch (change) {
            case Batch.Put put -> {
                rows.put(tables.handle(put.table()), put.key(), put.value());
                counters.put(put);
            }
            case Batch.Delete delete -> {
                rows.delete(tables.handle(delete.table()), delete.key());
                counters.delete(delete);
            }
            case Batch.DeleteRange range -> {
                rows.deleteRange(tables.handle(range.table()), range.from(), range.to());
                counters.delete(range);
            }
            case Batch.Add add -> rows.put(tables.handle(add.table()), add.key(), counters.add(add));
        }
    }

    WriteBatch rows() {
        return rows;
    }

    /** Whether somebody waits for some of it. */
    boolean isDurable() {
        return durable;
    }

    boolean isEmpty() {
        return rows.count() == 0;
    }

    /** It is as safe as was asked: tells the loops. */
    void succeeded() {
        tell(members, member -> unfit.getOrDefault(member, DURABLE));
    }

    void failed(String reason) {
        refuse(members, reason);
    }

    /** Tells the loops that nothing of this is promised. */
    static void refuse(List<Pending> members, String reason) {
        Commit commit = new Commit.Failed(reason, false);
        tell(members, member -> commit);
    }

    /** One task for each loop. */
    private static void tell(List<Pending> members, Function<Pending, Commit> outcome) {
        Map<Loop, List<Runnable>> answers = new LinkedHashMap<>();
        for (Pending member : members) {
            Commit commit = outcome.apply(member);
            answers.computeIfAbsent(member.loop(), loop -> new ArrayList<>())
                    .add(() -> member.done().accept(commit));
        }
        answers.forEach((loop, all) -> loop.execute(() -> runAll(all, 0)));
    }

    /** Each runs, whatever the others throw. */
    private static void runAll(List<Runnable> all, int from) {
        int next = from;
        try {
            while (next < all.size()) {
                all.get(next++).run();
            }
        } finally {
            if (next < all.size()) {
                runAll(all, next);
            }
        }
    }

    @Override
    public void close() {
        rows.close();
    }
}
