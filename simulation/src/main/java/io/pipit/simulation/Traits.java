package io.pipit.simulation;

import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import org.jspecify.annotations.Nullable;

/**
 * What a client is like, for all of a history.
 *
 * @param stored whether its session outlives its connections
 * @param expirySeconds of a stored session; 3.x sessions have what the broker gives them
 * @param receiveMaximum 65,535 in 3.x
 * @param keepAliveSeconds 0 for none; it pings in time
 * @param prompt whether it acknowledges at once; else when a step says so
 * @param fragments whether its packets arrive in pieces
 * @param aliases how many Topic Aliases it accepts
 * @param willQoS null for no will
 */
record Traits(
        String name,
        ProtocolVersion version,
        boolean stored,
        long expirySeconds,
        int receiveMaximum,
        int keepAliveSeconds,
        boolean prompt,
        boolean fragments,
        int aliases,
        @Nullable QoS willQoS,
        int willDelaySeconds) {
    /** A Session Expiry Interval that no history outlasts. */
    static final long LONG = 100_000;

    /** Whether its session may expire within a history. */
    boolean isMortal() {
        return stored && version.hasProperties() && expirySeconds < LONG;
    }
}
