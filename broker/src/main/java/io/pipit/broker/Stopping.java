package io.pipit.broker;

import io.pipit.mqtt.ReasonCode;

/**
 * The orderly end of the broker: nothing more is decoded; when what is pending on all loops is committed and
 * acknowledged, every client is told; when what that brings about, wills above all, is stored, it has stopped. A
 * storage that does not answer is waited for a bounded time. Confined to the first loop, where it begins.
 */
final class Stopping {
    private static final long TIMEOUT_NANOS = 10_000_000_000L;

    private final Broker broker;
    private final BrokerLoop first;
    private final Runnable stopped;
    private int round;
    private int waiting;
    private boolean told;
    private boolean finished;

    Stopping(Broker broker, Runnable stopped) {
        this.broker = broker;
        this.first = broker.loop(0);
        this.stopped = stopped;
    }

    void begin() {
        first.port().schedule(TIMEOUT_NANOS, this::timedOut);
        for (BrokerLoop loop : broker.loops()) {
            loop.port().execute(() -> loop.connections().all().forEach(client -> client.pause(Pause.STOPPING)));
        }
        whenAllAreIdle(this::tellClients);
    }

    private void tellClients() {
        told = true;
        for (BrokerLoop loop : broker.loops()) {
            loop.port().execute(() -> loop.connections().all().forEach(Stopping::tell));
        }
        whenAllAreIdle(this::storeTime);
    }

    private static void tell(Client client) {
        client.disconnect(ReasonCode.SERVER_SHUTTING_DOWN, "the server is stopping");
    }

    private void storeTime() {
        broker.storeTime(first.lazyBatch());
        first.whenIdle(this::finish);
    }

    private void timedOut() {
        if (!told) {
            tellClients();
        }
        round++; // nobody waits any more
        waiting = broker.loops().size();
        for (BrokerLoop loop : broker.loops()) {
            loop.port()
                    .execute(() -> first.port().execute(() -> {
                        waiting--;
                        if (waiting == 0) {
                            finish();
                        }
                    }));
        }
    }

    private void finish() {
        if (!finished) {
            finished = true;
            stopped.run();
        }
    }

    /** Runs something when every loop has done what it had to. */
    private void whenAllAreIdle(Runnable then) {
        round++;
        int current = round;
        waiting = broker.loops().size();
        for (BrokerLoop loop : broker.loops()) {
            loop.port()
                    .execute(() -> loop.whenIdle(() -> first.port().execute(() -> {
                        if (current == round && --waiting == 0) {
                            then.run();
                        }
                    })));
        }
    }
}
