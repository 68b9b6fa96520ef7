package io.pipit.client;

/** Why an operation of the client failed; {@link MqttException} carries it with the details. */
public enum Failure {
    /** The name of the server has no address. */
    HOST_UNKNOWN,
    /** No connection came about: refused, no route, or no WebSocket there. */
    UNREACHABLE,
    /** No TLS came about: one side does not trust the other, or has no version or cipher suite in common with it. */
    UNTRUSTED,
    /** The server answered CONNECT with an error: the reason code says which. */
    REFUSED,
    /** The server acknowledged a request with an error: the reason code says which. */
    REJECTED,
    /** The server announced that it does not do this; nothing was sent. */
    NOT_POSSIBLE,
    /** There is no connection, or the client itself has closed it. */
    NOT_CONNECTED,
    /** There is no connection, and as many messages wait for the next one as the options allow. */
    BACKLOG_FULL,
    /** The connection ended without a DISCONNECT. */
    CONNECTION_LOST,
    /** The server sent DISCONNECT (MQTT 5.0): the reason code says why. */
    DISCONNECTED,
    /** The server did not answer in time. */
    TIMED_OUT,
    /** The server broke the protocol: the reason code says how. */
    PROTOCOL_ERROR,
    /** A {@link MessageListener} or {@link Authenticator} threw: its exception is the cause. */
    LISTENER_FAILED
}
