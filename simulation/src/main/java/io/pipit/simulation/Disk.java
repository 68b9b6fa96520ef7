package io.pipit.simulation;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A disk with one order of batches and one sync at a time: what waits when a sync begins becomes durable when it ends,
 * lazy batches with the next durable one or after a while. A crash leaves a prefix of what waits. It takes virtual time,
 * and fails as it is told.
 */
final class Disk implements Storage {
    private static final Commit DURABLE = new Commit.Durable();
    private static final long LAZY_NANOS = 50_000_000L;
    private static final long SLOW_NANOS = 2_500_000_000L;

    private final Agenda agenda;
    private final Runnable failed;
    private final long syncNanos;
    private final long readNanos;
    private final StoredRows rows = new StoredRows();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Set<Act.Trouble> troubles = EnumSet.noneOf(Act.Trouble.class);
    private boolean syncing;
    private boolean lazyScheduled;
    private int life;

    private record Pending(Batch batch, Loop loop, Consumer<Commit> done) {}

    /**
     * An empty one.
     *
     * @param failed runs before a commit fails
     */
    Disk(Agenda agenda, Circumstances circumstances, Runnable failed) {
        this.agenda = agenda;
        this.failed = failed;
        this.syncNanos = circumstances.syncMicros() * 1000L;
        this.readNanos = circumstances.readMicros() * 1000L;
    }

    void begin(Act.Trouble trouble) {
        troubles.add(trouble);
    }

    void end(Act.Trouble trouble) {
        troubles.remove(trouble);
    }

    void heal() {
        troubles.clear();
    }

    boolean isTroubled() {
        return !troubles.isEmpty();
    }

    int rows(Table table) {
        return rows.count(table);
    }

    /** The keys of a table. */
    List<byte[]> keys(Table table) {
        return rows.scan(table, new byte[0], null, Integer.MAX_VALUE).stream()
                .map(Row::key)
                .toList();
    }

    /** Whether a batch waits that has such a change. */
    boolean isPending(Predicate<Batch.Change> change) {
        for (Pending one : pending) {
            for (Batch.Change each : one.batch.changes()) {
                if (change.test(each)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The process is killed: some of what waits is durable, in order, and nobody hears of it. */
    void crash(SplittableRandom random) {
        int durable = random.nextInt(pending.size() + 1);
        for (int i = 0; i < durable; i++) {
            rows.apply(pending.remove().batch);
        }
        reset();
    }

    private void reset() {
        pending.clear();
        troubles.clear();
        syncing = false;
        lazyScheduled = false;
        life++;
    }

    @Override
    public void commit(Batch batch, String partition, Loop loop, Consumer<Commit> done) {
        pending.add(new Pending(batch, loop, done));
        if (batch.urgency() == Batch.Urgency.DURABLE) {
            sync();
        } else if (!lazyScheduled) {
            lazyScheduled = true;
            inThisLife(LAZY_NANOS, () -> {
                lazyScheduled = false;
                sync();
            });
        }
    }

    private void sync() {
        if (syncing || pending.isEmpty()) {
            return;
        }
        syncing = true;
        int covered = pending.size();
        inThisLife(troubles.contains(Act.Trouble.SLOW) ? SLOW_NANOS : syncNanos, () -> synced(covered));
    }

    private void synced(int covered) {
        syncing = false;
        Commit outcome = outcome();
        boolean more = false;
        for (int i = 0; i < covered; i++) {
            settle(pending.remove(), outcome);
        }
        for (Pending left : pending) {
            more |= left.batch.urgency() == Batch.Urgency.DURABLE;
        }
        if (more) {
            sync();
        }
    }

    private Commit outcome() {
        if (troubles.contains(Act.Trouble.FULL)) {
            return new Commit.Failed("no space left", true);
        }
        return troubles.contains(Act.Trouble.FAILING) ? new Commit.Failed("input/output error", false) : DURABLE;
    }

    private void settle(Pending one, Commit outcome) {
        if (outcome.equals(DURABLE)) {
            rows.apply(one.batch);
        } else {
            failed.run();
        }
        one.loop.execute(() -> one.done.accept(outcome));
    }

    @Override
    public void scan(Table table, byte[] from, byte @Nullable [] to, int max, Loop loop, Consumer<Read> done) {
        read(loop, done, () -> rows.scan(table, from, to, max));
    }

    @Override
    public void get(Table table, List<byte[]> keys, Loop loop, Consumer<Read> done) {
        read(loop, done, () -> rows.get(table, keys));
    }

    private void read(Loop loop, Consumer<Read> done, Supplier<List<Row>> found) {
        long nanos = troubles.contains(Act.Trouble.SLOW_READS) ? SLOW_NANOS : readNanos;
        inThisLife(nanos, () -> {
            Read read = troubles.contains(Act.Trouble.UNREADABLE)
                    ? new Read.Failed("input/output error")
                    : new Read.Rows(found.get());
            loop.execute(() -> done.accept(read));
        });
    }

    private void inThisLife(long nanos, Runnable action) {
        int now = life;
        agenda.in(nanos, () -> {
            if (now == life) {
                action.run();
            }
        });
    }

    @Override
    public @Nullable String refusal() {
        return troubles.contains(Act.Trouble.REFUSING) ? "there is too little room" : null;
    }

    @Override
    public long pendingBytes() {
        long bytes = 0;
        for (Pending one : pending) {
            bytes += one.batch.bytes();
        }
        return bytes;
    }

    /** Writes what is pending; the broker does not hear of it any more. */
    @Override
    public void close() {
        pending.forEach(one -> rows.apply(one.batch));
        reset();
    }
}
