package io.pipit.transport;

import io.pipit.broker.spi.ConnectionEvents;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.NetworkConnection;

/** Takes the connections that a {@link Listener} accepts: the broker, or a script in a test. */
@FunctionalInterface
public interface Acceptor {
    /**
     * A connection was accepted, and for a WebSocket upgraded.
     *
     * @param loop where it is registered, and whose thread calls
     * @return what is to hear of its events
     */
    ConnectionEvents accept(NetworkConnection connection, Loop loop);
}
