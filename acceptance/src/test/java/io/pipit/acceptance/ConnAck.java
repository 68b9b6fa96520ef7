package io.pipit.acceptance;

import org.jspecify.annotations.Nullable;

/** What the broker answered to an accepted CONNECT, as far as the library tells; null is "not said". */
record ConnAck(
        boolean sessionPresent,
        @Nullable String assignedClientId,
        @Nullable Integer topicAliasMaximum,
        @Nullable Integer receiveMaximum) {

    /** What a client of MQTT 3.x learns. */
    static ConnAck of(boolean sessionPresent) {
        return new ConnAck(sessionPresent, null, null, null);
    }
}
