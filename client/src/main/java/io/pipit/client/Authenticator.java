package io.pipit.client;

import io.pipit.mqtt.Auth;

/** Answers the challenges of enhanced authentication (MQTT 5.0, section 4.12) while the client connects. */
@FunctionalInterface
public interface Authenticator {
    /** The AUTH that answers a server's AUTH. */
    Auth answer(Auth challenge);
}
