package io.pipit.simulation;

import java.util.HashMap;
import java.util.Map;

/**
 * While queued messages and buffers take more than their limit, of each connection no more than one PUBLISH a second is
 * taken, and one on either side of that: so what is above the limit is bounded by the number of connections.
 */
final class MemoryBound {
    private static final long NEVER = -1;
    private static final long SECOND = 1_000_000_000L;

    private final long limit;
    private final Map<Integer, Integer> taken = new HashMap<>();
    private long peak;
    private long overSinceNanos = NEVER;

    /** Of a broker with this limit, in bytes. */
    MemoryBound(long limit) {
        this.limit = limit;
    }

    /** The most that was ever taken. */
    long peak() {
        return peak;
    }

    /** So many bytes are taken now. */
    void see(long used, long nanos) {
        peak = Math.max(peak, used);
        if (used <= limit) {
            overSinceNanos = NEVER;
            taken.clear();
        } else if (overSinceNanos == NEVER) {
            overSinceNanos = nanos;
        }
    }

    /** The broker is given a PUBLISH of this connection, while so many bytes are taken. */
    void publishes(int connection, long used, long nanos) {
        see(used, nanos);
        if (overSinceNanos == NEVER) {
            return;
        }
        int count = taken.merge(connection, 1, Integer::sum);
        if (count > 2 + (nanos - overSinceNanos) / SECOND) {
            throw new Violation(
                    "memory-bound",
                    count + " PUBLISH of connection " + connection + " were taken within "
                            + (nanos - overSinceNanos) / 1_000_000 + " ms, though " + used
                            + " bytes are above the limit of "
                            + limit);
        }
    }
}
