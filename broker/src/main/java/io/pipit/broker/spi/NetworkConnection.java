package io.pipit.broker.spi;

import io.pipit.mqtt.EncodedPublish;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.ProtocolVersion;

/**
 * One network connection of the transport. Confined to the loop on which it is registered, at first the one that
 * accepted it. What is sent goes into one outgoing buffer, which is flushed at the end of the turn.
 */
public interface NetworkConnection {
    /** Who is at the other end. */
    Peer peer();

    /**
     * The CONNECT was accepted: packets up to this size are read from now on.
     *
     * @param maximumPacketSize bytes, fixed header included
     */
    void established(int maximumPacketSize);

    /** Appends a packet to the outgoing buffer, in the version of the connection's CONNECT. */
    void send(Packet packet, ProtocolVersion version);

    /**
     * Appends a PUBLISH that was encoded before.
     *
     * @param packetIdentifier 1 to 65,535, or 0 at QoS 0
     */
    void send(EncodedPublish publish, int packetIdentifier, boolean dup);

    /** Bytes that were sent and that the network has not taken. */
    long outgoingBytes();

    /** Decodes no further packet: what was read already waits. Repeated calls change nothing. */
    void pause();

    /** Goes on decoding, in a later step of this turn or in a later turn. */
    void resume();

    /**
     * Registers this connection, which is paused, on another loop, without a byte lost; {@code arrived} runs there,
     * and every later call and event belongs to that loop. When the peer has gone meanwhile, the connection's
     * {@link ConnectionEvents#closed()} comes instead, on either loop.
     */
    void move(Loop target, Runnable arrived);

    /** Sends what is in the outgoing buffer as far as the peer takes it within a bounded time, then closes. */
    void close();

    /** Closes at once. */
    void abort();
}
