package io.pipit.broker;

import org.jspecify.annotations.Nullable;

/**
 * What was sent at QoS 1 and 2 on one connection and is not complete: at most the client's Receive Maximum
 * [MQTT-3.3.4-9], found by Packet Identifier. Identifiers follow from sequence numbers, so nothing is stored for
 * them: an identifier that is still in use makes sending wait [MQTT-2.2.1-4]. Confined to the session's loop.
 */
final class SendWindow {
    private static final int IDENTIFIERS = 65_535;

    private final EntryRing inflight = new EntryRing(1);
    private int size;
    private int receiveMaximum = IDENTIFIERS;

    /** The Packet Identifier of a sequence number: 1 to 65,535, the same whenever it is asked. */
    static int packetIdentifier(long sequence) {
        return 1 + (int) (sequence % IDENTIFIERS);
    }

    /** A new connection: nothing is in flight on it. */
    void open(int receiveMaximum) {
        this.receiveMaximum = receiveMaximum;
        size = 0;
        inflight.clear(1);
    }

    /** Whether the entry with this sequence number may be sent now. */
    boolean accepts(long sequence) {
        return size < receiveMaximum && (inflight.isEmpty() || sequence - inflight.first() < IDENTIFIERS);
    }

    /** How many more could be sent if no identifier were in use. */
    int room() {
        return receiveMaximum - size;
    }

    int size() {
        return size;
    }

    /** An entry was sent. */
    void add(QueueEntry entry) {
        inflight.add(entry);
        size++;
    }

    /** The entry in flight with this Packet Identifier, or null. */
    @Nullable
    QueueEntry find(int packetIdentifier) {
        if (inflight.isEmpty()) {
            return null;
        }
        int distance = packetIdentifier - packetIdentifier(inflight.first());
        return inflight.get(inflight.first() + (distance < 0 ? distance + IDENTIFIERS : distance));
    }

    /** An entry is complete. */
    void remove(QueueEntry entry) {
        inflight.remove(entry.sequence());
        size--;
    }

    /** The lowest sequence number in flight, or {@code otherwise} when there is none. */
    long oldest(long otherwise) {
        return inflight.isEmpty() ? otherwise : inflight.first();
    }

    /** One more than the highest sequence number in flight. */
    long end() {
        return inflight.end();
    }

    /** The entry in flight with this sequence number, or null. */
    @Nullable
    QueueEntry get(long sequence) {
        return inflight.get(sequence);
    }
}
