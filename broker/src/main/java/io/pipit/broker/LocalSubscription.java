package io.pipit.broker;

import io.pipit.mqtt.TopicFilter;

/** A subscription of the program around the broker, which goes on until it is closed. Any thread. */
public interface LocalSubscription extends AutoCloseable {
    /** What it matches. */
    TopicFilter filter();

    /** Messages that wait for the listener; a moment old. */
    int waiting();

    /** Messages that the listener did not get: too many waited, or they expired while they did. A moment old. */
    long dropped();

    /**
     * Ends it; what still waits is dropped. A call of the listener that has begun, or begins at this very moment, may
     * outlast this. A second call does nothing.
     */
    @Override
    void close();
}
