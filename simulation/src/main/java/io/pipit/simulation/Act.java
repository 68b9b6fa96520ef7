package io.pipit.simulation;

import io.pipit.mqtt.QoS;
import io.pipit.mqtt.RetainHandling;

/** One thing that somebody in a simulated world does; clients are named by their numbers. */
sealed interface Act {
    /** Somebody with a network connection, or who wants one. */
    sealed interface OfClient extends Act {
        int client();
    }

    /** How an acknowledgement is given. */
    enum Manner {
        PLAIN,
        TWICE,
        REFUSED
    }

    /** How a storage misbehaves. */
    enum Trouble {
        /** Commits take seconds. */
        SLOW,
        /** Commits fail, since there is no room. */
        FULL,
        /** Commits fail. */
        FAILING,
        /** Durable work is refused before it is handed in. */
        REFUSING,
        /** Reads fail. */
        UNREADABLE,
        /** Reads take seconds. */
        SLOW_READS
    }

    /** Publishes messages of one topic, one after the other. */
    record Publish(int client, Topics.Kind kind, int topic, QoS qos, int count, int size, int expirySeconds)
            implements OfClient {}

    /** Publishes the empty retained message. */
    record Clear(int client) implements OfClient {}

    record Subscribe(int client, Topics.Kind kind, int filter, QoS qos, boolean noLocal, RetainHandling retainHandling)
            implements OfClient {}

    record Unsubscribe(int client, Topics.Kind kind, int filter) implements OfClient {}

    /** Sends so many of the acknowledgements that it owes, in any order. */
    record Acknowledge(int client, int count, Manner manner) implements OfClient {}

    /** Connects, unless it is connected. */
    record Connect(int client, boolean cleanStart) implements OfClient {}

    /** Connects on another connection though it is connected. */
    record TakeOver(int client, boolean cleanStart) implements OfClient {}

    /** Disconnects in order. */
    record Leave(int client, boolean endSession, boolean withWill) implements OfClient {}

    /** The network connection breaks, and both sides notice. */
    record Lose(int client) implements OfClient {}

    /** The network connection breaks, and the broker does not notice. */
    record GoSilent(int client) implements OfClient {}

    /** Takes so many more bytes, and then none. */
    record Stall(int client, int bytes) implements OfClient {}

    /** Takes bytes again. */
    record Read(int client) implements OfClient {}

    /** Its network needs so long for what it sends. */
    record Lag(int client, int millis) implements OfClient {}

    /** The process is killed within a turn, after so many of its tasks, and starts again. */
    record Crash(int tasks, int downMillis) implements Act {}

    /** The process stops in order, and starts again. */
    record Restart(int downMillis) implements Act {}

    /** The storage misbehaves for a while. */
    record Disk(Trouble trouble, int millis) implements Act {}

    /** The wall clock is set. */
    record StepWall(int seconds) implements Act {}

    /** Nobody does anything. */
    record Pass() implements Act {}
}
