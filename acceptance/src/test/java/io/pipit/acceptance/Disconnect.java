package io.pipit.acceptance;

import org.jspecify.annotations.Nullable;

/** A client's DISCONNECT; reason code and expiry exist in MQTT 5.0. */
record Disconnect(int reasonCode, @Nullable Long sessionExpirySeconds) {
    static final Disconnect NORMAL = new Disconnect(0, null);
    static final Disconnect WITH_WILL = new Disconnect(4, null);

    static Disconnect expiring(long seconds) {
        return new Disconnect(0, seconds);
    }
}
