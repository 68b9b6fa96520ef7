package io.pipit.broker;

import io.pipit.broker.spi.Identity;
import io.pipit.broker.spi.Peer;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ReasonCode;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients do wrong, in the log: one line a minute and reason for each loop, with the number of those that were
 * left out, so that no client can fill a disk. Confined to its loop.
 */
final class FaultLog {
    private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);
    private static final long QUIET_NANOS = 60_000_000_000L;

    /** When a reason was last logged, and how often it was not since. */
    private static final class Quiet {
        private long untilNanos;
        private long leftOut;
    }

    private final Map<ReasonCode, Quiet> quiet = new EnumMap<>(ReasonCode.class);

    /** A client broke the protocol. */
    void protocolError(long nowNanos, Peer peer, @Nullable Identity identity, ProtocolException fault) {
        Quiet reason = quiet.get(fault.reasonCode());
        if (reason != null && nowNanos < reason.untilNanos) {
            reason.leftOut++;
            return;
        }
        if (reason == null) {
            reason = new Quiet();
            quiet.put(fault.reasonCode(), reason);
        }
        String client = identity == null ? "before CONNECT" : "client " + identity.clientIdentifier();
        LOG.info(
                "{} ({}) broke the protocol: {} {}; {} more with this reason since the last such line",
                peer.address(),
                client,
                fault.getMessage(),
                fault.reasonCode(),
                reason.leftOut);
        reason.untilNanos = nowNanos + QUIET_NANOS;
        reason.leftOut = 0;
    }
}
