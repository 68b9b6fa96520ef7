package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.Will;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The wills of one loop's sessions: kept while a connection lasts, published when it ends otherwise than in order
 * [MQTT-3.1.2-8], after their delay [MQTT-3.1.3-9]. Each has a row of its own, those of sessions that are not stored
 * too, so that a crash publishes them. Confined to the loop.
 */
final class Wills {
    /** The due time in the row of a will whose connection stands. */
    private static final long CONNECTED = 0;

    private final BrokerLoop loop;

    Wills(BrokerLoop loop) {
        this.loop = loop;
    }

    /**
     * Adds to what makes a connection durable that its will replaces the one before.
     *
     * @param session that is stored
     * @param will of the new connection, or null when it has none
     */
    void store(Session session, @Nullable Will will, Batch batch) {
        if (will != null) {
            batch.put(Table.WILLS, Keys.will(session.number()), encode(session.clientIdentifier(), will, CONNECTED));
        } else if (session.will() != null) {
            batch.delete(Table.WILLS, Keys.will(session.number()));
        }
    }

    /** A connection begins with this will, or none: one whose delay ran until it was held is not published [MQTT-3.1.3-9]. */
    void begin(Session session, @Nullable Will will) {
        if (will == null) {
            session.will(null);
            return;
        }
        will.payload().keep();
        will.properties().keep();
        SessionWill taken = new SessionWill(will, () -> publish(session));
        session.will(taken);
        if (!session.isStored()) {
            putLazily(session, taken, CONNECTED);
        }
    }

    @SuppressWarnings("ReferenceEquality") // whether it is this very one
    private void putLazily(Session session, SessionWill will, long dueMillis) {
        loop.lazily(session.unlessHeld(batch -> {
            if (session.will() == will) {
                batch.put(
                        Table.WILLS,
                        Keys.will(session.number()),
                        encode(session.clientIdentifier(), will.will(), dueMillis));
            }
        }));
    }

    /** It is not to be published: the connection ended in order [MQTT-3.14.4-3]. */
    void remove(Session session) {
        if (session.will() != null) { // whose delay does not run as long as the connection stands
            session.will(null);
            removeRow(session);
        }
    }

    private void removeRow(Session session) {
        loop.lazily(session.unlessHeld(removalOf(session)));
    }

    /** The connection has ended otherwise: published now, or when the delay or the session ends. */
    void connectionEnded(Session session) {
        SessionWill will = session.will();
        if (will == null) {
            return;
        }
        long delay = Math.min(will.delaySeconds(), session.expirySeconds());
        if (delay == 0) {
            publish(session);
        } else {
            putLazily(session, will, loop.time().millis() + delay * 1000);
            loop.timers().schedule(will.delay(), delay * 1_000_000_000L);
        }
    }

    /** Publishes the will of a session, if it has one: once, its row being removed in the same batch. */
    void publish(Session session) {
        SessionWill will = session.will();
        if (will == null) {
            return;
        }
        session.will(null); // a delay that still runs finds nothing
        publish(messageOf(session.clientIdentifier(), will.will()), session.unlessHeldForWill(removalOf(session)));
    }

    private static Consumer<Batch> removalOf(Session session) {
        return batch -> {
            if (session.will() == null) {
                batch.delete(Table.WILLS, Keys.will(session.number()));
            }
        };
    }

    private Message messageOf(ClientIdentifier client, Will will) {
        return new Message(
                will.topic(),
                will.payload(),
                will.qos(),
                will.retain(),
                will.properties().only(Message::isForwarded),
                loop.time().expiryAfter(will.properties().get(Property.MESSAGE_EXPIRY_INTERVAL)),
                client);
    }

    /** Publishes a will: as soon as the storage takes it, and then until it has taken what is to be stored of it. */
    private void publish(Message message, Consumer<Batch> removal) {
        new Publication(loop, message, published -> {
                    if (published.loss() == DropReason.QUEUE_FULL) {
                        published.countLoss();
                        loop.lazily(removal);
                    } else if (published.outcome().isError()) {
                        loop.later(() -> publish(message, removal));
                    }
                })
                .insisting(removal)
                .begin();
    }

    /** The value of the row of a will. */
    static byte[] encode(ClientIdentifier client, Will will, long dueMillis) {
        Properties forwarded = will.properties().only(Message::isForwarded);
        Message message =
                new Message(will.topic(), will.payload(), will.qos(), will.retain(), forwarded, Message.NEVER, client);
        long delay = will.properties().get(Property.WILL_DELAY_INTERVAL, 0L);
        long expiry = will.properties().get(Property.MESSAGE_EXPIRY_INTERVAL, -1L);
        RowWriter row = new RowWriter(1
                + Long.BYTES
                + RowWriter.sizeOfVarint(delay)
                + RowWriter.sizeOfVarint(expiry + 1)
                + MessageRow.size(message));
        row.u8(1).i64(dueMillis).varint(delay).varint(expiry + 1);
        MessageRow.write(message, row);
        return row.finish();
    }

    /** Reads the row of a will. */
    static StoredRow.WillMessage decode(Row stored) {
        RowReader row = new RowReader(stored.value());
        row.version(1);
        long due = row.i64();
        long delay = row.varint();
        long expiry = row.varint() - 1;
        Message message = MessageRow.read(row);
        row.end();
        ClientIdentifier client = message.publisher();
        if (client == null) {
            throw new CorruptRowException("a will without a client");
        }
        return new StoredRow.WillMessage(Keys.numberOf(stored.key()), client, willOf(message, delay, expiry), due);
    }

    /**
     * Takes back the will of a connection that a crash or a stop has ended.
     *
     * @param session whose will it is, or null when it was not stored
     */
    void recover(StoredRow.WillMessage stored, @Nullable Session session) {
        if (session == null) {
            publish(
                    messageOf(stored.clientIdentifier(), stored.will()),
                    batch -> batch.delete(Table.WILLS, Keys.will(stored.session())));
            return;
        }
        SessionWill taken = new SessionWill(stored.will(), () -> publish(session));
        session.will(taken);
        // When the connection ended in a crash nobody knows: now at the latest, and a will never comes early.
        long rest = stored.dueMillis() == CONNECTED
                ? Math.min(taken.delaySeconds(), session.expirySeconds()) * 1000
                : stored.dueMillis() - loop.time().millis();
        if (rest <= 0) {
            publish(session);
        } else {
            loop.timers().schedule(taken.delay(), rest * 1_000_000L);
        }
    }

    private static Will willOf(Message message, long delay, long expiry) {
        Properties.Builder properties = message.properties().toBuilder();
        properties.add(Property.WILL_DELAY_INTERVAL, delay);
        if (expiry >= 0) {
            properties.add(Property.MESSAGE_EXPIRY_INTERVAL, expiry);
        }
        return new Will(message.topic(), message.payload(), message.qos(), message.retain(), properties.build());
    }
}
