package io.pipit.acceptance;

import org.jspecify.annotations.Nullable;

/**
 * What a client asks for in CONNECT. {@code clean} is Clean Session or Clean Start; expiry and aliases count in MQTT 5.0
 * only.
 */
record Connect(
        String clientId,
        boolean clean,
        long sessionExpirySeconds,
        int topicAliasMaximum,
        @Nullable Will will) {
    static final int KEEP_ALIVE_SECONDS = 60;

    /** A session that ends with its connection. */
    static Connect clean(String clientId) {
        return new Connect(clientId, true, 0, 0, null);
    }

    /** A session that is resumed, and outlives its connection. */
    static Connect stored(String clientId) {
        return stored(clientId, 300);
    }

    static Connect stored(String clientId, long sessionExpirySeconds) {
        return new Connect(clientId, false, sessionExpirySeconds, 0, null);
    }

    /** Allows the broker to send aliases for topics. */
    Connect withTopicAliases(int maximum) {
        return new Connect(clientId, clean, sessionExpirySeconds, maximum, will);
    }

    Connect withWill(Message message) {
        return withWill(message, 0);
    }

    Connect withWill(Message message, long delaySeconds) {
        return new Connect(clientId, clean, sessionExpirySeconds, topicAliasMaximum, new Will(message, delaySeconds));
    }
}
