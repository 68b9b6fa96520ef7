package io.pipit.client;

/** Who says that a received message has been taken care of. */
public enum Acknowledgement {
    /** The client, when the listener has returned. */
    AUTOMATIC,
    /** The application, by {@link ReceivedMessage#acknowledge()}. */
    MANUAL
}
