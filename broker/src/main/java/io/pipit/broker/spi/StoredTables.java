package io.pipit.broker.spi;

import java.io.IOException;
import java.util.List;

/**
 * The tables of a storage that no broker uses, read and changed within the call. For tools: not on a loop, and from one
 * thread at a time.
 */
public interface StoredTables {
    /** Rows that {@link #each} reads at a time. */
    int PAGE = 1024;

    /** What is done with a row. */
    @FunctionalInterface
    interface Action {
        void row(Row row) throws IOException;
    }

    /**
     * The first rows of a table from a key on, in the order of their keys.
     *
     * @param from inclusive
     * @param max the most rows to answer, at least 1
     * @throws IOException when a row cannot be read; the message names the file and the remedy
     */
    List<Row> scan(Table table, byte[] from, int max) throws IOException;

    /** Makes a batch durable. */
    void commit(Batch batch) throws IOException;

    /** Does something with each row of a table; it may remove rows that it was given. */
    default void each(Table table, Action action) throws IOException {
        byte[] from = {};
        List<Row> rows;
        do {
            rows = scan(table, from, PAGE);
            for (Row row : rows) {
                action.row(row);
            }
            if (!rows.isEmpty()) {
                from = rows.getLast().keyBehind();
            }
        } while (rows.size() == PAGE);
    }
}
