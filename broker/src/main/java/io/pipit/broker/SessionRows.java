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
    private static final int OPTIONS = 0x3F;
    private static final byte[] EMPTY = {};

    /** The options that the flags of a row can mean, made once for all subscriptions; null where they mean none. */
    private static final @Nullable SubscriptionOptions[] OPTIONS_OF = new @Nullable SubscriptionOptions[OPTIONS + 1];

    static {
        for (int flags = 0; flags <= OPTIONS; flags++) {
            if ((flags & 0x03) < QoS.values().length) {
                OPTIONS_OF[flags] = optionsOf(flags);
            }
        }
    }

    private final BrokerLoop loop;
    private final Keys keys;
    private final ClientIdentifier clientIdentifier;

    SessionRows(BrokerLoop loop, Keys keys, ClientIdentifier clientIdentifier) {
        this.loop = loop;
        this.keys = keys;
        this.clientIdentifier = clientIdentifier;
    }

    private byte[] key() {
        return Keys.session(clientIdentifier);
    }

    /** It is connected, with this expiry from now on. */
    void online(Session session, long expirySeconds, Batch batch) {
        batch.put(Table.SESSIONS, key(), encode(session, expirySeconds, true));
    }

    /** It has lost its connection now. */
    void offline(Session session, Batch batch) {
        batch.put(Table.SESSIONS, key(), encode(session, session.expirySeconds(), false));
    }

    /** It ends. */
    void end(Session session, Batch batch) {
        batch.delete(Table.SESSIONS, key());
        remove(session, batch);
    }

    /** It has ended: what is left of it is garbage, to be removed in slices. */
    void remove(Session session, Batch batch) {
        new StoredRow.EndedSession(keys.number(), session.clientIdentifier(), session.sentUpTo()).put(batch);
    }

    /** The value of the row of a session that has ended. */
    static byte[] encode(StoredRow.EndedSession ended) {
        String client = ended.clientIdentifier().value();
        RowWriter row = new RowWriter(1 + RowWriter.sizeOfVarint(ended.sentUpTo()) + RowWriter.sizeOfText(client));
        return row.u8(VERSION).varint(ended.sentUpTo()).text(client).finish();
    }

    /** Reads the row of a session that has ended. */
    static StoredRow.EndedSession decodeEnded(Row ended) {
        RowReader row = new RowReader(ended.value());
        row.version(VERSION);
        long sentUpTo = row.varint();
        ClientIdentifier client = new ClientIdentifier(row.text());
        row.end();
        return new StoredRow.EndedSession(Keys.deadNumberOf(ended.key()), client, sentUpTo);
    }

    private byte[] encode(Session session, long expirySeconds, boolean connected) {
        return encode(new StoredRow.Session(
                clientIdentifier,
                session.number(),
                session.owner(),
                connected,
                expirySeconds,
                loop.time().millis(),
                session.sentUpTo()));
    }

    /** The value of a session's row. */
    static byte[] encode(StoredRow.Session session) {
        String owner = session.owner();
        int size = 2
                + Long.BYTES
                + (owner == null ? 0 : RowWriter.sizeOfText(owner))
                + RowWriter.sizeOfVarint(session.expirySeconds())
                + Long.BYTES
                + RowWriter.sizeOfVarint(session.sentUpTo());
        RowWriter row = new RowWriter(size);
        row.u8(VERSION).u8((owner == null ? 0 : OWNED) | (session.connected() ? CONNECTED : 0));
        row.i64(session.number());
        if (owner != null) {
            row.text(owner);
        }
        return row.varint(session.expirySeconds())
                .i64(session.offlineSinceMillis())
                .varint(session.sentUpTo())
                .finish();
    }

    /** Reads the row of a session. */
    static StoredRow.Session decode(Row stored) {
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
        return new StoredRow.Session(
                client, number, owner, (flags & CONNECTED) != 0, expirySeconds, offlineSince, sentUpTo);
    }

    // Subscriptions

    /**
     * A subscription stands.
     *
     * @param owesRetained whether retained messages are on their way to it: if they do not all get there before the
     *     broker ends, they begin anew when it has started again
     */
    void put(Subscription subscription, boolean owesRetained, Batch batch) {
        new StoredRow.Subscription(
                        keys.number(),
                        subscription.filter(),
                        subscription.options(),
                        subscription.identifier(),
                        owesRetained)
                .put(batch);
    }

    /** The value of a subscription's row. */
    static byte[] encode(StoredRow.Subscription subscription) {
        SubscriptionOptions options = subscription.options();
        RowWriter row = new RowWriter(2 + RowWriter.sizeOfVarint(subscription.identifier()));
        return row.u8(VERSION)
                .u8(options.maximumQoS().level()
                        | (options.noLocal() ? 0x04 : 0)
                        | (options.retainAsPublished() ? 0x08 : 0)
                        | (codeOf(options.retainHandling()) << 4)
                        | (subscription.owesRetained() ? OWES_RETAINED : 0))
                .varint(subscription.identifier())
                .finish();
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

    /** Reads the row of a subscription. */
    static StoredRow.Subscription decodeSubscription(Row stored) {
        RowReader row = new RowReader(stored.value());
        row.version(VERSION);
        int flags = row.u8();
        SubscriptionOptions options = OPTIONS_OF[flags & OPTIONS];
        if (options == null) {
            throw new CorruptRowException("a subscription at QoS 3");
        }
        int identifier = row.count();
        row.end();
        return new StoredRow.Subscription(
                Keys.numberOf(stored.key()),
                Keys.filterOf(stored.key()),
                options,
                identifier,
                (flags & OWES_RETAINED) != 0);
    }

    private static SubscriptionOptions optionsOf(int flags) {
        RetainHandling handling = switch ((flags >> 4) & 0x03) {
            case 0 -> RetainHandling.SEND;
            case 1 -> RetainHandling.SEND_IF_NEW;
            default -> RetainHandling.DO_NOT_SEND;
        };
        return new SubscriptionOptions(QoS.of(flags & 0x03), (flags & 0x04) != 0, (flags & 0x08) != 0, handling);
    }

    /** Makes a recovered session subscribe as this row says. */
    static void subscribe(Session session, Row stored) {
        StoredRow.Subscription row = decodeSubscription(stored);
        Subscription subscription =
                session.subscribe(new SubscriptionRequest(row.filter(), row.options()), row.identifier());
        if (row.owesRetained()) {
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
