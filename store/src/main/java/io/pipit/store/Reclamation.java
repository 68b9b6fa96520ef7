package io.pipit.store;

import io.pipit.broker.spi.Table;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back the room of removed rows where the database would not think of it, since nothing more is written. A table
 * is due when half of its files is of such rows, and not little: what is rewritten then is less than what comes free.
 * {@link #check} is called by one thread.
 */
final class Reclamation {
    private static final Logger LOG = LoggerFactory.getLogger(Reclamation.class);
    private static final long PAUSE_NANOS = 10_000_000_000L;

    /** The least that is worth rewriting files. */
    private static final long LEAST_BYTES = 16L << 20;

    private final Tables tables;
    private final Executor background;
    private final AtomicBoolean working = new AtomicBoolean();
    private long lookedAt;

    /**
     * Has not looked yet.
     *
     * @param background runs what may take minutes
     */
    Reclamation(Tables tables, Executor background, long now) {
        this.tables = tables;
        this.background = background;
        this.lookedAt = now;
    }

    /** Looks, when that is some time ago and what came of the last look is done. */
    void check(long now) {
        if (now - lookedAt >= PAUSE_NANOS && working.compareAndSet(false, true)) {
            lookedAt = now;
            background.execute(this::look);
        }
    }

    private void look() {
        try {
            for (Map.Entry<Table, TableFiles> each : tables.files().entrySet()) {
                Table table = each.getKey();
                if (isDue(each.getValue(), tables.removalsInMemory(table))) {
                    tables.compact(table);
                }
            }
        } catch (RocksDBException failed) {
            LOG.info("No room is reclaimed for now: {}", failed.getMessage());
        } finally {
            working.set(false);
        }
    }

    private static boolean isDue(TableFiles files, long removalsInMemory) {
        long removed = files.removedBytes(removalsInMemory);
        return removed >= LEAST_BYTES && removed >= files.bytes() / 2;
    }
}
