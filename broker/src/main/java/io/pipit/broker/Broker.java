package io.pipit.broker;

import io.pipit.broker.spi.Authenticator;
import io.pipit.broker.spi.Authorizer;
import io.pipit.broker.spi.BrokerListener;
import io.pipit.broker.spi.Clock;
import io.pipit.broker.spi.ConnectionEvents;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.NetworkConnection;
import io.pipit.broker.spi.Storage;
import java.util.List;

/**
 * The broker itself. It knows no socket, disk, thread or clock: it meets them through the ports in {@code spi}.
 */
@SuppressWarnings("DoNotCallSuggester") // its shape only, as yet
public final class Broker {
    /** A broker whose sessions live on these loops; nothing runs before {@link #start}. */
    public Broker(
            Settings settings,
            List<? extends Loop> loops,
            Clock clock,
            Storage storage,
            Authenticator authenticator,
            Authorizer authorizer,
            List<? extends BrokerListener> listeners) {}

    /** Reads back what is stored, then runs {@code ready} on some loop; connections are accepted from then on. */
    public void start(Runnable ready) {
        throw new UnsupportedOperationException();
    }

    /**
     * A connection was accepted.
     *
     * @param loop where it is registered, and whose thread calls
     * @return what is to hear of its events
     */
    public ConnectionEvents accept(NetworkConnection connection, Loop loop) {
        throw new UnsupportedOperationException();
    }

    /** Publishes a message of the program around the broker; any thread. */
    public void publish(Message message) {
        throw new UnsupportedOperationException();
    }

    /**
     * Stops in order: decodes nothing more, waits for pending commits and sends their acknowledgements, tells 5.0
     * clients 0x8B, publishes wills that are due, closes the connections; then runs {@code stopped} on some loop.
     * The storage is the caller's to close.
     */
    public void stop(Runnable stopped) {
        throw new UnsupportedOperationException();
    }
}
