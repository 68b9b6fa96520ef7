package io.pipit.broker;

import io.pipit.broker.QueueEntry.State;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.QoS;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a session that has ended goes: its unacknowledged messages of shared subscriptions to other
 * members, everything else away; of a stored session in slices of bounded size, one after the other, when its end is
 * durable and its pending entries have settled. What the storage does not take is tried again until it does. Confined
 * to the session's loop.
 */
final class SessionRemoval {
    private static final int SLICE = 256;

    private final BrokerLoop loop;
    private final ClientIdentifier client;
    private final Keys keys;
    private final long sentUpTo;

    /** The sequence numbers of entries that another member has and whose rows are still there. */
    private final Set<Long> passed = new HashSet<>();

    private SessionRemoval(BrokerLoop loop, ClientIdentifier client, long number, long sentUpTo) {
        this.loop = loop;
        this.client = client;
        this.keys = new Keys(number);
        this.sentUpTo = sentUpTo;
    }

    /** Begins with a session that has ended; of a stored one that is durable. */
    static void begin(BrokerLoop loop, Session session) {
        Queue queue = session.queue();
        SessionRemoval removal =
                new SessionRemoval(loop, session.clientIdentifier(), session.number(), queue.sentUpTo());
        if (session.isStored()) {
            queue.whenSettled(() -> removal.removeFrom(0));
        } else {
            queue.forEach(removal::leaveMemory);
        }
    }

    /** Goes on, after a restart, with one that had ended before. */
    static void resume(BrokerLoop loop, StoredRow.EndedSession ended) {
        new SessionRemoval(loop, ended.clientIdentifier(), ended.number(), ended.sentUpTo()).removeFrom(0);
    }

    private void removeFrom(long sequence) {
        EntryRows rows = new EntryRows(loop, keys, client.value());
        Set<Long> leaving = rows.leaving();
        rows.read(
                sequence,
                Long.MAX_VALUE,
                SLICE,
                (entries, next) -> new Slice(sequence, next, leaving).leave(entries),
                fault -> loop.later(() -> removeFrom(sequence)));
    }

    private void finish() {
        Batch batch = new Batch(Batch.Urgency.LAZY);
        batch.deleteRange(Table.SUBSCRIPTIONS, keys.first(), keys.end())
                .deleteRange(Table.RECEIVED, keys.first(), keys.end())
                .delete(Table.BROKER, Keys.dead(keys.number()));
        loop.commit(batch, client.value(), commit -> {
            if (commit instanceof Storage.Commit.Failed) {
                loop.later(this::finish);
            }
        });
    }

    /** An entry that was only in memory goes. */
    private void leaveMemory(QueueEntry entry) {
        SharedSubscription group = groupFor(entry);
        Message message = entry.message();
        if (group != null && message != null) {
            loop.pass(message, group);
        } else {
            count(entry);
        }
    }

    /** The shared subscription whose other members are to have an entry, or null when nobody is. */
    private static @Nullable SharedSubscription groupFor(QueueEntry entry) {
        boolean waitsForItsClient = isSent(entry) && entry.terms().qos() == QoS.EXACTLY_ONCE; // [MQTT-4.8.2-4]
        return waitsForItsClient || entry.message() == null
                ? null
                : entry.terms().group();
    }

    private static boolean isSent(QueueEntry entry) {
        return entry.isDup() || entry.state() != State.QUEUED;
    }

    private void count(QueueEntry entry) {
        if (!isSent(entry)) {
            loop.dropped(client, entry.topic(), entry.terms().qos(), DropReason.SESSION_ENDED);
        } else if (entry.terms().group() != null && (entry.isDup() || entry.state() == State.SENT)) {
            loop.dropped(
                    client, // [MQTT-4.8.2-5]; behind that a PUBREC has come
                    entry.topic(),
                    entry.terms().qos(),
                    DropReason.SHARED_QOS_2_IN_FLIGHT);
        }
    }

    /** Some entries of a stored session, on their way out of it. */
    private final class Slice {
        private final long from;
        private final long next;
        private final Set<Long> leaving;
        private int waiting = 1;
        private boolean failed;

        /** Without those whose removal was on its way when they were read: their claims are taken back by that. */
        Slice(long from, long next, Set<Long> leaving) {
            this.from = from;
            this.next = next;
            this.leaving = leaving;
        }

        void leave(List<QueueEntry> entries) {
            List<QueueEntry> removed = new ArrayList<>();
            Batch removal = new Batch(Batch.Urgency.LAZY);
            for (QueueEntry entry : entries) {
                if (leaving.contains(entry.sequence())) {
                    failed = true; // so that it is seen whether it has gone
                    continue;
                }
                entry.markDupUpTo(sentUpTo);
                SharedSubscription group = passed.contains(entry.sequence()) ? null : groupFor(entry);
                Message message = entry.message();
                if (group != null && message != null) {
                    pass(entry, message, group);
                } else {
                    removed.add(entry);
                    EntryRows.remove(keys, entry, removal);
                }
            }
            if (!removal.isEmpty()) {
                waiting++;
                loop.commit(removal, client.value(), commit -> {
                    boolean durable = commit instanceof Storage.Commit.Durable;
                    if (durable) {
                        removed.stream()
                                .filter(entry -> !passed.contains(entry.sequence()))
                                .forEach(SessionRemoval.this::count);
                    }
                    answered(durable);
                });
            }
            answered(true);
        }

        /** Gives an entry to another member and removes its row in one batch. */
        private void pass(QueueEntry entry, Message message, SharedSubscription group) {
            waiting++;
            Publication publication = new Publication(loop, message, ended -> {
                boolean failure = ended.outcome().isError();
                if (failure && !ended.isStored()) { // a connected member has it, and only the row is left
                    passed.add(entry.sequence());
                }
                answered(!failure);
            });
            EntryRows.remove(keys, entry, publication.batch());
            publication.beginShared(group);
        }

        private void answered(boolean durable) {
            failed |= !durable;
            waiting--;
            if (waiting > 0) {
                return;
            }
            if (failed) {
                loop.later(() -> removeFrom(from)); // what is still there is read again
                return;
            }
            passed.clear();
            if (next < Long.MAX_VALUE) {
                removeFrom(next);
            } else {
                finish();
            }
        }
    }
}
