package io.pipit.broker;

import io.pipit.broker.QueueEntry.State;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.QoS;
import java.util.List;

/**
 * What is left of a session that has ended goes: its unacknowledged messages of shared subscriptions to other
 * members, everything else away; of a stored session in slices of bounded size, after its pending entries have
 * settled. Confined to the session's loop.
 */
final class SessionRemoval {
    private static final int SLICE = 256;

    private final BrokerLoop loop;
    private final ClientIdentifier client;
    private final Keys keys;
    private final long sentUpTo;

    private SessionRemoval(BrokerLoop loop, ClientIdentifier client, long number, long sentUpTo) {
        this.loop = loop;
        this.client = client;
        this.keys = new Keys(number);
        this.sentUpTo = sentUpTo;
    }

    /** Begins with a session that has just ended. */
    static void begin(BrokerLoop loop, Session session) {
        Queue queue = session.queue();
        SessionRemoval removal =
                new SessionRemoval(loop, session.clientIdentifier(), session.number(), queue.sentUpTo());
        if (session.isStored()) {
            queue.whenSettled(() -> removal.removeFrom(0));
        } else {
            queue.forEach(entry -> removal.leave(entry, new Batch(Batch.Urgency.DURABLE)));
        }
    }

    /** Goes on, after a restart, with one that had ended before. */
    static void resume(BrokerLoop loop, ClientIdentifier client, long number) {
        new SessionRemoval(loop, client, number, 0).removeFrom(0);
    }

    private void removeFrom(long sequence) {
        EntryRows rows = new EntryRows(loop, keys, client.value());
        rows.read(sequence, Long.MAX_VALUE, SLICE, this::remove, fault -> loop.later(() -> removeFrom(sequence)));
    }

    private void remove(List<QueueEntry> entries, long next) {
        for (QueueEntry entry : entries) {
            Batch removal = new Batch(Batch.Urgency.LAZY);
            EntryRows.remove(keys, entry, removal);
            entry.markDupUpTo(sentUpTo);
            leave(entry, removal);
        }
        if (next < Long.MAX_VALUE) {
            removeFrom(next);
        } else {
            loop.lazyBatch()
                    .deleteRange(Table.SUBSCRIPTIONS, keys.first(), keys.end())
                    .deleteRange(Table.RECEIVED, keys.first(), keys.end())
                    .delete(Table.BROKER, Keys.dead(keys.number()));
        }
    }

    /** An entry leaves the session, its row with it. */
    private void leave(QueueEntry entry, Batch removal) {
        SharedSubscription shared = entry.terms().group();
        Message message = entry.message();
        boolean sent = entry.isDup() || entry.state() != State.QUEUED;
        if (shared != null && message != null && !(sent && entry.terms().qos() == QoS.EXACTLY_ONCE)) {
            Publication publication = new Publication(loop, message, Publication.nobody());
            publication.batch().addAll(removal);
            publication.beginShared(shared);
            return;
        }
        loop.lazyBatch().addAll(removal);
        boolean unanswered = entry.isDup() || entry.state() == State.SENT; // a PUBREC has come for what is behind that
        if (shared != null && unanswered) {
            loop.dropped(
                    client, entry.topic(), entry.terms().qos(), DropReason.SHARED_QOS_2_IN_FLIGHT); // [MQTT-4.8.2-5]
        } else if (!sent) {
            loop.dropped(client, entry.topic(), entry.terms().qos(), DropReason.SESSION_ENDED);
        }
    }
}
