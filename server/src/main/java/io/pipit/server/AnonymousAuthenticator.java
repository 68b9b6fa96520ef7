package io.pipit.server;

import io.pipit.broker.spi.Authenticator;
import io.pipit.broker.spi.Peer;
import io.pipit.mqtt.Connect;
import java.util.function.Consumer;

/** Takes everybody who reaches a listener, whatever they say about themselves. */
final class AnonymousAuthenticator implements Authenticator {
    @Override
    public void authenticate(Connect connect, Peer peer, Consumer<Decision> answer) {
        answer.accept(new Decision.Accepted());
    }
}
