package io.pipit.transport;

import io.netty.util.concurrent.EventExecutor;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handshakes of one listener that have failed: counted by reason, and logged at most once a minute for each, so that
 * nobody outside can fill a disk. Any thread.
 */
final class TlsFailures {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFailures.class);
    private static final long QUIET_SECONDS = 60;

    /** One reason. */
    private static final class Count {
        private final LongAdder all = new LongAdder();
        private final LongAdder leftOut = new LongAdder();
        private final AtomicBoolean quiet = new AtomicBoolean();
    }

    private final String listener;
    private final Map<TlsFailure, Count> counts = new EnumMap<>(TlsFailure.class);

    TlsFailures(String listener) {
        this.listener = listener;
        for (TlsFailure reason : TlsFailure.values()) {
            counts.put(reason, new Count());
        }
    }

    private Count of(TlsFailure reason) {
        return counts.getOrDefault(reason, new Count());
    }

    /** How many handshakes have failed for this reason. */
    long count(TlsFailure reason) {
        return of(reason).all.sum();
    }

    /**
     * One has failed.
     *
     * @param address of the client
     * @param detail what the library says
     * @param executor on which a minute passes
     */
    @SuppressWarnings("FutureReturnValueIgnored") // it cannot fail
    void failed(TlsFailure reason, String address, String detail, EventExecutor executor) {
        Count count = of(reason);
        count.all.increment();
        if (!count.quiet.compareAndSet(false, true)) {
            count.leftOut.increment();
            return;
        }
        LOG.info(
                "The TLS handshake of {} with listener {} failed: {} ({}); {} more with this reason since the last such"
                        + " line",
                address,
                listener,
                reason.label(),
                detail,
                count.leftOut.sumThenReset());
        executor.schedule(() -> count.quiet.set(false), QUIET_SECONDS, TimeUnit.SECONDS);
    }
}
