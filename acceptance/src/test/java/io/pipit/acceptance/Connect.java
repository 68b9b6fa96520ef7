package io.pipit.acceptance;

import org.jspecify.annotations.Nullable;

/**
 * What a client asks for in CONNECT. {@code clean} is Clean Session or Clean Start; the expiry counts in MQTT 5.0 only,
 * where a 3.x session that is not clean has none.
 */
record Connect(
        String clientId,
        boolean clean,
        long sessionExpirySeconds,
        @Nullable Will will) {
    static final int KEEP_ALIVE_SECONDS = 60;

    /** A session that ends with its connection. */
    static Connect clean(String clientId) {
        return new Connect(clientId, true, 0, null);
    }

    /** A session that is resumed, and outlives its connection. */
    static Connect stored(String clientId) {
        return stored(clientId, 300);
    }

    static Connect stored(String clientId, long sessionExpirySeconds) {
        return new Connect(clientId, false, sessionExpirySeconds, null);
    }

    Connect withWill(Message message) {
        return withWill(message, 0);
    }

    Connect withWill(Message message, long delaySeconds) {
        return new Connect(clientId, clean, sessionExpirySeconds, new Will(message, delaySeconds));
    }
}
