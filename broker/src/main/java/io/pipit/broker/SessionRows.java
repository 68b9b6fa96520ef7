package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/** The rows of one stored session beside its queue: itself, its subscriptions, the identifiers it has received. */
final class SessionRows {
    private static final int VERSION = 1;
    private static final int OWNED = 0x01;
    private static final int CONNECTED = 0x02;
    private static final int OWES_RETAINED = 0x40;
    private static final byte[] EMPTY = {};

    private final BrokerLoop loop;
    private final Keys keys;
    private final byte[] key;

    SessionRows(BrokerLoop loop, Keys keys, ClientIdentifier clientIdentifier) {
        this.loop = loop;
        this.keys = keys;
        this.key = Keys.session(clientIdentifier);
    }

    /** What the row of a session says. */
    record Stored(
            ClientIdentifier clientIdentifier,
            long number,
            @Nullable String owner,
            boolean connected,
            long expirySeconds,
            long offlineSinceMillis,
            long sentUpTo) {}

    /** It is connected, with this expiry from now on. */
    void online(Session session, long expirySeconds, Batch batch) {
        batch.put(Table.SESSIONS, key, encode(session, expirySeconds, true));
    }

    /** It has lost its connection now. */
    void offline(Session session, Batch batch) {
        batch.put(Table.SESSIONS, key, encode(session, session.expirySeconds(), false));
    }

    /** It ends. */
    void end(Session session, Batch batch) {
        batch.delete(Table.SESSIONS, key);
        remove(session, batch);
    }

    /** It has ended: what is left of it is garbage, to be removed in slices. */
    void remove(Session session, Batch batch) {
        String client = session.clientIdentifier().value();
        long sent = session.queue().sentUpTo();
        RowWriter row = new RowWriter(1 + RowWriter.sizeOfVarint(sent) + RowWriter.sizeOfText(client));
        batch.put(
                Table.BROKER,
                Keys.dead(keys.number()),
                row.u8(VERSION).varint(sent).text(client).finish());
    }

    /**
     * A session that has ended, and is not gone yet.
     *
     * @param sentUpTo the highest sequence number that was ever sent: such a message waits for its own client only, or
     *     is lost with it
     */
    record Ended(long number, ClientIdentifier clientIdentifier, long sentUpTo) {
        /** One of which only rows tell: anything may have been sent. */
        static Ended unknown(long number) {
            return new Ended(number, new ClientIdentifier(""), Long.MAX_VALUE);
        }
    }

    /** Reads the row of a session that has ended. */
    static Ended decodeEnded(Row ended) {
        RowReader row = new RowReader(ended.value());
        row.version(VERSION);
        long sentUpTo = row.varint();
        ClientIdentifier client = new ClientIdentifier(row.text());
        row.end();
        return new Ended(Keys.deadNumberOf(ended.key()), client, sentUpTo);
    }

    private byte[] encode(Session session, long expirySeconds, boolean connected) {
        String owner = session.owner();
        long now = loop.time().millis();
        long sent = session.queue().sentUpTo();
        int size = 2
                + Long.BYTES
                + (owner == null ? 0 : RowWriter.sizeOfText(owner))
                + RowWriter.sizeOfVarint(expirySeconds)
                + Long.BYTES
                + RowWriter.sizeOfVarint(sent);
        RowWriter row = new RowWriter(size);
        row.u8(VERSION).u8((owner == null ? 0 : OWNED) | (connected ? CONNECTED : 0));
        row.i64(session.number());
        if (owner != null) {
            row.text(owner);
        }
        return row.varint(expirySeconds).i64(now).varint(sent).finish();
    }

    /** Reads the row of a session. */
    static Stored decode(Row stored) {
        RowReader row = new RowReader(stored.value());
        row.version(VERSION);
        int flags = row.u8();
        long number = row.i64();
        String owner = (flags & OWNED) == 0 ? null : row.text();
        long expirySeconds = row.varint();
        long offlineSince = row.i64();
        long sentUpTo = row.varint();
        row.end();
        ClientIdentifier client = Keys.clientIdentifierOf(stored.key());
        return new Stored(client, number, owner, (flags & CONNECTED) != 0, expirySeconds, offlineSince, sentUpTo);
    }

    // Subscriptions

    /**
     * A subscription stands.
     *
     * @param owesRetained whether retained messages are on their way to it: if they do not all get there before the
     *     broker ends, they begin anew when it has started again
     */
    void put(Subscription subscription, boolean owesRetained, Batch batch) {
        SubscriptionOptions options = subscription.options();
        RowWriter row = new RowWriter(2 + RowWriter.sizeOfVarint(subscription.identifier()));
        row.u8(VERSION)
                .u8(options.maximumQoS().level()
                        | (options.noLocal() ? 0x04 : 0)
                        | (options.retainAsPublished() ? 0x08 : 0)
                        | (codeOf(options.retainHandling()) << 4)
                        | (owesRetained ? OWES_RETAINED : 0))
                .varint(subscription.identifier());
        batch.put(Table.SUBSCRIPTIONS, keys.subscription(subscription.filter()), row.finish());
    }

    void remove(TopicFilter filter, Batch batch) {
        batch.delete(Table.SUBSCRIPTIONS, keys.subscription(filter));
    }

    private static int codeOf(RetainHandling handling) {
        return switch (handling) {
            case SEND -> 0;
            case SEND_IF_NEW -> 1;
            case DO_NOT_SEND -> 2;
        };
    }

    /** Makes a recovered session subscribe as this row says. */
    static void subscribe(Session session, Row stored) {
        RowReader row = new RowReader(stored.value());
        row.version(VERSION);
        int flags = row.u8();
        RetainHandling handling = switch ((flags >> 4) & 0x03) {
            case 0 -> RetainHandling.SEND;
            case 1 -> RetainHandling.SEND_IF_NEW;
            default -> RetainHandling.DO_NOT_SEND;
        };
        SubscriptionOptions options =
                new SubscriptionOptions(QoS.of(flags & 0x03), (flags & 0x04) != 0, (flags & 0x08) != 0, handling);
        Subscription subscription =
                session.subscribe(new SubscriptionRequest(Keys.filterOf(stored.key()), options), row.count());
        if ((flags & OWES_RETAINED) != 0) {
            session.oweRetained(subscription);
        }
    }

    // Received identifiers

    void putReceived(int packetIdentifier, Batch batch) {
        batch.put(Table.RECEIVED, keys.received(packetIdentifier), EMPTY);
    }

    void removeReceived(int packetIdentifier, Batch batch) {
        batch.delete(Table.RECEIVED, keys.received(packetIdentifier));
    }
}
