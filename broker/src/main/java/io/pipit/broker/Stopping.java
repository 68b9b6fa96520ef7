package io.pipit.broker;

import io.pipit.mqtt.ReasonCode;
import java.time.Duration;

/**
 * The orderly end of the broker: nothing more is decoded; when what is pending on all loops is committed and
 * acknowledged, every client is told; when what that brings about, wills above all, is stored, it has stopped. A
 * storage that does not answer is waited for a bounded time. Confined to the first loop, where it begins.
 */
final class Stopping {
    /** What clients are told. */
    static final String WHY = "the server is stopping";

    private final Broker broker;
    private final BrokerLoop first;
    private final Duration timeout;
    private final Runnable stopped;
    private int round;
    private int waiting;
    private boolean told;
    private boolean finished;

    /**
     * A stop.
     *
     * @param timeout for the storage; zero for none
     */
    Stopping(Broker broker, Duration timeout, Runnable stopped) {
        this.broker = broker;
        this.first = broker.loop(0);
        this.timeout = timeout;
        this.stopped = stopped;
    }

    void begin() {
        if (!timeout.isZero()) {
            first.port().schedule(timeout.toNanos(), this::timedOut);
        }
        for (BrokerLoop loop : broker.loops()) {
            loop.port().execute(loop::stop);
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
        client.disconnect(ReasonCode.SERVER_SHUTTING_DOWN, WHY);
    }

    private void storeTime() {
        broker.storeTime(first.lazyBatch());
        first.whenIdle(this::finish);
    }

    private void timedOut() {
        if (finished) {
            return;
        }
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
