package io.pipit.simulation;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.StoredTables;
import io.pipit.broker.spi.Table;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rows in memory that survive their broker, and a disk whose manners the test decides: commits are answered in the
 * next turn, or held until they are released, or fail; a crash loses what was held.
 */
public final class SimulatedStorage implements Storage {
    private static final Commit DURABLE = new Commit.Durable();

    private final StoredRows rows = new StoredRows();
    private final Deque<Pending> held = new ArrayDeque<>();
    private final Deque<Runnable> heldReads = new ArrayDeque<>();
    private final List<Batch> committed = new ArrayList<>();
    private boolean holdsCommits;
    private boolean holdsLazyCommits;
    private boolean holdsReads;
    private Batch.@Nullable Urgency broken;
    private @Nullable Commit failure;
    private @Nullable String readFailure;
    private @Nullable String refusal;

    /** Commits handed in from now on become durable when they are released. */
    public void holdCommits() {
        holdsCommits = true;
    }

    /** Lazy commits wait from now on until the next durable one of their loop, or until they are released. */
    public void holdLazyCommits() {
        holdsLazyCommits = true;
    }

    /** What was held becomes durable, in its order, and nothing is held any more. */
    public void releaseCommits() {
        holdsCommits = false;
        holdsLazyCommits = false;
        while (!held.isEmpty()) {
            settle(held.remove());
        }
    }

    /** The oldest that is held becomes durable. */
    public void releaseOneCommit() {
        settle(held.remove());
    }

    /** All that is held fails, and nothing is held any more. */
    public void failHeldCommits(String reason) {
        Commit before = failure;
        failure = new Commit.Failed(reason, false);
        releaseCommits();
        failure = before;
    }

    /** Commits fail from now on. */
    public void failCommits(String reason, boolean full) {
        failure = new Commit.Failed(reason, full);
    }

    /** The next commit of this urgency throws instead of being answered, as no storage may. */
    public void breakAtCommit(Batch.Urgency urgency) {
        broken = urgency;
    }

    /** Reads fail from now on. */
    public void failReads(String reason) {
        readFailure = reason;
    }

    /** Durable work is refused from now on, for this reason. */
    public void refuse(String reason) {
        refusal = reason;
    }

    /** Nothing fails and nothing is refused any more. */
    public void recover() {
        failure = null;
        readFailure = null;
        refusal = null;
    }

    /** Reads are answered from now on when they are released, with what is there then. */
    public void holdReads() {
        holdsReads = true;
    }

    /** The reads that were held are answered, and none is held any more. */
    public void releaseReads() {
        holdsReads = false;
        while (!heldReads.isEmpty()) {
            heldReads.remove().run();
        }
    }

    /** How many reads wait to be released. */
    public int heldReads() {
        return heldReads.size();
    }

    /** The broker's process died: what was not durable is lost. */
    public void crash() {
        held.clear();
        heldReads.clear();
        holdsCommits = false;
        holdsLazyCommits = false;
        holdsReads = false;
    }

    /** The batches that wait to be released. */
    public List<Batch> held() {
        return held.stream().map(Pending::batch).toList();
    }

    /** The batches that have become durable, in their order. */
    public List<Batch> committed() {
        return List.copyOf(committed);
    }

    /** The first row of a table becomes this. */
    public void corruptFirst(Table table, byte[] value) {
        rows.replaceFirst(table, value);
    }

    /** What is durable, for tools; to be changed only while no broker uses it. */
    public StoredTables tables() {
        return rows;
    }

    /** How many rows a table has. */
    public int rows(Table table) {
        return rows.count(table);
    }

    @Override
    public void commit(Batch batch, String partition, Loop loop, Consumer<Commit> done) {
        if (batch.urgency() == broken) {
            broken = null;
            throw new IllegalStateException("a broken storage");
        }
        Pending pending = new Pending(batch, partition, loop, done);
        boolean lazy = batch.urgency() == Batch.Urgency.LAZY;
        if (holdsCommits || (lazy && holdsLazyCommits)) {
            held.add(pending);
            return;
        }
        while (held.stream().anyMatch(earlier -> earlier.comesBefore(pending))) {
            settle(held.remove());
        }
        settle(pending);
    }

    @Override
    public void scan(Table table, byte[] from, byte @Nullable [] to, int max, Loop loop, Consumer<Read> done) {
        if (max < 1) {
            throw new IllegalArgumentException("at most " + max + " rows");
        }
        read(loop, done, () -> rows.scan(table, from, to, max));
    }

    @Override
    public void get(Table table, List<byte[]> keys, Loop loop, Consumer<Read> done) {
        read(loop, done, () -> rows.get(table, keys));
    }

    @Override
    public @Nullable String refusal() {
        return refusal;
    }

    @Override
    public long pendingBytes() {
        return held.stream().mapToLong(one -> one.batch.bytes()).sum();
    }

    @Override
    public void close() {
        releaseCommits();
        releaseReads();
    }

    private void read(Loop loop, Consumer<Read> done, Supplier<List<Row>> found) {
        Runnable answer = () -> {
            String failed = readFailure;
            Read read = failed == null ? new Read.Rows(found.get()) : new Read.Failed(failed);
            loop.execute(() -> done.accept(read));
        };
        if (holdsReads) {
            heldReads.add(answer);
        } else {
            answer.run();
        }
    }

    private void settle(Pending pending) {
        Commit outcome = failure == null ? DURABLE : failure;
        if (outcome.equals(DURABLE)) {
            rows.apply(pending.batch);
            committed.add(pending.batch);
        }
        pending.loop.execute(() -> pending.done.accept(outcome));
    }

    private record Pending(Batch batch, String partition, Loop loop, Consumer<Commit> done) {
        boolean comesBefore(Pending later) {
            return loop.equals(later.loop) || (!partition.isEmpty() && partition.equals(later.partition));
        }
    }
}
