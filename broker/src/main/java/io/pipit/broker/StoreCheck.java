package io.pipit.broker;

import io.pipit.broker.Finding.Severity;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.StoredTables;
import io.pipit.broker.spi.Table;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads every row of a storage and tells what does not fit: rows without a meaning, numbers that were given twice,
 * entries whose message is not there, counters that are not the count, rows of sessions that are not there. Holds a
 * number for each session and each message that several queues refer to, never the messages. One thread.
 */
public final class StoreCheck {
    private final StoredTables tables;
    private final Consumer<Finding> findings;
    private final Map<Long, String> sessions = new HashMap<>();
    private final Set<Long> ended = new HashSet<>();
    /** How many entries of sessions that are there, or have ended, refer to a message. */
    private final Map<Long, Long> references = new HashMap<>();

    private final Map<Long, Long> orphans = new HashMap<>();
    private @Nullable Long epoch;
    private long newestEpoch;
    private long rows;

    private StoreCheck(StoredTables tables, Consumer<Finding> findings) {
        this.tables = tables;
        this.findings = findings;
    }

    /**
     * Checks all of it.
     *
     * @param findings hears of each thing that is wrong
     * @return how many rows were read
     * @throws IOException when rows cannot be read at all: what would follow from them is not told then
     */
    public static long run(StoredTables tables, Consumer<Finding> findings) throws IOException {
        StoreCheck check = new StoreCheck(tables, findings);
        check.sessions();
        check.broker();
        check.belongings(Table.SUBSCRIPTIONS);
        check.belongings(Table.RECEIVED);
        check.belongings(Table.ENTRIES);
        check.messages();
        check.each(Table.RETAINED, (row, meaning) -> {});
        check.each(Table.WILLS, (row, meaning) -> check.number(Keys.numberOf(row.key())));
        check.each(Table.UNREADABLE, check::setAside);
        check.epoch();
        return check.rows;
    }

    /** What is done with a row that can be read. */
    private interface Reading {
        void row(Row row, StoredRow meaning);
    }

    private void each(Table table, Reading reading) throws IOException {
        tables.each(table, row -> {
            rows++;
            StoredRow meaning;
            try {
                meaning = StoredRow.decode(table, row);
            } catch (CorruptRowException corrupt) {
                found(
                        Severity.FAULT,
                        table,
                        row,
                        "cannot be read: " + corrupt.getMessage(),
                        "set aside in the table UNREADABLE",
                        batch -> moveAside(table, row, batch));
                return;
            }
            reading.row(row, meaning);
        });
    }

    private static void moveAside(Table table, Row row, Batch batch) {
        if (table != Table.UNREADABLE) {
            batch.put(Table.UNREADABLE, Keys.unreadable(table, row.key()), row.value());
            batch.delete(table, row.key());
        }
    }

    private void found(Severity severity, Table table, Row row, String text, String remedy, Consumer<Batch> change) {
        findings.accept(new Finding(severity, table, UnreadableRows.textOf(row.key()), text, remedy, change));
    }

    private void number(long given) {
        newestEpoch = Math.max(newestEpoch, Numbers.epochOf(given));
    }

    private void sessions() throws IOException {
        each(Table.SESSIONS, (row, meaning) -> {
            if (meaning instanceof StoredRow.Session session) {
                number(session.number());
                String other = sessions.putIfAbsent(
                        session.number(), session.clientIdentifier().value());
                if (other != null) {
                    found(
                            Severity.FAULT,
                            Table.SESSIONS,
                            row,
                            "has the number " + session.number() + " of the session \"" + other + "\"",
                            "set aside in the table UNREADABLE",
                            batch -> moveAside(Table.SESSIONS, row, batch));
                }
            }
        });
    }

    private void broker() throws IOException {
        each(Table.BROKER, (row, meaning) -> {
            switch (meaning) {
                case StoredRow.Epoch found -> epoch = found.epoch();
                case StoredRow.EndedSession session -> {
                    number(session.number());
                    ended.add(session.number());
                }
                default -> {}
            }
        });
    }

    /** Rows that belong to a session. */
    private void belongings(Table table) throws IOException {
        orphans.clear();
        each(table, (row, meaning) -> {
            long session = Keys.numberOf(row.key());
            number(session);
            if (!sessions.containsKey(session) && !ended.contains(session)) {
                orphans.merge(session, 1L, Long::sum);
            } else if (meaning instanceof StoredRow.Entry entry && entry.messageNumber() != 0) {
                references.merge(entry.messageNumber(), 1L, Long::sum);
            }
        });
        orphans.forEach((session, count) -> {
            Keys keys = new Keys(session);
            findings.accept(new Finding(
                    Severity.GARBAGE,
                    table,
                    UnreadableRows.textOf(keys.first()),
                    count + " rows of session " + session + ", which is not there",
                    "removed",
                    batch -> batch.deleteRange(table, keys.first(), keys.end())));
        });
    }

    private void messages() throws IOException {
        Map<Long, Long> counters = new HashMap<>();
        Set<Long> there = new HashSet<>();
        each(Table.MESSAGES, (row, meaning) -> {
            switch (meaning) {
                case StoredRow.SharedMessage message -> {
                    number(message.number());
                    there.add(message.number());
                }
                case StoredRow.References counter -> {
                    number(counter.number());
                    counters.put(counter.number(), counter.count());
                }
                default -> throw new IllegalStateException("in this table: " + meaning);
            }
        });
        Set<Long> missing = new HashSet<>(references.keySet());
        missing.removeAll(there);
        if (!missing.isEmpty()) {
            dangling(missing);
            missing.forEach(references::remove);
        }
        there.forEach(message -> counters.putIfAbsent(message, 0L));
        counters.forEach((number, counted) -> compare(number, counted, there.contains(number)));
    }

    private void dangling(Set<Long> missing) throws IOException {
        each(Table.ENTRIES, (row, meaning) -> {
            if (meaning instanceof StoredRow.Entry entry && missing.contains(entry.messageNumber())) {
                found(
                        Severity.FAULT,
                        Table.ENTRIES,
                        row,
                        "refers to message " + entry.messageNumber() + ", which is not there",
                        "set aside in the table UNREADABLE",
                        batch -> moveAside(Table.ENTRIES, row, batch));
            }
        });
    }

    private void compare(long number, long counted, boolean there) {
        long count = references.getOrDefault(number, 0L);
        if (count == counted && (there || count == 0)) {
            return;
        }
        findings.accept(new Finding(
                count > counted ? Severity.FAULT : Severity.GARBAGE,
                Table.MESSAGES,
                UnreadableRows.textOf(Keys.counter(number)),
                "the counter of message " + number + " is " + counted + ", and " + count + " entries refer to it",
                "set to " + count,
                new StoredRow.References(number, count)::put));
    }

    private void setAside(Row row, StoredRow meaning) {
        if (meaning instanceof StoredRow.Unreadable unreadable) {
            found(
                    Severity.SET_ASIDE,
                    Table.UNREADABLE,
                    row,
                    "a row of " + unreadable.of() + " of " + row.value().length + " bytes was set aside",
                    "left as it is",
                    batch -> {});
        }
    }

    private void epoch() {
        Long stored = epoch;
        if (newestEpoch > (stored == null ? 0 : stored)) {
            findings.accept(new Finding(
                    Severity.FAULT,
                    Table.BROKER,
                    UnreadableRows.textOf(Keys.epoch()),
                    "the epoch is " + stored + ", and numbers were given in " + newestEpoch
                            + ": they would be given again",
                    "set to " + newestEpoch,
                    new StoredRow.Epoch(newestEpoch)::put));
        }
    }
}
