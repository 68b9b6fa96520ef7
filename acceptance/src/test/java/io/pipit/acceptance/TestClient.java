package io.pipit.acceptance;

import java.time.Duration;

/**
 * One client of one library, with a single connection in its life. Each call waits for the broker's answer, at most
 * {@link #PATIENCE}, and fails with an exception that says what did not come. Reconnecting is never left to the library.
 */
interface TestClient extends AutoCloseable {
    /** How long an event that must come is waited for. */
    Duration PATIENCE = Duration.ofSeconds(10);

    ConnAck connect(Connect connect);

    /** Sends one SUBSCRIBE with one filter, and returns the reason code of SUBACK. */
    int subscribe(Subscription subscription);

    /** Sends one UNSUBSCRIBE with one filter, and returns the reason code of UNSUBACK, in MQTT 3.x 0. */
    int unsubscribe(String filter);

    /** Publishes, and waits for the last acknowledgement of the QoS. */
    void publish(Message message);

    void disconnect(Disconnect disconnect);

    /** What this client has received. */
    Inbox inbox();

    default void subscribe(String filter, int qos) {
        int code = subscribe(Subscription.to(filter, qos));
        if (code != qos) {
            throw new AssertionError("subscription to " + filter + " at QoS " + qos + " was answered with " + code);
        }
    }

    default Message next() {
        return inbox().next();
    }

    default void disconnect() {
        disconnect(Disconnect.NORMAL);
    }

    /** Ends the connection, if there is one, and what the library runs for it. */
    @Override
    void close();
}
