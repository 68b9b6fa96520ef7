package io.pipit.client;

/**
 * Takes messages, one at a time in the order of their arrival, on a thread that the client has for this: a listener
 * may block and may call the client. While it runs, later messages wait, and when too many do the client stops
 * reading.
 */
@FunctionalInterface
public interface MessageListener {
    /**
     * A message has come. With automatic acknowledgement it is acknowledged when this returns; an exception ends the
     * connection, and the message stays unacknowledged.
     */
    void received(ReceivedMessage message);

    /**
     * Nothing more comes. Either the connection has ended and the client does not connect again by itself, and the
     * cause is what ended it; or a subscription of this listener was refused when it was asked for again after the
     * server had lost it ({@link Failure#REJECTED}). A connection that comes back by itself is not told here but to a
     * {@link ConnectionListener}.
     */
    default void ended(MqttException cause) {}
}
