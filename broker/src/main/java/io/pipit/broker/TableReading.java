package io.pipit.broker;

import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole table once, page by page: the storage reads the next page while something is done with this one, so that
 * two are in memory at most. Pages have fewer rows where rows are large. A read that fails is tried again. Confined to its
 * loop.
 */
final class TableReading {
    private static final int MOST_ROWS = 1024;

    /** Before anything is known of how large the rows are. */
    private static final int FIRST_ROWS = 32;

    private static final long PAGE_BYTES = 1 << 20;
    private static final byte[] FIRST = {};

    /** What is done with the rows of a page. */
    interface Work {
        /**
         * Does it, at once or later.
         *
         * @param done to be run when it is done, on the loop that reads
         */
        void on(List<Row> rows, Runnable done);
    }

    private final BrokerLoop loop;
    private final Table table;
    private final Work work;
    private final Runnable then;
    private @Nullable List<Row> readAhead;
    private int maxRows = FIRST_ROWS;
    private boolean working;
    private boolean last;

    /** A reading of a table, after which something else is done. */
    TableReading(BrokerLoop loop, Table table, Work work, Runnable then) {
        this.loop = loop;
        this.table = table;
        this.work = work;
        this.then = then;
    }

    void begin() {
        read(FIRST);
    }

    private void read(byte[] from) {
        loop.scan(table, from, null, maxRows, read -> {
            switch (read) {
                case Storage.Read.Rows(List<Row> rows) -> {
                    readAhead = rows;
                    workOn();
                }
                case Storage.Read.Failed failed -> loop.later(() -> read(from)); // an alarm tells of it
            }
        });
    }

    private void workOn() {
        List<Row> rows = readAhead;
        if (rows == null || working) {
            return;
        }
        readAhead = null;
        working = true;
        last = rows.size() < maxRows;
        if (!last) {
            maxRows = rowsOfNextPage(rows);
            read(rows.getLast().keyBehind());
        }
        work.on(rows, this::worked);
    }

    private int rowsOfNextPage(List<Row> rows) {
        long bytes = 0;
        for (Row row : rows) {
            bytes += row.key().length + row.value().length;
        }
        return Math.clamp(rows.size() * PAGE_BYTES / Math.max(1, bytes), 1, Math.min(2 * maxRows, MOST_ROWS));
    }

    private void worked() {
        working = false;
        if (last) {
            then.run();
        } else {
            workOn();
        }
    }
}
