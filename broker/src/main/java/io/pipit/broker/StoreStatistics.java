package io.pipit.broker;

import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.StoredTables;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a storage holds, and for what. Bytes are those of keys and values, before any compression.
 *
 * @param tables in their order
 * @param causes all of them, also those without rows
 * @param largestQueues by their bytes, the largest first
 */
public record StoreStatistics(Map<Table, Sum> tables, Map<Cause, Sum> causes, List<QueueSum> largestQueues) {
    /** What rows are there for. */
    public enum Cause {
        /** Messages in queues that were not sent yet. */
        QUEUED_MESSAGES,
        /** Messages that were sent and not acknowledged, and Packet Identifiers of both directions. */
        IN_FLIGHT,
        RETAINED_MESSAGES,
        SESSIONS,
        SUBSCRIPTIONS,
        WILLS,
        /** Rows of sessions that have ended, which a broker removes. */
        ENDED_SESSIONS,
        /** Rows that were set aside, or could not be read now. */
        UNREADABLE,
        /** The broker's own epoch and time. */
        BROKER
    }

    /** Rows and their bytes. */
    public record Sum(long rows, long bytes) {
        static final Sum NONE = new Sum(0, 0);

        private Sum plus(Row row) {
            return new Sum(rows + 1, bytes + row.key().length + row.value().length);
        }
    }

    /**
     * The queue of a session.
     *
     * @param bytes of its own rows, without those of messages that several queues refer to
     * @param oldest the sequence number of its oldest entry
     * @param offlineSinceMillis since when its client is not connected, by the broker's time
     */
    public record QueueSum(
            ClientIdentifier clientIdentifier, long rows, long bytes, long oldest, long offlineSinceMillis) {}

    public StoreStatistics {
        tables = Map.copyOf(tables);
        causes = Map.copyOf(causes);
        largestQueues = List.copyOf(largestQueues);
    }

    /** What is in a table. */
    public Sum sumOf(Table table) {
        return tables.getOrDefault(table, Sum.NONE);
    }

    /** What is there for a cause. */
    public Sum sumOf(Cause cause) {
        return causes.getOrDefault(cause, Sum.NONE);
    }

    /** Counts all rows; of queues it names so many at most. */
    public static StoreStatistics of(StoredTables tables, int largest) throws IOException {
        return new Counting(tables).count(largest);
    }

    private static final class QueueFound {
        private Sum sum = Sum.NONE;
        private long oldest = Long.MAX_VALUE;
    }

    /** The sums while they grow. */
    private static final class Counting {
        private final StoredTables tables;
        private final Map<Table, Sum> byTable = new EnumMap<>(Table.class);
        private final Map<Cause, Sum> byCause = new EnumMap<>(Cause.class);
        private final Map<Long, StoredRow.Session> sessions = new HashMap<>();
        private final Map<Long, QueueFound> queues = new HashMap<>();

        Counting(StoredTables tables) {
            this.tables = tables;
            for (Cause cause : Cause.values()) {
                byCause.put(cause, Sum.NONE);
            }
        }

        StoreStatistics count(int largest) throws IOException {
            count(Table.SESSIONS);
            for (Table table : Table.values()) {
                if (table != Table.SESSIONS) {
                    count(table);
                }
            }
            List<QueueSum> sums = new ArrayList<>();
            queues.forEach((number, found) -> {
                StoredRow.Session session = sessions.get(number);
                if (session != null) {
                    sums.add(new QueueSum(
                            session.clientIdentifier(),
                            found.sum.rows(),
                            found.sum.bytes(),
                            found.oldest,
                            session.offlineSinceMillis()));
                }
            });
            sums.sort(Comparator.comparingLong(QueueSum::bytes).reversed());
            return new StoreStatistics(byTable, byCause, sums.subList(0, Math.min(largest, sums.size())));
        }

        private void count(Table table) throws IOException {
            byTable.put(table, Sum.NONE);
            tables.each(table, row -> {
                byTable.computeIfPresent(table, (same, sum) -> sum.plus(row));
                byCause.computeIfPresent(causeOf(table, row), (same, sum) -> sum.plus(row));
            });
        }

        private Cause causeOf(Table table, Row row) {
            try {
                return causeOf(StoredRow.decode(table, row), row);
            } catch (CorruptRowException corrupt) {
                return Cause.UNREADABLE;
            }
        }

        private Cause causeOf(StoredRow meaning, Row row) {
            return switch (meaning) {
                case StoredRow.Epoch epoch -> Cause.BROKER;
                case StoredRow.Time time -> Cause.BROKER;
                case StoredRow.EndedSession ended -> Cause.ENDED_SESSIONS;
                case StoredRow.Session session -> {
                    sessions.put(session.number(), session);
                    yield Cause.SESSIONS;
                }
                case StoredRow.Subscription subscription -> ofSession(subscription.session(), Cause.SUBSCRIPTIONS);
                case StoredRow.Entry entry -> ofQueue(entry, row);
                case StoredRow.SharedMessage message -> Cause.QUEUED_MESSAGES;
                case StoredRow.References references -> Cause.QUEUED_MESSAGES;
                case StoredRow.Received received -> ofSession(received.session(), Cause.IN_FLIGHT);
                case StoredRow.Retained retained -> Cause.RETAINED_MESSAGES;
                case StoredRow.WillMessage will -> Cause.WILLS;
                case StoredRow.Unreadable unreadable -> Cause.UNREADABLE;
            };
        }

        private Cause ofSession(long number, Cause cause) {
            return sessions.containsKey(number) ? cause : Cause.ENDED_SESSIONS;
        }

        private Cause ofQueue(StoredRow.Entry entry, Row row) {
            StoredRow.Session session = sessions.get(entry.session());
            if (session == null) {
                return Cause.ENDED_SESSIONS;
            }
            QueueFound queue = queues.computeIfAbsent(entry.session(), number -> new QueueFound());
            queue.sum = queue.sum.plus(row);
            queue.oldest = Math.min(queue.oldest, entry.sequence());
            return entry.released() || entry.sequence() <= session.sentUpTo() ? Cause.IN_FLIGHT : Cause.QUEUED_MESSAGES;
        }
    }
}
