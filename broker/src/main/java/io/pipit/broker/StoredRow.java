package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.Will;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a row of the storage means, and the row that means it: for tools that look at a storage without a broker. A row
 * that was decoded makes the same row again. Times are milliseconds in the broker's own time, unless they say
 * otherwise.
 */
public sealed interface StoredRow {
    /** How often a broker was started on this storage. */
    record Epoch(long epoch) implements StoredRow {
        @Override
        public void put(Batch batch) {
            batch.put(Table.BROKER, Keys.epoch(), BigEndian.bytes(epoch));
        }
    }

    /**
     * When the broker was seen last.
     *
     * @param wallMillis by the wall clock
     */
    record Time(long millis, long wallMillis) implements StoredRow {
        @Override
        public void put(Batch batch) {
            byte[] row =
                    new RowWriter(2 * Long.BYTES).i64(millis).i64(wallMillis).finish();
            batch.put(Table.BROKER, Keys.time(), row);
        }
    }

    /**
     * A session that has ended, and is not gone yet.
     *
     * @param sentUpTo the highest sequence number that was ever sent: such a message waits for its own client only, or
     *     is lost with it
     */
    record EndedSession(long number, ClientIdentifier clientIdentifier, long sentUpTo) implements StoredRow {
        /** One of which only rows tell: anything may have been sent. */
        static EndedSession unknown(long number) {
            return new EndedSession(number, new ClientIdentifier(""), Long.MAX_VALUE);
        }

        @Override
        public void put(Batch batch) {
            batch.put(Table.BROKER, Keys.dead(number), SessionRows.encode(this));
        }
    }

    /**
     * A session.
     *
     * @param number by which its other rows are found
     * @param owner the user name that made it, or null
     * @param offlineSinceMillis since when it is not connected; of one that is, when the row was written
     * @param sentUpTo the highest sequence number that was sent
     */
    record Session(
            ClientIdentifier clientIdentifier,
            long number,
            @Nullable String owner,
            boolean connected,
            long expirySeconds,
            long offlineSinceMillis,
            long sentUpTo)
            implements StoredRow {
        @Override
        public void put(Batch batch) {
            batch.put(Table.SESSIONS, Keys.session(clientIdentifier), SessionRows.encode(this));
        }
    }

    /**
     * A subscription.
     *
     * @param session the number of its session
     * @param identifier its Subscription Identifier, or 0
     * @param owesRetained whether retained messages are on their way to it
     */
    record Subscription(
            long session, TopicFilter filter, SubscriptionOptions options, int identifier, boolean owesRetained)
            implements StoredRow {
        @Override
        public void put(Batch batch) {
            batch.put(Table.SUBSCRIPTIONS, new Keys(session).subscription(filter), SessionRows.encode(this));
        }
    }

    /**
     * An entry of a queue.
     *
     * @param session the number of its session
     * @param bytes what it counts for in the queue's bound
     * @param released whether its PUBREC was received; it has no message then
     * @param identifiers Subscription Identifiers to send
     * @param group the shared subscription by which it comes, or null
     * @param messageNumber of the {@link SharedMessage} that it refers to, or 0
     * @param message its own, or null
     */
    record Entry(
            long session,
            long sequence,
            QoS qos,
            boolean retain,
            int bytes,
            boolean released,
            List<Integer> identifiers,
            @Nullable TopicFilter group,
            long messageNumber,
            @Nullable Message message)
            implements StoredRow {
        public Entry {
            identifiers = List.copyOf(identifiers);
            boolean refers = messageNumber != 0;
            boolean holds = message != null;
            if (released ? refers || holds : refers == holds) {
                throw new IllegalArgumentException("an entry holds a message, or refers to one, or is released");
            }
        }

        @Override
        public void put(Batch batch) {
            batch.put(Table.ENTRIES, new Keys(session).entry(sequence), EntryRows.encode(this));
        }
    }

    /** A message that several queues refer to. */
    record SharedMessage(long number, Message message) implements StoredRow {
        @Override
        public void put(Batch batch) {
            batch.put(Table.MESSAGES, Keys.message(number), MessageRow.encode(message));
        }
    }

    /** How many entries refer to a {@link SharedMessage}. */
    record References(long number, long count) implements StoredRow {
        @Override
        public void put(Batch batch) {
            batch.put(Table.MESSAGES, Keys.counter(number), BigEndian.bytes(count));
        }
    }

    /**
     * A Packet Identifier of QoS 2 that was received and not yet released.
     *
     * @param session the number of its session
     */
    record Received(long session, int packetIdentifier) implements StoredRow {
        @Override
        public void put(Batch batch) {
            batch.put(Table.RECEIVED, new Keys(session).received(packetIdentifier), new byte[0]);
        }
    }

    /**
     * A retained message.
     *
     * @param version of the change that set it
     * @param clearsAtMillis when the server takes it away, or {@link Message#NEVER}
     */
    record Retained(long version, long clearsAtMillis, Message message) implements StoredRow {
        @Override
        public void put(Batch batch) {
            batch.put(
                    Table.RETAINED,
                    Keys.retained(message.topic()),
                    RetainedTopic.row(version, clearsAtMillis, message));
        }
    }

    /**
     * A Will Message.
     *
     * @param session the number of its session, which need not be a stored one
     * @param dueMillis when it is to be published, or 0 while its connection stands
     */
    record WillMessage(long session, ClientIdentifier clientIdentifier, Will will, long dueMillis)
            implements StoredRow {
        @Override
        public void put(Batch batch) {
            batch.put(Table.WILLS, Keys.will(session), Wills.encode(clientIdentifier, will, dueMillis));
        }
    }

    /**
     * A row that could not be read and was set aside.
     *
     * @param of the table where it was
     */
    record Unreadable(Table of, Payload key, Payload value) implements StoredRow {
        @Override
        public void put(Batch batch) {
            batch.put(Table.UNREADABLE, Keys.unreadable(of, key.toByteArray()), value.toByteArray());
        }
    }

    /** Adds the row of this to a batch. */
    void put(Batch batch);

    /**
     * The meaning of a row.
     *
     * @throws CorruptRowException when it has none
     */
    static StoredRow decode(Table table, Row row) {
        try {
            return switch (table) {
                case BROKER -> ofBroker(row);
                case SESSIONS -> SessionRows.decode(row);
                case SUBSCRIPTIONS -> SessionRows.decodeSubscription(row);
                case ENTRIES -> EntryRows.decodeEntry(row);
                case MESSAGES -> ofMessages(row);
                case RECEIVED -> {
                    new RowReader(row.value()).end();
                    yield new Received(Keys.numberOf(row.key()), Keys.packetIdentifierOf(row.key()));
                }
                case RETAINED -> {
                    Retained retained = RetainedTopic.decode(row);
                    if (!Arrays.equals(
                            row.key(), Keys.retained(retained.message().topic()))) {
                        throw new CorruptRowException("a retained message of another topic");
                    }
                    yield retained;
                }
                case WILLS -> Wills.decode(row);
                case UNREADABLE -> ofUnreadable(row);
            };
        } catch (CorruptRowException corrupt) {
            throw corrupt;
        } catch (RuntimeException fault) { // of a value that was read, but is none
            throw new CorruptRowException(String.valueOf(fault.getMessage()), fault);
        }
    }

    private static StoredRow ofBroker(Row row) {
        RowReader reader = new RowReader(row.value());
        if (Arrays.equals(row.key(), Keys.epoch())) {
            Epoch epoch = new Epoch(reader.i64());
            reader.end();
            return epoch;
        }
        if (Arrays.equals(row.key(), Keys.time())) {
            Time time = new Time(reader.i64(), reader.i64());
            reader.end();
            return time;
        }
        if (Keys.isDead(row.key())) {
            return SessionRows.decodeEnded(row);
        }
        throw new CorruptRowException("neither the epoch nor the time nor a session that has ended");
    }

    private static StoredRow ofMessages(Row row) {
        if (row.key().length != Keys.MESSAGE_SIZE) {
            throw new CorruptRowException("neither a message nor a counter");
        }
        long number = Keys.messageNumberOf(row.key());
        if (!Keys.isCounter(row.key())) {
            return new SharedMessage(number, MessageRow.decode(row.value()));
        }
        RowReader reader = new RowReader(row.value());
        References references = new References(number, reader.i64());
        reader.end();
        return references;
    }

    private static StoredRow ofUnreadable(Row row) {
        byte[] key = row.key();
        int end = 0;
        while (end < key.length && key[end] != 0) {
            end++;
        }
        if (end == key.length) {
            throw new CorruptRowException("a row set aside that does not say of which table");
        }
        Table of = Table.valueOf(new String(key, 0, end, StandardCharsets.UTF_8));
        return new Unreadable(
                of, Payload.owning(Arrays.copyOfRange(key, end + 1, key.length)), Payload.of(row.value()));
    }
}
