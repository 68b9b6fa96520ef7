package io.pipit.broker.spi;

/** The tables of the storage: keys of each are ordered by their unsigned bytes. */
public enum Table {
    /** What concerns the whole broker: the format, the time. */
    BROKER,
    /** One row a stored session. */
    SESSIONS,
    SUBSCRIPTIONS,
    /** The queue of each stored session, by its sequence numbers. */
    ENTRIES,
    /** Messages that several queues refer to, each with a counter. */
    MESSAGES,
    /** Packet Identifiers of QoS 2 that were received and not yet released. */
    RECEIVED,
    RETAINED,
    WILLS,
    /** Rows of the others that could not be read, moved here; the broker does not look at them again. */
    UNREADABLE
}
