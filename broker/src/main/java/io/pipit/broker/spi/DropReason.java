package io.pipit.broker.spi;

/** Why a message was not delivered to a client, or not accepted from one. Every drop has exactly one. */
public enum DropReason {
    /** The queue of the session, or of the program's own subscription, was full: by count or bytes. */
    QUEUE_FULL,
    /** QoS 0, and the client did not read fast enough. */
    CLIENT_TOO_SLOW,
    /** QoS 0, and the session had no connection. */
    OFFLINE_QOS_0,
    /** Its Message Expiry Interval passed. */
    EXPIRED,
    /** Larger than the client's Maximum Packet Size. */
    PACKET_TOO_LARGE,
    /** The subscription was ended before the message was sent. */
    UNSUBSCRIBED,
    /** The session ended with the message in its queue. */
    SESSION_ENDED,
    /** Sent at QoS 2 to a member of a shared subscription whose session ended. */
    SHARED_QOS_2_IN_FLIGHT,
    /** A shared subscription had no member that could take it. */
    NO_SHARED_MEMBER,
    /** The client may not publish to the topic. */
    NOT_AUTHORIZED,
    /** The client refused it with a reason code of 0x80 or above. */
    REFUSED_BY_CLIENT,
    /** The storage could not take it. */
    STORAGE_REFUSED,
    /** Its row in the storage could not be read, and was set aside. */
    UNREADABLE,
    /** The broker itself failed at it, which the log tells of; what a stored session had taken by then stays. */
    BROKER_FAULT,
    /** Not the message was dropped, but its being retained, since the server offers that to nobody. */
    RETAIN_NOT_AVAILABLE
}
