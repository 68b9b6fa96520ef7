package io.pipit.broker;

import org.jspecify.annotations.Nullable;

/** A session that a topic matches, with the subscription or subscriptions by which it does. */
sealed interface Target permits Subscription, Overlap {
    Session session();

    /** How to deliver a message now, or null when none of the subscriptions wants it; on the session's loop. */
    @Nullable
    Terms terms(Message message);
}
