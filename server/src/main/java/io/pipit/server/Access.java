package io.pipit.server;

import io.pipit.broker.spi.Authenticator;
import io.pipit.broker.spi.Authorizer;
import org.jspecify.annotations.Nullable;

/**
 * Who may connect and what they may do, as the program around the broker decides it.
 *
 * @param authenticator null leaves it to the configuration
 * @param authorizer null allows everything, but {@code $SYS}
 */
record Access(
        @Nullable Authenticator authenticator, @Nullable Authorizer authorizer) {
    /** The program decides nothing. */
    static final Access CONFIGURED = new Access(null, null);

    Authenticator authenticatorOrAnonymous() {
        Authenticator own = authenticator();
        return own == null ? new AnonymousAuthenticator() : own;
    }

    Authorizer authorizerOrOpen() {
        Authorizer own = authorizer();
        return own == null ? new OpenAuthorizer() : own;
    }
}
