package io.pipit.broker;

/** What happens to a message for a session whose queue is full. */
public enum QueuePolicy {
    /** The oldest that is not in flight makes room. */
    DROP_OLDEST,
    /** It is not queued. */
    DROP_NEWEST,
    /** It is not queued, and the client is disconnected with 0x97. */
    DISCONNECT,
    /** Its publisher is refused with 0x97, for all its subscribers; a 3.x publisher is closed without an answer. */
    REFUSE_PUBLISHER
}
