package io.pipit.broker;

/**
 * What the subscription index finds: a session's own subscription, one that several sessions share, or one of the
 * program around the broker.
 */
sealed interface Matched permits Subscription, SharedSubscription, LocalTarget {
    /**
     * A hash that few have in common, and the same whenever the same happens again: by it the index orders those of one
     * filter when they are many.
     */
    int orderHash();
}
