package io.pipit.broker.spi;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;

/** Hears what happens in the broker, on the loop where it happens; returns quickly and throws nothing. */
public interface BrokerListener {
    default void connected(Identity client, ProtocolVersion version, boolean sessionPresent) {}

    /** A connection that was accepted has ended, for this reason. */
    default void disconnected(Identity client, ReasonCode reason) {}

    /** A CONNECT was refused. */
    default void refused(ClientIdentifier clientIdentifier, Peer peer, ReasonCode reason, String why) {}

    /** A message did not reach a client, or was not accepted from it. */
    default void dropped(ClientIdentifier client, TopicName topic, DropReason reason) {}

    /** An alarm was raised, or cleared. */
    default void alarm(String name, String text, boolean raised) {}
}
