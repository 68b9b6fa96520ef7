package io.pipit.simulation;

/** How a dialogue in MQTT 3.1.1 begins. */
final class ThreeOneOne {
    private ThreeOneOne() {}

    /** A CONNECT with Clean Session. */
    static ConnectDraft clean(String clientIdentifier) {
        return ConnectDraft.of(clientIdentifier).v311();
    }

    /** A CONNECT without Clean Session: what is there is resumed, and stays. */
    static ConnectDraft stored(String clientIdentifier) {
        return clean(clientIdentifier).resuming();
    }
}
