package io.pipit.transport;

/** What layers of a pipeline tell each other about the end of the stream of packets. */
enum StreamEnd {
    /** Event, towards the connection: nothing more comes, and nothing more is wanted after what was answered. */
    BY_PEER,
    /** Message, towards the network: the connection has sent its last. */
    BY_US
}
