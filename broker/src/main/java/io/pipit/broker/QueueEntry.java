package io.pipit.broker;

import io.pipit.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * One message in the order of one session, from its admission until it is complete. Confined to the session's loop.
 */
final class QueueEntry {
    /** What has happened to it. */
    enum State {
        /** Not sent on this connection. */
        QUEUED,
        /** PUBLISH sent: PUBACK or PUBREC is awaited. */
        SENT,
        /** PUBREC received: its PUBREL waits for the storage. */
        RECEIVED,
        /** PUBREL sent: PUBCOMP is awaited. */
        RELEASED,
        /** Acknowledged, dropped or refused: nothing is owed. */
        DONE
    }

    private final long sequence;
    private final Terms terms;
    private final int bytes;
    private long messageId;
    private final @Nullable TopicName topic;
    private @Nullable Message message;
    private State state = State.QUEUED;
    private boolean durable;
    private boolean rowless;
    private boolean dup;

    /**
     * An entry.
     *
     * @param message null of one whose PUBREC was received
     * @param messageId of a message stored apart from its entries, or 0
     * @param bytes what it counts for in the queue's bound
     */
    QueueEntry(long sequence, Terms terms, @Nullable Message message, long messageId, int bytes) {
        this.sequence = sequence;
        this.terms = terms;
        this.message = message;
        this.topic = message == null ? null : message.topic();
        this.messageId = messageId;
        this.bytes = bytes;
    }

    long sequence() {
        return sequence;
    }

    /** The Packet Identifier that the sequence number gives. */
    int packetIdentifier() {
        return SendWindow.packetIdentifier(sequence);
    }

    Terms terms() {
        return terms;
    }

    int bytes() {
        return bytes;
    }

    long messageId() {
        return messageId;
    }

    /** Its claim on a message that is stored apart, given up: the number of that message, once, and then 0. */
    long takeMessageId() {
        long taken = messageId;
        messageId = 0;
        return taken;
    }

    @Nullable
    Message message() {
        return message;
    }

    /** The topic of its message, or null of one whose PUBREC was received on an earlier connection. */
    @Nullable
    TopicName topic() {
        return topic;
    }

    /** The message is in flight and will not be needed on this connection again. */
    void forgetMessage() {
        message = null;
    }

    State state() {
        return state;
    }

    void become(State next) {
        state = next;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** Whether its row is safe, or it needs none. */
    boolean isDurable() {
        return durable;
    }

    void becomeDurable() {
        durable = true;
    }

    /** The storage did not take it: there is no row of it, and no claim on a message that is stored apart. */
    void becomeRowless() {
        rowless = true;
        messageId = 0;
    }

    /** Whether the storage did not take it, so that only this connection knows of it. */
    boolean isRowless() {
        return rowless;
    }

    /** Whether it may have been sent on an earlier connection [MQTT-3.3.1-1]. */
    boolean isDup() {
        return dup;
    }

    /** Marks it as one of an earlier connection when its sequence number is not above the highest that was sent. */
    void markDupUpTo(long sentUpTo) {
        dup = sequence <= sentUpTo;
    }
}
