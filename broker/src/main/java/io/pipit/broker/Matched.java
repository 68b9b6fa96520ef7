package io.pipit.broker;

/** What the subscription index finds: a session's own subscription, or one that several sessions share. */
sealed interface Matched permits Subscription, SharedSubscription {
    /**
     * A hash that few have in common, and the same whenever the same happens again: by it the index orders those of one
     * filter when they are many.
     */
    int orderHash();
}
