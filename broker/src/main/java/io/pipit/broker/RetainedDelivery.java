package io.pipit.broker;

import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicFilter;

/**
 * The retained messages on their way to one new subscription: read by a cursor at the client's pace, between live
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
        CLIENT_BUSY
    }

    private final Session session;
    private final Subscription subscription;
    private final RetainedCursor cursor;

    RetainedDelivery(Session session, Subscription subscription) {
        this.session = session;
        this.subscription = subscription;
        this.cursor = session.loop().broker().retained().open(subscription.filter());
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
        int visits = VISITS_PER_TURN;
        while (visits > 0) {
            if (!client.isOpen() || !hasRoom(current)) {
                return Progress.CLIENT_BUSY;
            }
            visits--;
            switch (cursor.next(VISITS_PER_TURN)) {
                case RetainedCursor.Step.Found(Message message) -> send(message, current);
                case RetainedCursor.Step.Paused() -> {
                    return Progress.NEXT_TURN;
                }
                case RetainedCursor.Step.Finished() -> {
                    return Progress.FINISHED;
                }
            }
        }
        return Progress.NEXT_TURN;
    }

    private boolean hasRoom(Subscription current) {
        Queue queue = session.queue();
        return current.options().maximumQoS() == QoS.AT_MOST_ONCE
                ? !session.queuesUnacknowledged()
                : queue.room() > 0 && !queue.isFull();
    }

    private void send(Message message, Subscription current) {
        if (!current.excludes(message)) {
            session.deliver(message, current.retainedTerms(message), null);
        }
    }
}
