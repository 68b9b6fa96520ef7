package io.pipit.broker;

import io.pipit.mqtt.ReasonCode;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The orderly end of the broker, loop by loop: nothing more is decoded, what is pending is committed and acknowledged,
 * then every client is told. Begun on the first loop.
 */
final class Stopping {
    private final Broker broker;
    private final Runnable stopped;
    private final AtomicInteger stopping;

    Stopping(Broker broker, Runnable stopped) {
        this.broker = broker;
        this.stopped = stopped;
        this.stopping = new AtomicInteger(broker.loops().size());
    }

    void begin() {
        for (BrokerLoop loop : broker.loops()) {
            loop.port().execute(() -> {
                loop.connections().all().forEach(client -> client.pause(Pause.STOPPING));
                loop.whenIdle(() -> close(loop));
            });
        }
    }

    private void close(BrokerLoop loop) {
        loop.connections()
                .all()
                .forEach(client -> client.disconnect(ReasonCode.SERVER_SHUTTING_DOWN, "the server is stopping"));
        loop.whenIdle(() -> {
            if (stopping.decrementAndGet() == 0) {
                storeTime();
            }
        });
    }

    private void storeTime() {
        BrokerLoop first = broker.loop(0);
        first.port().execute(() -> {
            broker.storeTime(first.lazyBatch());
            first.whenIdle(stopped);
        });
    }
}
