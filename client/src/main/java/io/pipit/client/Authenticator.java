package io.pipit.client;

import io.pipit.mqtt.Auth;

/**
 * Answers the challenges of enhanced authentication (MQTT 5.0, section 4.12), while the client connects and while it
 * authenticates anew. Called by the thread that connects or reads: it must not wait for the client. What it throws ends
 * the connection.
 */
@FunctionalInterface
public interface Authenticator {
    /**
     * Answers a server's AUTH.
     *
     * @return the AUTH whose properties go back, with the Authentication Method of CONNECT in any case
     */
    Auth answer(Auth challenge);
}
