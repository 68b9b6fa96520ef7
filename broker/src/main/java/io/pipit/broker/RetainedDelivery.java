package io.pipit.broker;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicFilter;

/**
 * The retained messages on their way to one new subscription: taken from a reader at the client's pace, between live
 * messages, never cut short and never counted against the queue. That of a stored session waits for its next
 * connection when this one ends, and begins anew after a restart of the broker. Confined to the session's loop.
 */
final class RetainedDelivery {
    private static final int VISITS_PER_TURN = 256;

    /** How far one step has come. */
    enum Progress {
        /** Everything was sent, or nobody wants it any more. */
        FINISHED,
        /** There is more, and other work gets its turn first. */
        NEXT_TURN,
        /** There is more when the client has read or acknowledged something. */
        CLIENT_BUSY,
        /** There is more when the storage has answered; the session is told. */
        READING
    }

    private final Session session;
    private final Subscription subscription;
    private final RetainedReader reader;

    RetainedDelivery(Session session, Subscription subscription) {
        this.session = session;
        this.subscription = subscription;
        this.reader = new RetainedReader(session.loop(), subscription.filter(), session::pump);
    }

    /** To which filter they go. */
    TopicFilter filter() {
        return subscription.filter();
    }

    /** Sends what fits into this turn. */
    Progress advance(Client client) {
        Subscription current = subscription.current();
        if (current == null) {
            return Progress.FINISHED; // unsubscribed
        }
        for (int visits = VISITS_PER_TURN; visits > 0; visits--) {
            if (!client.isOpen() || !hasRoom(current)) {
                return Progress.CLIENT_BUSY;
            }
            switch (reader.next(VISITS_PER_TURN)) {
                case RetainedReader.Step.Found(Message message) -> {
                    if (!send(message, current)) {
                        return Progress.CLIENT_BUSY;
                    }
                    reader.pass();
                }
                case RetainedReader.Step.Paused() -> {
                    return Progress.NEXT_TURN;
                }
                case RetainedReader.Step.Reading() -> {
                    return Progress.READING;
                }
                case RetainedReader.Step.Finished() -> {
                    return Progress.FINISHED;
                }
            }
        }
        return Progress.NEXT_TURN;
    }

    /** Lets go of what was read from the storage and not sent. */
    void letGo() {
        reader.letGo();
    }

    /** It is over, whatever is left. */
    void close() {
        reader.close();
    }

    /** Whether there is room for a message, as far as that can be said before it is known. */
    private boolean hasRoom(Subscription current) {
        return current.options().maximumQoS() == QoS.AT_MOST_ONCE
                ? !session.queuesUnacknowledged()
                : session.queue().room() > 0 && !session.queue().isFull();
    }

    /** Sends a message, or passes over one that is not for this client; false when it has to wait for room. */
    private boolean send(Message message, Subscription current) {
        if (current.excludes(message)) {
            return true;
        }
        Terms terms = current.retainedTerms(message);
        if (terms.qos().isAcknowledged()) {
            Queue queue = session.queue();
            if (!queue.mayHold(message.bytes())) {
                session.dropped(message.topic(), terms.qos(), DropReason.QUEUE_FULL);
                return true;
            }
            if (!queue.hasRoomFor(message.bytes())) {
                return false;
            }
        }
        session.deliver(message, terms, null);
        return true;
    }
}
