package io.pipit.broker;

import java.util.function.Consumer;

/** Asks every loop what it holds, one turn each, and adds it up on the first loop, to which it is confined. */
final class CensusTaking {
    private final Broker broker;
    private final BrokerLoop first;
    private final Consumer<? super Census> taken;
    private Census.Holdings sum = Census.Holdings.NONE;
    private long uncountedMemory;
    private int waiting;

    CensusTaking(Broker broker, Consumer<? super Census> taken) {
        this.broker = broker;
        this.first = broker.loop(0);
        this.taken = taken;
    }

    void begin() {
        waiting = broker.loops().size();
        for (BrokerLoop loop : broker.loops()) {
            loop.port().execute(() -> {
                Census.Holdings holdings = Census.Holdings.of(loop);
                long uncounted = loop.memory().uncounted();
                first.port().execute(() -> add(holdings, uncounted));
            });
        }
    }

    private void add(Census.Holdings holdings, long uncounted) {
        sum = sum.plus(holdings);
        uncountedMemory += uncounted;
        waiting--;
        if (waiting == 0) {
            taken.accept(new Census(
                    sum,
                    Census.Counted.of(new Metrics.Snapshot(
                            broker.loops().stream().map(BrokerLoop::metrics).toList())),
                    broker.index().filters(),
                    broker.index().size(),
                    broker.index().isEmpty(),
                    broker.shared().size(),
                    broker.retained().count(),
                    broker.retained().bytes(),
                    broker.retained().cache().bytes(),
                    broker.retained().unsettledBytes(),
                    broker.memory().queued() + uncountedMemory));
        }
    }
}
