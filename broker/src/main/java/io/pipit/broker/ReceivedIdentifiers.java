package io.pipit.broker;

import java.util.BitSet;

/**
 * The Packet Identifiers of QoS 2 messages that were received and whose PUBREL was not [MQTT-4.3.3-10]. Confined to
 * the session's loop.
 */
final class ReceivedIdentifiers {
    /** What a PUBLISH at QoS 2 is. */
    enum Receipt {
        /** To be published. */
        FIRST,
        /** Published before, and safe: PUBREC again. */
        DUPLICATE,
        /** Published before, its commit pending: PUBREC follows that. */
        PENDING
    }

    private final BitSet known = new BitSet();
    private final BitSet pending = new BitSet();
    private final BitSet waiting = new BitSet();
    private final BitSet releasing = new BitSet();

    /** Whether a PUBLISH with this identifier has come, and its PUBREL has not. */
    boolean isKnown(int packetIdentifier) {
        return known.get(packetIdentifier);
    }

    /** How many identifiers are in use, for whatever. */
    int size() {
        BitSet any = (BitSet) known.clone();
        any.or(waiting);
        any.or(releasing);
        return any.cardinality();
    }

    /** A PUBLISH with this identifier has come. */
    Receipt receive(int packetIdentifier) {
        if (!known.get(packetIdentifier)) {
            known.set(packetIdentifier);
            pending.set(packetIdentifier);
            return Receipt.FIRST;
        }
        return pending.get(packetIdentifier) ? Receipt.PENDING : Receipt.DUPLICATE;
    }

    /** A new connection repeats a PUBLISH whose commit is pending: it is to have the PUBREC. */
    void await(int packetIdentifier) {
        waiting.set(packetIdentifier);
    }

    /** Whether somebody else than the PUBLISH's own connection waits for its PUBREC; asked once. */
    boolean isAwaited(int packetIdentifier) {
        boolean awaited = waiting.get(packetIdentifier);
        waiting.clear(packetIdentifier);
        return awaited;
    }

    /** The connection that waited has gone. */
    void forgetWaiting() {
        waiting.clear();
    }

    /** The commit of a PUBLISH has ended; when it failed, the identifier is free again. */
    void settle(int packetIdentifier, boolean accepted) {
        pending.clear(packetIdentifier);
        if (!accepted) {
            known.clear(packetIdentifier);
        }
    }

    /** Recovered from storage. */
    void restore(int packetIdentifier) {
        known.set(packetIdentifier);
    }

    /** PUBREL has come: whether it is the first for an identifier that was received. */
    boolean release(int packetIdentifier) {
        if (!known.get(packetIdentifier) || pending.get(packetIdentifier)) {
            return false;
        }
        known.clear(packetIdentifier);
        releasing.set(packetIdentifier);
        return true;
    }

    /** Whether the removal of this identifier is on its way to the storage: PUBCOMP follows that. */
    boolean isReleasing(int packetIdentifier) {
        return releasing.get(packetIdentifier);
    }

    /** The removal is safe. */
    void released(int packetIdentifier) {
        releasing.clear(packetIdentifier);
    }
}
