package io.pipit.broker;

/**
 * Takes the messages of a {@link LocalSubscription}, one at a time, in the order in which they came, and never on an
 * event loop: it may block, publish, subscribe, and close subscriptions. While it runs, later messages wait, as many as
 * a session's queue may hold.
 */
@FunctionalInterface
public interface LocalListener {
    /**
     * A message has come.
     *
     * @throws Exception whatever goes wrong in the program; it is logged, and the next message comes all the same
     */
    void received(LocalMessage message) throws Exception;
}
