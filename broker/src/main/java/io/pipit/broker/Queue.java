package io.pipit.broker;

import io.pipit.broker.QueueEntry.State;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Storage;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The order of one session: its messages at QoS 1 and 2, by sequence numbers, from admission to completion; bounded,
 * and it says what it dropped and why.
 *
 * <p>In memory are the entries that are not yet durable and, while a client is connected and keeps up, those that it
 * has not been sent. A stored session's other entries are only in storage: everything below {@code backlogEnd} is
 * read from there, so that a million messages for a session without connection take no heap. A session that is not
 * stored has all of its entries in memory. Confined to the session's loop.
 */
final class Queue {
    /** A stored session whose client lets more than so much wait is served from storage until it has caught up. */
    private static final int TAIL_ENTRIES = 1024;

    private static final int TAIL_BYTES = 1 << 20;

    /** What a queue tells of. */
    interface Outlet {
        /** Whether a client is connected, and its outgoing buffer within its bound. */
        boolean isOpen();

        /**
         * Sends a PUBLISH.
         *
         * @return false when it is larger than the client accepts
         */
        boolean publish(Message message, Terms terms, int packetIdentifier, boolean dup);

        void release(int packetIdentifier);

        /** A message was not delivered; null when its topic is not in memory any more. */
        void dropped(@Nullable TopicName topic, QoS qos, DropReason reason);

        /** The policy says to disconnect the client, whose queue is full. */
        void overrun();

        /** Something of ours has failed. */
        void broke(Throwable fault);

        /** The storage failed at something that the client waits for. */
        void storageFailed(String reason);

        /** The client or the storage has answered: more than what was sent now may have become possible. */
        void progressed();

        /** It has become longer by messages and bytes, of which so many are in memory; or shorter. */
        void grown(long messages, long bytes, long memory);
    }

    private final Outlet outlet;
    private final Settings.Queue bounds;
    private final BrokerTime time;
    private final @Nullable EntryRows rows;
    private final EntryRing tail = new EntryRing(1);
    private final SendWindow window = new SendWindow();
    private final Backlog backlog;
    private final Acknowledgements acknowledgements;
    private long next = 1;
    private long sentUpTo;
    private long cursor = 1;
    private long backlogEnd;
    private boolean connected;
    private boolean abandoned;
    private long tailBytes;
    private long count;
    private long bytes;
    private int unsettled;
    private @Nullable Runnable whenSettled;

    /**
     * An empty queue.
     *
     * @param rows where a stored session's entries are kept; null of a session that is not stored
     */
    Queue(
            Outlet outlet,
            Settings.Queue bounds,
            BrokerTime time,
            @Nullable EntryRows rows,
            Consumer<Storage.Read.Failed> readFailed) {
        this.outlet = outlet;
        this.bounds = bounds;
        this.time = time;
        this.rows = rows;
        this.backlog = new Backlog(rows, readFailed);
        this.acknowledgements = new Acknowledgements(this, window, outlet, rows);
    }

    /** Entries that are not complete. */
    long count() {
        return count;
    }

    /** Their bytes. */
    long bytes() {
        return bytes;
    }

    /** How many messages are on their way to the client. */
    int inFlight() {
        return window.size();
    }

    /** How many more messages the client could be sent now. */
    int room() {
        return connected && cursor >= next ? window.room() : 0;
    }

    /** A restored session's, of which no entry has been found yet. */
    void recovered(long sent) {
        sentUpTo = sent;
        cursor = sent + 1;
        next = sent + 1; // a number that was sent is never given again
        backlog.seek(cursor);
    }

    /**
     * Recovery has found the next of its entries in storage: a client begins at the first of them.
     *
     * @param sent whether all there are may have been sent
     */
    void recovered(long sequence, int entryBytes, boolean sent) {
        cursor = count == 0 ? sequence : cursor;
        next = Math.max(next, sequence + 1);
        sentUpTo = sent ? Math.max(sentUpTo, sequence) : sentUpTo;
        count++;
        bytes += entryBytes;
        outlet.grown(1, entryBytes, 0);
        backlog.seek(Math.max(cursor, sentUpTo + 1));
    }

    /** Whether a message that comes now has to wait for older ones. */
    boolean hasUnsent() {
        return cursor < next;
    }

    /** The highest sequence number ever sent, 0 for none. */
    long sentUpTo() {
        return sentUpTo;
    }

    // Admission

    /** Whether a bound is reached, so that a message that comes now meets the policy. */
    boolean isFull() {
        return exceeds(count + 1, bytes);
    }

    /** Whether a message of this size can be taken without meeting the policy. */
    boolean hasRoomFor(int size) {
        return !exceeds(count + 1, bytes + size);
    }

    /** Whether there would be room for a message of this size if the queue were empty. */
    boolean mayHold(int size) {
        return !exceeds(1, size);
    }

    private boolean exceeds(long entries, long entryBytes) {
        return (bounds.maxMessages() != 0 && entries > bounds.maxMessages())
                || (bounds.maxBytes() != 0 && entryBytes > bounds.maxBytes());
    }

    /**
     * Takes a message into the order, unless a bound forbids it, and sends it when it may go out at once.
     *
     * @param part collects the row of a stored session, and is told of here when it is durable
     */
    void admit(Message message, Terms terms, @Nullable Part part) {
        int size = message.bytes();
        if (exceeds(count + 1, bytes + size) && !makeRoom(message, terms.qos(), size)) {
            return;
        }
        long messageId = part == null ? 0 : part.messageId();
        QueueEntry entry = new QueueEntry(next++, terms, message, messageId, size);
        count++;
        bytes += size;
        outlet.grown(1, size, size);
        if (rows == null || part == null) {
            entry.becomeDurable();
        } else {
            unsettled++;
            rows.put(this, entry, part);
        }
        if (rows != null && connected && (tail.span() >= TAIL_ENTRIES || tailBytes >= TAIL_BYTES)) {
            fallBehind(entry.sequence());
        }
        tail.add(entry);
        tailBytes += size;
        pump();
        if (entry.message() != null) {
            message.keep();
        }
    }

    private boolean makeRoom(Message message, QoS qos, int size) {
        return switch (bounds.policy()) {
            case DROP_OLDEST -> {
                dropOldest(1, size);
                boolean fits = !exceeds(count + 1, bytes + size) || backlog.isReading();
                if (!fits) {
                    outlet.dropped(message.topic(), qos, DropReason.QUEUE_FULL); // all that is there is in flight
                }
                yield fits;
            }
            case DROP_NEWEST, REFUSE_PUBLISHER -> {
                outlet.dropped(message.topic(), qos, DropReason.QUEUE_FULL);
                yield false;
            }
            case DISCONNECT -> {
                outlet.dropped(message.topic(), qos, DropReason.QUEUE_FULL);
                outlet.overrun();
                yield false;
            }
        };
    }

    /** Drops from the front what was never sent, until so much more fits; what is in storage goes when it is read. */
    private void dropOldest(int entries, int room) {
        while (exceeds(count + entries, bytes + room)) {
            QueueEntry oldest = oldestUnsent();
            if (oldest == null) {
                return;
            }
            drop(oldest, DropReason.QUEUE_FULL);
        }
    }

    private @Nullable QueueEntry oldestUnsent() {
        if (isBehind()) {
            QueueEntry read = backlog.peek();
            if (read != null) {
                return takeUnsent(read);
            }
            readOn(this::pageArrived);
            if (backlog.isReading()) {
                return null;
            }
        }
        for (long s = Math.max(cursor, tail.first()); s < next; s++) {
            QueueEntry entry = tail.get(s);
            if (entry != null && entry.state() == State.QUEUED) {
                return entry;
            }
        }
        return null;
    }

    private @Nullable QueueEntry takeUnsent(QueueEntry read) {
        read.markDupUpTo(sentUpTo);
        if (read.isDup() || read.state() != State.QUEUED) {
            return null; // it has been in flight: never dropped
        }
        backlog.advance();
        return read;
    }

    private void drop(QueueEntry entry, DropReason reason) {
        complete(entry);
        outlet.dropped(entry.topic(), entry.terms().qos(), reason);
    }

    // Storage

    /** Whether what is to be sent next is only in storage. */
    private boolean isBehind() {
        return rows != null && (!connected || cursor < backlogEnd);
    }

    /** What a stored session has not been sent takes no memory any more, as soon as it is durable. */
    void fallBehind() {
        if (rows != null && connected && tailBytes > 0) {
            fallBehind(next);
        }
    }

    /** From now on everything before a sequence number is read from storage. */
    private void fallBehind(long end) {
        boolean wasBehind = cursor < backlogEnd;
        long looked = wasBehind ? backlogEnd : tail.first(); // what is before that leaves when it is durable
        backlogEnd = end;
        if (!wasBehind) {
            backlog.seek(cursor); // else what is being read, or was read and not sent, goes on
        }
        forgetDurable(looked);
    }

    /** Lets what is durable leave the memory, from a sequence number on. */
    private void forgetDurable(long from) {
        for (long s = Math.max(from, tail.first()); s < tail.end(); s++) {
            QueueEntry entry = tail.get(s);
            if (entry != null && entry.isDurable()) {
                leaveTail(entry);
            }
        }
    }

    private void leaveTail(QueueEntry entry) {
        if (tail.get(entry.sequence()) == entry) {
            tail.remove(entry.sequence());
            tailBytes -= entry.bytes();
            outlet.grown(0, 0, -entry.bytes());
            if (!connected && tail.isEmpty()) {
                tail.clear(tail.end()); // of a million sessions that wait each takes as little as it can
            }
        }
    }

    private void readOn(Runnable then) {
        long end = connected ? backlogEnd : next;
        long limit = tail.isEmpty() ? end : Math.min(end, tail.first());
        backlog.read(limit, count == 0 ? 1 : bytes / count, then);
    }

    private void pageArrived() {
        if (!connected && bounds.policy() == QueuePolicy.DROP_OLDEST) {
            dropOldest(0, 0);
        }
        progress();
    }

    private void progress() {
        pump();
        outlet.progressed();
    }

    /** The commit with the row of an entry has ended. */
    void settle(QueueEntry entry, boolean durable) {
        try {
            if (durable) {
                settled(entry);
            } else {
                refused(entry);
            }
        } catch (RuntimeException | Error fault) {
            outlet.broke(fault);
        }
    }

    /** The row of an entry is safe. */
    private void settled(QueueEntry entry) {
        if (entry.isDone()) {
            removeRow(entry); // before whoever waits reads the rows
        }
        oneSettled(entry);
        if (entry.state() != State.QUEUED || !connected || entry.sequence() < backlogEnd) {
            leaveTail(entry);
        }
        progress();
    }

    /** The storage did not take an entry; its publisher is not acknowledged. */
    private void refused(QueueEntry entry) {
        entry.becomeRowless();
        oneSettled(entry);
        if (abandoned) {
            return;
        }
        if (entry.state() == State.QUEUED) {
            drop(entry, DropReason.STORAGE_REFUSED);
        } else if (!entry.isDone() && window.get(entry.sequence()) != entry) {
            complete(entry); // it was sent on a connection that has gone, and nobody will acknowledge it
        }
        leaveTail(entry);
        progress();
    }

    private void oneSettled(QueueEntry entry) {
        entry.becomeDurable();
        unsettled--;
        Runnable waiting = whenSettled;
        if (unsettled == 0 && waiting != null) {
            whenSettled = null;
            waiting.run();
        }
    }

    /** Runs something as soon as no entry waits for its commit. */
    void whenSettled(Runnable action) {
        if (unsettled == 0) {
            action.run();
        } else {
            whenSettled = action;
        }
    }

    private void removeRow(QueueEntry entry) {
        if (rows != null) {
            rows.remove(entry);
        }
    }

    /** Nothing more is owed for an entry. */
    private void complete(QueueEntry entry) {
        entry.become(State.DONE);
        entry.forgetMessage();
        backlog.completed(entry.sequence());
        count--;
        bytes -= entry.bytes();
        outlet.grown(-1, -entry.bytes(), 0);
        if (entry.isDurable()) {
            removeRow(entry);
            leaveTail(entry);
        }
    }

    // Sending

    /** A client is there. What an earlier connection left unacknowledged comes first, in order [MQTT-4.4.0-1]. */
    void connected(int receiveMaximum) {
        connected = true;
        window.open(receiveMaximum);
        backlogEnd = rows == null ? 0 : next;
        backlog.seek(cursor);
    }

    /** The client has gone. What is in flight waits in storage for the next one. */
    void disconnected() {
        connected = false;
        cursor = window.oldest(cursor);
        completeRowless();
        window.open(0);
        if (rows != null) {
            forgetDurable(tail.first());
            backlog.seek(Math.max(cursor, sentUpTo + 1));
        }
    }

    /** What is in flight without a row is nowhere when the connection is gone. */
    private void completeRowless() {
        for (long s = window.oldest(window.end()); s < window.end(); s++) {
            QueueEntry entry = window.get(s);
            if (entry != null && entry.isRowless()) {
                complete(entry);
            }
        }
    }

    /** Sends in order as much as client, window and storage let pass. */
    void pump() {
        while (connected && outlet.isOpen()) {
            QueueEntry entry = nextToSend();
            if (entry == null || !send(entry)) {
                return;
            }
            passed(entry);
        }
    }

    private @Nullable QueueEntry nextToSend() {
        if (cursor < backlogEnd) {
            QueueEntry read = backlog.peek();
            if (read != null) {
                return read;
            }
            cursor = Math.max(cursor, backlog.cursor());
            if (cursor < backlogEnd) {
                readOn(this::pageArrived);
                return null;
            }
        }
        while (cursor < next) {
            QueueEntry entry = tail.get(cursor);
            if (entry != null && entry.state() == State.QUEUED) {
                return entry;
            }
            cursor++;
        }
        return null;
    }

    private void passed(QueueEntry entry) {
        if (backlog.peek() == entry) {
            backlog.advance();
        } else if (entry.isDurable()) {
            leaveTail(entry);
        }
        cursor = entry.sequence() + 1;
    }

    /** Sends, or completes what cannot be sent; false when the entry must wait. */
    private boolean send(QueueEntry entry) {
        if (entry.state() == State.RELEASED) {
            if (!window.accepts(entry.sequence())) {
                return false;
            }
            window.add(entry);
            outlet.release(entry.packetIdentifier());
            return true;
        }
        Message message = entry.message();
        if (message == null) {
            drop(entry, DropReason.UNREADABLE);
            return true;
        }
        entry.markDupUpTo(sentUpTo);
        QoS qos = entry.terms().qos();
        boolean mustComeAgain = entry.isDup() && qos.isAcknowledged();
        if (!mustComeAgain && message.isExpired(time.millis())) { // [MQTT-3.3.2-5], [MQTT-4.3.3-7]
            drop(entry, DropReason.EXPIRED);
            return true;
        }
        if (qos == QoS.AT_MOST_ONCE) {
            boolean sent = outlet.publish(message, entry.terms(), 0, false);
            finishUnacknowledged(entry, sent);
            return true;
        }
        if (!window.accepts(entry.sequence()) || (qos == QoS.EXACTLY_ONCE && !entry.isDurable())) {
            return false;
        }
        if (!outlet.publish(message, entry.terms(), entry.packetIdentifier(), entry.isDup())) {
            drop(entry, DropReason.PACKET_TOO_LARGE); // [MQTT-3.1.2-25]
            return true;
        }
        entry.become(State.SENT);
        sentUpTo = Math.max(sentUpTo, entry.sequence());
        window.add(entry);
        if (entry.terms().group() == null) {
            entry.forgetMessage();
        }
        return true;
    }

    private void finishUnacknowledged(QueueEntry entry, boolean sent) {
        if (sent) {
            complete(entry);
        } else {
            drop(entry, DropReason.PACKET_TOO_LARGE);
        }
    }

    // Acknowledgements

    /** What clients answer. */
    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    /** A delivery is over, by which the next may begin. */
    void finish(QueueEntry entry, boolean refused) {
        window.remove(entry);
        if (refused) {
            drop(entry, DropReason.REFUSED_BY_CLIENT); // [MQTT-4.8.2-6]: not given to another member
        } else {
            complete(entry);
        }
        progress();
    }

    // End

    /** The session is over: what is left counts for it no more. */
    void abandon() {
        connected = false;
        abandoned = true;
        outlet.grown(-count, -bytes, -tailBytes);
        count = 0;
        bytes = 0;
        tailBytes = 0;
        if (rows != null) {
            tail.clear(next); // what is settled later is counted no second time
        }
    }

    /** Every entry that is not complete, in order, of a session that is not stored. */
    void forEach(Consumer<QueueEntry> action) {
        for (long s = window.oldest(window.end()); s < window.end(); s++) {
            visit(window.get(s), action);
        }
        for (long s = tail.first(); s < tail.end(); s++) {
            visit(tail.get(s), action);
        }
    }

    private static void visit(@Nullable QueueEntry entry, Consumer<QueueEntry> action) {
        if (entry != null) {
            action.accept(entry);
        }
    }
}
