package io.pipit.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows of the storage that are not what this program has written: they keep nothing else from being read, but are set
 * aside in a table of their own, counted, told of in the log, and an alarm says so. Any thread.
 */
final class UnreadableRows {
    private static final Logger LOG = LoggerFactory.getLogger(UnreadableRows.class);
    private static final String ALARM = "storage-unreadable";
    private static final long LOGGED = 100;

    private final Alarms alarms;
    private final AtomicLong count = new AtomicLong();

    UnreadableRows(Alarms alarms) {
        this.alarms = alarms;
    }

    /** How many were found since the start. */
    long count() {
        return count.get();
    }

    /** Moves a row away, soon; on that loop. */
    void setAside(BrokerLoop loop, Table table, Row row, RuntimeException fault) {
        tell(table, row, fault);
        loop.lazily(batch -> copy(table, row, batch).delete(table, row.key()));
    }

    /** Keeps a copy of a row that will be written anew. */
    void copyAside(BrokerLoop loop, Table table, Row row, RuntimeException fault) {
        tell(table, row, fault);
        loop.lazily(batch -> copy(table, row, batch));
    }

    /** A row is not there, or an older one in its place, though it was durable. */
    void missing(Table table, byte[] key) {
        tell("A row is missing from the storage", table, key, "it was durable, and is not there");
    }

    private static Batch copy(Table table, Row row, Batch batch) {
        return batch.put(Table.UNREADABLE, Keys.unreadable(table, row.key()), row.value());
    }

    private void tell(Table table, Row row, RuntimeException fault) {
        tell(
                "A row of the storage cannot be read and was set aside in its table UNREADABLE",
                table,
                row.key(),
                String.valueOf(fault.getMessage()));
    }

    private void tell(String became, Table table, byte[] key, String fault) {
        long number = count.incrementAndGet();
        String what = "row " + textOf(key) + " of " + table + ": " + fault;
        if (number <= LOGGED) {
            LOG.warn(
                    "{}: {}; what it held is missing until a backup of the storage is restored{}",
                    became,
                    what,
                    number == LOGGED ? "; further rows are only counted" : "");
        }
        if (Long.bitCount(number) == 1) { // 1, 2, 4, 8 ...: not a word for each of very many
            alarms.raise(
                    ALARM,
                    number
                            + " or more rows of the storage could not be read and were set aside, see the log; the latest is "
                            + what);
        }
    }

    /** A key for readers. */
    static String textOf(byte[] key) {
        for (byte b : key) {
            if (b < ' ' || b > '~') {
                return "0x" + HexFormat.of().formatHex(key);
            }
        }
        return '"' + new String(key, UTF_8) + '"';
    }
}
