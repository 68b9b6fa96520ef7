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

    /** The connection that messages came from has ended, whoever ended it; nothing more comes until the next one. */
    default void connectionEnded(MqttException cause) {}
}
