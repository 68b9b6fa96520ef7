package io.pipit.broker;

import io.pipit.broker.spi.DropReason;
import org.jspecify.annotations.Nullable;

/** A session that a topic matches, with the subscription or subscriptions by which it does. */
sealed interface SessionTarget extends Target permits Subscription, Overlap {
    Session session();

    /** How to deliver a message now, or null when none of the subscriptions wants it; on the session's loop. */
    @Nullable
    Terms terms(Message message);

    @Override
    default void admit(Message message, @Nullable Part part) {
        session().admit(message, this, part);
    }

    @Override
    default void broke(Message message, Throwable fault) {
        session().dropped(message.topic(), message.qos(), DropReason.BROKER_FAULT);
        session().broke(fault);
    }

    @Override
    default boolean isFull() {
        return session().isFull();
    }
}
