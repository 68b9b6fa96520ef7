package io.pipit.broker;

/** What the subscription index finds: a session's own subscription, or one that several sessions share. */
sealed interface Matched permits Subscription, SharedSubscription {}
