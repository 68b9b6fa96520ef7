package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.Will;
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

    /** A connection begins with this will. */
    void set(Session session, Will will, Batch batch) {
        will.payload().keep();
        will.properties().keep();
        session.will(new SessionWill(will, () -> publish(session)));
        batch.put(Table.WILLS, Keys.will(session.number()), encode(session.clientIdentifier(), will, CONNECTED));
    }

    /** It is not to be published: the connection ended in order [MQTT-3.14.4-3], or a new one came in time. */
    void remove(Session session, Batch batch) {
        SessionWill will = session.will();
        if (will != null) {
            loop.timers().cancel(will.delay());
            session.will(null);
            batch.delete(Table.WILLS, Keys.will(session.number()));
        }
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
            long due = loop.time().millis() + delay * 1000;
            loop.lazyBatch()
                    .put(
                            Table.WILLS,
                            Keys.will(session.number()),
                            encode(session.clientIdentifier(), will.will(), due));
            loop.timers().schedule(will.delay(), delay * 1_000_000_000L);
        }
    }

    /** Publishes the will of a session, if it has one: once, its row being removed in the same batch. */
    void publish(Session session) {
        SessionWill will = session.will();
        if (will == null) {
            return;
        }
        loop.timers().cancel(will.delay());
        session.will(null);
        publish(session.clientIdentifier(), session.number(), will.will());
    }

    private void publish(ClientIdentifier client, long number, Will will) {
        Message message = new Message(
                will.topic(),
                will.payload(),
                will.qos(),
                will.retain(),
                will.properties().only(Message::isForwarded),
                loop.time().expiryAfter(will.properties().get(Property.MESSAGE_EXPIRY_INTERVAL)),
                client);
        Publication publication = new Publication(loop, message, Publication.nobody());
        publication.batch().delete(Table.WILLS, Keys.will(number));
        publication.begin();
    }

    private static byte[] encode(ClientIdentifier client, Will will, long dueMillis) {
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

    /**
     * Takes back the will of a connection that a crash or a stop has ended.
     *
     * @param session whose will it is, or null when it was not stored
     * @param stoppedMillis when the connection ended
     */
    void recover(Row stored, @Nullable Session session, long stoppedMillis) {
        RowReader row = new RowReader(stored.value());
        row.version(1);
        long due = row.i64();
        long delay = row.varint();
        long expiry = row.varint() - 1;
        Message message = MessageRow.read(row);
        ClientIdentifier client = message.publisher();
        if (client == null) {
            throw new CorruptRowException("a will without a client");
        }
        Will will = willOf(message, delay, expiry);
        long number = Keys.numberOf(stored.key());
        if (session == null) {
            publish(client, number, will);
            return;
        }
        SessionWill taken = new SessionWill(will, () -> publish(session));
        session.will(taken);
        long at = due == CONNECTED ? stoppedMillis + Math.min(delay, session.expirySeconds()) * 1000 : due;
        long rest = Math.max(0, at - loop.time().millis());
        loop.timers().schedule(taken.delay(), rest * 1_000_000L);
    }

    private static Will willOf(Message message, long delay, long expiry) {
        Properties.Builder properties = message.properties().toBuilder();
        if (delay > 0) {
            properties.add(Property.WILL_DELAY_INTERVAL, delay);
        }
        if (expiry >= 0) {
            properties.add(Property.MESSAGE_EXPIRY_INTERVAL, expiry);
        }
        return new Will(message.topic(), message.payload(), message.qos(), message.retain(), properties.build());
    }
}
