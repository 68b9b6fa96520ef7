package io.pipit.broker;

import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How much of what is stored a start has read back. Counted by the first loop; any thread asks. */
final class StartProgress {
    private final Storage storage;

    /** Complete ones; written anew for each. */
    private volatile List<Readiness.Restored> complete = List.of();

    private volatile @Nullable Table reading;
    private final AtomicLong rows = new AtomicLong();
    private volatile boolean ready;

    StartProgress(Storage storage) {
        this.storage = storage;
    }

    /** The reading of a table begins; that of the one before is complete. */
    void begin(Table table) {
        endTable();
        rows.set(0);
        reading = table;
    }

    private void endTable() {
        Table table = reading;
        if (table != null && rows.get() > 0) {
            List<Readiness.Restored> more = new ArrayList<>(complete);
            more.add(new Readiness.Restored(table, rows.get(), rows.get()));
            reading = null;
            complete = List.copyOf(more);
        }
    }

    /** So many more rows of the table were read. */
    void add(int more) {
        rows.addAndGet(more);
    }

    /** Everything is restored. */
    void end() {
        endTable();
        ready = true;
    }

    /** How it stands. */
    Readiness readiness() {
        if (ready) {
            return new Readiness.Ready(complete);
        }
        List<Readiness.Restored> restored = new ArrayList<>(complete);
        Table table = reading;
        long read = rows.get();
        if (table != null && read > 0) {
            restored.add(new Readiness.Restored(table, read, Math.max(read, storage.rowsAbout(table))));
        }
        return new Readiness.Starting(restored);
    }
}
