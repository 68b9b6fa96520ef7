package io.pipit.broker;

/** Why nothing more of a connection is decoded for the moment. */
enum Pause {
    /** Its CONNECT is being decided. */
    CONNECTING,
    /** Its own outgoing buffer is over its bound. */
    OUTGOING,
    /** Too many of its messages wait for the storage. */
    STORAGE,
    /** It fills the broker's memory. */
    MEMORY,
    /** The broker stops. */
    STOPPING
}
