package io.pipit.transport;

import io.pipit.broker.spi.Peer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Faults of our own code, each of which has ended one connection. All are counted; the first of each kind is logged
 * as an error, the others for debugging only, since a client may be able to repeat what causes them. Any thread.
 */
final class Faults {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

    private final LongAdder count = new LongAdder();
    private final Set<Class<?>> seen = ConcurrentHashMap.newKeySet();

    void endedConnection(Peer peer, Throwable fault) {
        count.increment();
        if (seen.add(fault.getClass())) {
            LOG.error(
                    "The connection of {} ends by a fault of the broker; more of its kind are only counted",
                    peer,
                    fault);
        } else {
            LOG.debug("The connection of {} ends by a fault of the broker", peer, fault);
        }
    }

    void brokeTask(Throwable fault) {
        count.increment();
        LOG.error("A task of an event loop failed", fault);
    }

    long count() {
        return count.sum();
    }
}
