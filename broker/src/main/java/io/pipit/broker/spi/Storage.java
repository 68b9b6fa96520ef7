package io.pipit.broker.spi;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where rows are kept. Small, so that everything above it is written once and runs over any of its
 * implementations. Callable from every loop; each answer runs on the loop that is named, never within the call: an
 * answer to a read in a later turn, one to a commit at the end of the running turn or later. The answers to one
 * loop's commits come in the order of these commits.
 */
public interface Storage {
    /** How a commit ended. */
    sealed interface Commit {
        /** It is as safe as the durability setting promises. */
        record Durable() implements Commit {}

        /**
         * Nothing of it is promised.
         *
         * @param full whether there is no room, so that a later attempt may succeed
         */
        record Failed(String reason, boolean full) implements Commit {}
    }

    /** How a read ended. */
    sealed interface Read {
        /** The rows found: of a scan in the order of their keys, else in the order in which they were asked for. */
        record Rows(List<Row> rows) implements Read {
            public Rows {
                rows = List.copyOf(rows);
            }
        }

        record Failed(String reason) implements Read {}
    }

    /**
     * Makes a batch durable, atomically, after all that were handed in before it by the same loop, and after all of
     * the same partition, whichever loop they came from, where one call returned before the other began.
     *
     * @param partition what the rows belong to, a Client Identifier or a topic: a cluster replicates by it; empty
     *     when they belong to nothing in particular, and no order between loops is asked for
     * @param done runs on {@code loop}
     */
    void commit(Batch batch, String partition, Loop loop, Consumer<Commit> done);

    /**
     * Reads the rows whose keys are in a range. It sees every commit that was durable when this was called.
     *
     * @param from inclusive
     * @param to exclusive, or null for the table's end
     * @param max the most rows to answer, at least 1
     */
    void scan(Table table, byte[] from, byte @Nullable [] to, int max, Loop loop, Consumer<Read> done);

    /** Reads one row: the answer holds it, or nothing. */
    default void get(Table table, byte[] key, Loop loop, Consumer<Read> done) {
        get(table, List.of(key), loop, done);
    }

    /**
     * Reads the rows with these keys: the answer holds those that are there. Each is seen as by a read of its own; a batch
     * that is being made durable meanwhile may be seen in part.
     */
    void get(Table table, List<byte[]> keys, Loop loop, Consumer<Read> done);

    /** Why durable work must be refused at the moment, or null when it need not; any thread. */
    @Nullable
    String refusal();

    /** What of it is damaged, or was and wants somebody to look at it, or null; any thread. */
    default @Nullable String damage() {
        return null;
    }

    /** Bytes of the disk by what takes them, as last looked at; nothing when it uses none. Any thread. */
    default Map<String, Long> diskBytes() {
        return Map.of();
    }

    /** About how many rows a table has, for progress that is shown; 0 when nobody knows. Any thread. */
    default long rowsAbout(Table table) {
        return 0;
    }

    /** Bytes of the batches that were handed in and are not answered; any thread. */
    default long pendingBytes() {
        return 0;
    }

    /** Bytes of heap that its rows take, which count in the broker's bound for memory; any thread. */
    default long heapBytes() {
        return 0;
    }

    /** The name of what "durable" means here, as it is shown: {@code none}, {@code os} or {@code fsync}. */
    default String durability() {
        return "none";
    }

    /** Writes what is pending, then releases everything. Blocks; not on a loop. */
    void close();
}
