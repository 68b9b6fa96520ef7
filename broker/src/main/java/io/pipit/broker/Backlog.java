package io.pipit.broker;

import io.pipit.broker.spi.Storage;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The part of a stored session's queue that is only in storage: read page by page, in order, never past an entry
 * that is not yet durable. Confined to the session's loop.
 */
final class Backlog {
    private static final int PAGE_ROWS = 128;
    private static final int PAGE_BYTES = 256 << 10;

    private final @Nullable EntryRows rows;
    private final Consumer<Storage.Read.Failed> failed;
    private @Nullable ArrayDeque<QueueEntry> page;
    private long cursor;
    private boolean reading;
    private int generation;

    /** Complete, and perhaps in what is being read all the same, since their rows go lazily. */
    private Set<Long> leaving = Set.of();

    /**
     * A backlog.
     *
     * @param rows of the queue; null when it is not stored, and so has no backlog
     * @param failed is told of a failed read, which is tried again on demand
     */
    Backlog(@Nullable EntryRows rows, Consumer<Storage.Read.Failed> failed) {
        this.rows = rows;
        this.failed = failed;
    }

    /** Begins anew at a sequence number; what is being read is not wanted any more. */
    void seek(long sequence) {
        page = null;
        cursor = sequence;
        reading = false;
        generation++;
    }

    /** The next entry that has been read, or null. */
    @Nullable
    QueueEntry peek() {
        return page == null ? null : page.peek();
    }

    /** Whether entries are on their way from storage. */
    boolean isReading() {
        return reading;
    }

    /** Takes the entry that {@link #peek} has shown. */
    void advance() {
        if (page != null) {
            page.remove();
            page = page.isEmpty() ? null : page;
        }
    }

    /** An entry is complete: it is not wanted from storage any more. */
    void completed(long sequence) {
        if (reading) {
            leaving.add(sequence);
        }
    }

    /** The sequence number from which on nothing has been read. */
    long cursor() {
        return cursor;
    }

    /**
     * Reads on, when nothing is being read.
     *
     * @param limit exclusive; nothing below it waits for the storage
     * @param averageBytes of an entry, to keep the page small
     * @param then runs when the page has grown or the limit was reached
     */
    void read(long limit, long averageBytes, Runnable then) {
        if (rows == null || reading || cursor >= limit) {
            return;
        }
        reading = true;
        int current = ++generation;
        leaving = rows.leaving();
        int max = Math.clamp(PAGE_BYTES / Math.max(1, averageBytes), 1, PAGE_ROWS);
        rows.read(
                cursor,
                limit,
                max,
                (entries, next) -> {
                    if (current == generation) {
                        reading = false;
                        take(entries, next);
                        then.run();
                    }
                },
                fault -> {
                    if (current == generation) {
                        reading = false;
                        failed.accept(fault);
                    }
                });
    }

    private void take(List<QueueEntry> entries, long next) {
        for (QueueEntry entry : entries) {
            if (!leaving.contains(entry.sequence())) {
                page = page == null ? new ArrayDeque<>(entries.size()) : page;
                page.add(entry);
            }
        }
        cursor = next;
    }
}
