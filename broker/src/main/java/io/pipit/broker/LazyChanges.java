package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one loop for which nobody waits: gathered during a turn, handed in at its end, and made again a while
 * later when the storage did not take them, so that none of them leaves a row behind for ever. Confined to its loop.
 *
 * <p>What failed is not simply handed in again, for what was right then may be wrong now: a session that was to be
 * written as disconnected may have come back. So a change is a question that is asked each time. The removal of a
 * queue's entry is the exception, because there are so many of them: it stays right, but must not take its claim on
 * a message back twice; whether it did is seen by the row of the entry, which goes with the claim or not at all.
 */
final class LazyChanges {
    private final BrokerLoop loop;
    private Batch batch = new Batch(Batch.Urgency.LAZY);
    private List<Consumer<Batch>> made = new ArrayList<>();

    /** What was handed in and is not answered, oldest first. */
    private final ArrayDeque<Batch> handedIn = new ArrayDeque<>();

    /** The keys of entries whose removal has failed, until it is made again. */
    private final Set<byte[]> refused = new TreeSet<>(Arrays::compareUnsigned);

    LazyChanges(BrokerLoop loop) {
        this.loop = loop;
    }

    /** What is gathered in this turn: for removals of entries, and for what comes again in any case. */
    Batch batch() {
        return batch;
    }

    /**
     * Makes a change.
     *
     * @param change adds to a batch what is right at the time, or nothing; asked now, and again after each failure
     */
    void make(Consumer<Batch> change) {
        change.accept(batch);
        made.add(change);
    }

    /** Hands in what was gathered. */
    void commit() {
        if (!batch.isEmpty()) {
            Batch gathered = batch;
            List<Consumer<Batch>> changes = made;
            batch = new Batch(Batch.Urgency.LAZY);
            made = new ArrayList<>();
            handedIn.add(gathered);
            loop.commit(gathered, "", commit -> {
                handedIn.remove(gathered);
                if (commit instanceof Storage.Commit.Failed) {
                    removals(gathered, refused::add);
                    loop.later(() -> again(gathered, changes));
                }
            });
        }
    }

    /**
     * The sequence numbers of the entries of a session that are complete though the storage still has their rows: who
     * reads these now must pass them over.
     *
     * @return a new set
     */
    Set<Long> leaving(long session) {
        Set<Long> leaving = new HashSet<>();
        Consumer<byte[]> collect = key -> {
            if (Keys.numberOf(key) == session) {
                leaving.add(Keys.sequenceOf(key));
            }
        };
        removals(batch, collect);
        handedIn.forEach(each -> removals(each, collect));
        refused.forEach(collect);
        return leaving;
    }

    private static void removals(Batch batch, Consumer<byte[]> action) {
        for (Batch.Change change : batch.changes()) {
            if (change instanceof Batch.Delete removal && removal.table() == Table.ENTRIES) {
                action.accept(removal.key());
            }
        }
    }

    private void again(Batch failed, List<Consumer<Batch>> changes) {
        changes.forEach(loop::lazily);
        List<Batch.Change> all = failed.changes();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) instanceof Batch.Delete removal && removal.table() == Table.ENTRIES) {
                boolean refers = i + 1 < all.size()
                        && all.get(i + 1) instanceof Batch.Add claim
                        && claim.table() == Table.MESSAGES;
                removeAgain(removal.key(), refers ? (Batch.Add) all.get(i + 1) : null);
            }
        }
    }

    private void removeAgain(byte[] entry, Batch.@Nullable Add claim) {
        if (claim == null) {
            refused.remove(entry);
            loop.lazyBatch().delete(Table.ENTRIES, entry);
            return;
        }
        loop.get(Table.ENTRIES, entry, read -> {
            switch (read) {
                case Storage.Read.Rows(List<Row> found) -> {
                    refused.remove(entry);
                    if (!found.isEmpty()) {
                        loop.lazyBatch().delete(Table.ENTRIES, entry).add(Table.MESSAGES, claim.key(), claim.amount());
                    }
                }
                case Storage.Read.Failed failed -> loop.later(() -> removeAgain(entry, claim));
            }
        });
    }
}
