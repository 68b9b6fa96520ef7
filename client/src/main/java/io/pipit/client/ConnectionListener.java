package io.pipit.client;

import io.pipit.mqtt.ConnAck;
import java.time.Duration;

/**
 * Hears of a client's connections: in their order, and in order with the messages, on the thread that calls message
 * listeners. It may block and may call the client.
 */
public interface ConnectionListener {
    /**
     * The server has accepted a connection, the first or a later one. When the server had lost the session of a later
     * one ({@link ConnAck#sessionPresent} is false), subscriptions are being asked for again.
     */
    default void connected(ConnAck connAck) {}

    /**
     * The connection is lost, or an attempt to connect again has failed; the next attempt follows by itself.
     *
     * @param cause why; its reason code is the server's, where it gave one
     * @param retryIn how long until the next attempt
     */
    default void reconnecting(MqttException cause, Duration retryIn) {}

    /** There is no connection, and none will come by itself; {@link MqttClient#connect} may be called again. */
    default void disconnected(MqttException cause) {}
}
