package io.pipit.broker;

import io.pipit.broker.QueueEntry.State;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The queue of one stored session in rows, one an entry, by sequence number. A row holds the message, or the number
 * of one that is stored once for many queues, or, when PUBREC was received, neither. Confined to the session's loop.
 */
final class EntryRows {
    private static final int VERSION = 1;

    private static final int QOS = 0x03;
    private static final int RETAIN = 0x04;
    private static final int RELEASED = 0x08;
    private static final int REFERS = 0x10;
    private static final int SHARED = 0x20;

    /** Rows that were read, and the sequence number from which to read on. */
    interface Page {
        void read(List<QueueEntry> entries, long next);
    }

    private final BrokerLoop loop;
    private final Keys keys;
    private final String partition;

    EntryRows(BrokerLoop loop, Keys keys, String partition) {
        this.loop = loop;
        this.keys = keys;
        this.partition = partition;
    }

    /** Adds the row of a new entry to what its publication makes durable. */
    void put(Queue queue, QueueEntry entry, Part part) {
        byte[] body = entry.messageId() == 0 ? part.body() : null;
        part.add(queue, entry, keys.entry(entry.sequence()), encode(entry, body, false));
    }

    /** Removes the row of a complete entry, soon. */
    void remove(QueueEntry entry) {
        remove(keys, entry, loop.lazyBatch());
    }

    /** Removes the row of an entry, and its claim on a message that is stored apart. */
    static void remove(Keys keys, QueueEntry entry, Batch batch) {
        batch.delete(Table.ENTRIES, keys.entry(entry.sequence()));
        dereference(entry, batch);
    }

    /** The sequence numbers of complete entries whose rows are still there; a new set. */
    Set<Long> leaving() {
        return loop.leaving(keys.number());
    }

    /** Replaces the row of an entry whose PUBREC was received: its message is not needed any more. */
    void release(QueueEntry entry, Consumer<Storage.Commit> done) {
        Batch batch = new Batch(Batch.Urgency.DURABLE);
        batch.put(Table.ENTRIES, keys.entry(entry.sequence()), encode(entry, null, true));
        dereference(entry, batch);
        loop.commit(batch, partition, done);
    }

    private static void dereference(QueueEntry entry, Batch batch) {
        long messageId = entry.takeMessageId();
        if (messageId != 0) {
            batch.add(Table.MESSAGES, Keys.counter(messageId), -1);
        }
    }

    private static byte[] encode(QueueEntry entry, byte @Nullable [] body, boolean released) {
        Terms terms = entry.terms();
        SharedSubscription group = released ? null : terms.group();
        return encode(
                terms.qos().level() | (terms.retain() ? RETAIN : 0) | (released ? RELEASED : 0),
                entry.bytes(),
                released ? Terms.NO_IDENTIFIERS : terms.identifiers(),
                group == null ? null : group.filter(),
                released ? 0 : entry.messageId(),
                body);
    }

    /** The value of an entry's row. */
    static byte[] encode(StoredRow.Entry entry) {
        Message message = entry.message();
        return encode(
                entry.qos().level() | (entry.retain() ? RETAIN : 0) | (entry.released() ? RELEASED : 0),
                entry.bytes(),
                entry.identifiers().stream().mapToInt(Integer::intValue).toArray(),
                entry.group(),
                entry.messageNumber(),
                message == null ? null : MessageRow.encode(message));
    }

    private static byte[] encode(
            int flags,
            int bytes,
            int[] identifiers,
            @Nullable TopicFilter group,
            long messageId,
            byte @Nullable [] body) {
        boolean refers = messageId != 0;
        int size = 2 + RowWriter.sizeOfVarint(bytes) + RowWriter.sizeOfVarint(identifiers.length);
        for (int identifier : identifiers) {
            size += RowWriter.sizeOfVarint(identifier);
        }
        size += group == null ? 0 : RowWriter.sizeOfBinary(group.size());
        size += refers ? Long.BYTES : 0;
        size += body == null ? 0 : RowWriter.sizeOfBinary(body.length);
        RowWriter row = new RowWriter(size);
        row.u8(VERSION);
        row.u8(flags | (refers ? REFERS : 0) | (group == null ? 0 : SHARED));
        row.varint(bytes);
        row.varint(identifiers.length);
        for (int identifier : identifiers) {
            row.varint(identifier);
        }
        if (group != null) {
            row.binary(group.utf8());
        }
        if (refers) {
            row.i64(messageId);
        } else if (body != null) {
            row.binary(body);
        }
        return row.finish();
    }

    /** Reads entries from a sequence number to another, exclusive, with the messages that they refer to. */
    void read(long from, long to, int max, Page page, Consumer<Storage.Read.Failed> failed) {
        loop.scan(Table.ENTRIES, keys.entry(from), keys.entry(to), max, read -> {
            switch (read) {
                case Storage.Read.Rows(List<Row> rows) -> {
                    long next = rows.size() < max
                            ? to
                            : Keys.sequenceOf(rows.get(rows.size() - 1).key()) + 1;
                    new Decoding(rows, next, page, failed).run();
                }
                case Storage.Read.Failed fault -> failed.accept(fault);
            }
        });
    }

    /** Turns rows into entries, fetching one after the other the messages that are stored apart. */
    private final class Decoding implements Runnable {
        private final List<Row> rows;
        private final long next;
        private final Page page;
        private final Consumer<Storage.Read.Failed> failed;
        private final List<QueueEntry> entries = new ArrayList<>();
        private int index;
        private @Nullable Message fetched;
        private long fetchedId;

        Decoding(List<Row> rows, long next, Page page, Consumer<Storage.Read.Failed> failed) {
            this.rows = rows;
            this.next = next;
            this.page = page;
            this.failed = failed;
        }

        @Override
        public void run() {
            while (index < rows.size()) {
                Row row = rows.get(index);
                try {
                    long reference = referenceOf(row.value());
                    if (reference != 0 && reference != fetchedId) {
                        fetch(reference);
                        return;
                    }
                    entries.add(decode(row, fetched));
                } catch (RuntimeException fault) {
                    setAside(Table.ENTRIES, row, fault);
                    entries.add(unreadable(row));
                }
                index++;
            }
            page.read(entries, next);
        }

        private void fetch(long reference) {
            loop.get(Table.MESSAGES, Keys.message(reference), read -> {
                switch (read) {
                    case Storage.Read.Rows(List<Row> found) -> {
                        fetched = found.isEmpty() ? null : message(found.get(0));
                        fetchedId = reference;
                        run();
                    }
                    case Storage.Read.Failed fault -> failed.accept(fault);
                }
            });
        }
    }

    private @Nullable Message message(Row row) {
        try {
            return MessageRow.decode(row.value());
        } catch (RuntimeException fault) {
            setAside(Table.MESSAGES, row, fault);
            return null;
        }
    }

    private void setAside(Table table, Row row, RuntimeException fault) {
        loop.broker().unreadable().setAside(loop, table, row, fault);
    }

    /**
     * Stands for an entry whose row could not be read and is set aside: without a message, it is dropped when its turn
     * comes.
     */
    private static QueueEntry unreadable(Row row) {
        int bytes;
        try {
            bytes = bytesOf(row);
        } catch (CorruptRowException fault) {
            bytes = 0;
        }
        Terms terms = new Terms(QoS.AT_LEAST_ONCE, false, Terms.NO_IDENTIFIERS, null);
        return new QueueEntry(Keys.sequenceOf(row.key()), terms, null, 0, bytes);
    }

    /** What an entry counts for in its queue's bound. */
    static int bytesOf(Row stored) {
        RowReader row = new RowReader(stored.value());
        row.version(VERSION);
        row.u8();
        return row.count();
    }

    private static long referenceOf(byte[] value) {
        RowReader row = new RowReader(value);
        row.version(VERSION);
        int flags = row.u8();
        if ((flags & REFERS) == 0) {
            return 0;
        }
        skipToMessage(row, flags);
        return row.i64();
    }

    private static void skipToMessage(RowReader row, int flags) {
        row.varint();
        for (int left = row.count(); left > 0; left--) {
            row.varint();
        }
        if ((flags & SHARED) != 0) {
            row.binary();
        }
    }

    private QueueEntry decode(Row stored, @Nullable Message fetched) {
        StoredRow.Entry row = decodeEntry(stored);
        TopicFilter filter = row.group();
        int[] identifiers = row.identifiers().isEmpty()
                ? Terms.NO_IDENTIFIERS
                : row.identifiers().stream().mapToInt(Integer::intValue).toArray();
        Terms terms = new Terms(
                row.qos(),
                row.retain(),
                identifiers,
                filter == null ? null : loop.shared().find(filter));
        Message message = row.messageNumber() == 0 ? row.message() : fetched;
        QueueEntry entry = new QueueEntry(row.sequence(), terms, message, row.messageNumber(), row.bytes());
        entry.becomeDurable();
        if (row.released()) {
            entry.become(State.RELEASED);
        }
        return entry;
    }

    /** Reads the row of an entry. */
    static StoredRow.Entry decodeEntry(Row stored) {
        RowReader row = new RowReader(stored.value());
        row.version(VERSION);
        int flags = row.u8();
        int bytes = row.count();
        List<Integer> identifiers = List.of();
        for (int left = row.count(); left > 0; left--) {
            identifiers = identifiers.isEmpty() ? new ArrayList<>() : identifiers;
            identifiers.add(row.count());
        }
        TopicFilter group = (flags & SHARED) == 0 ? null : TopicFilter.owning(row.binary());
        boolean released = (flags & RELEASED) != 0;
        long messageNumber = (flags & REFERS) == 0 ? 0 : row.i64();
        Message message = released || messageNumber != 0 ? null : MessageRow.decode(row.binary());
        row.end();
        return new StoredRow.Entry(
                Keys.numberOf(stored.key()),
                Keys.sequenceOf(stored.key()),
                QoS.of(flags & QOS),
                (flags & RETAIN) != 0,
                bytes,
                released,
                identifiers,
                group,
                messageNumber,
                message);
    }
}
