package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes the messages that were stored apart and to which no queue refers any more: goes over their counters, some
 * rows at a time, as long as there may be one at 0. On the first loop.
 */
final class MessageSweep {
    private static final int ROWS = 1024;
    private static final byte[] FIRST = {};

    /** In the place of a count that cannot be read; until the storage is checked and repaired. */
    private static final long UNKNOWN_REFERENCES = Long.MAX_VALUE / 2;

    private final BrokerLoop loop;
    private byte[] from = FIRST;
    private boolean running;

    MessageSweep(BrokerLoop loop) {
        this.loop = loop;
    }

    /** Looks at the next rows. */
    void run() {
        if (!running) {
            running = true;
            loop.scan(Table.MESSAGES, from, null, ROWS, this::look);
        }
    }

    private void look(Storage.Read read) {
        running = false;
        switch (read) {
            case Storage.Read.Rows(List<Row> rows) -> {
                removeUnused(rows);
                from = rows.size() < ROWS ? FIRST : rows.get(rows.size() - 1).keyBehind();
            }
            case Storage.Read.Failed(String reason) -> {} // comes by again
        }
    }

    private void removeUnused(List<Row> rows) {
        @Nullable Batch batch = null;
        for (Row row : rows) {
            if (row.key().length != Keys.MESSAGE_SIZE) {
                CorruptRowException fault = new CorruptRowException("neither a message nor a counter");
                loop.broker().unreadable().setAside(loop, Table.MESSAGES, row, fault);
            } else if (Keys.isCounter(row.key()) && row.value().length != Long.BYTES) {
                keepUncounted(row);
            } else if (Keys.isCounter(row.key()) && BigEndian.read(row.value(), 0) <= 0) {
                batch = batch == null ? loop.lazyBatch() : batch;
                batch.delete(Table.MESSAGES, row.key());
                batch.delete(Table.MESSAGES, Keys.message(Keys.messageNumberOf(row.key())));
            }
        }
    }

    /** Without its counter a message would go with the first of its entries: it gets one that never comes to 0. */
    private void keepUncounted(Row row) {
        CorruptRowException fault = new CorruptRowException("a counter of " + row.value().length + " bytes");
        loop.broker().unreadable().copyAside(loop, Table.MESSAGES, row, fault);
        StoredRow.References all = new StoredRow.References(Keys.messageNumberOf(row.key()), UNKNOWN_REFERENCES);
        loop.lazily(all::put);
    }
}
