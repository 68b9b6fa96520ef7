package io.pipit.server;

import io.pipit.broker.Broker;
import io.pipit.broker.spi.Clock;
import io.pipit.transport.Listener;
import io.pipit.transport.TlsChange;
import io.pipit.transport.TlsExpiry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the files of TLS again and again, on a virtual thread: what they say is taken for new handshakes; what cannot be
 * used, or expires soon, is an alarm.
 */
final class TlsWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TlsWatch.class);
    private static final long SOON_DAYS = 7;

    private final Broker broker;
    private final Clock clock;
    private final List<Listener> listeners;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;

    private TlsWatch(Broker broker, Clock clock, List<Listener> listeners, Duration interval) {
        this.broker = broker;
        this.clock = clock;
        this.listeners = List.copyOf(listeners);
        this.thread = Thread.ofVirtual().name("pipit-tls-watch").unstarted(() -> run(interval));
    }

    /**
     * Begins to look.
     *
     * @param interval between two looks; 0 for none: then nothing is ever read again
     */
    static TlsWatch start(Broker broker, Clock clock, List<Listener> listeners, Duration interval) {
        List<Listener> secure = listeners.stream().filter(Listener::isSecure).toList();
        TlsWatch watch = new TlsWatch(broker, clock, secure, interval);
        secure.forEach(watch::tellOfExpiry);
        if (!secure.isEmpty() && !interval.isZero()) {
            watch.thread.start();
        }
        return watch;
    }

    private void run(Duration interval) {
        try {
            while (!ended.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                listeners.forEach(this::look);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Listener listener) {
        try {
            switch (listener.lookAtFiles()) {
                case TlsChange.None() -> {}
                case TlsChange.Taken() -> {
                    LOG.info("Listener {} has new files of TLS: new handshakes use them", listener.name());
                    broker.clearAlarm(filesAlarm(listener));
                }
                case TlsChange.Refused(String why) -> {
                    LOG.warn(
                            "Listener {} goes on with the files of TLS as they were, since the new ones cannot be used: {}",
                            listener.name(),
                            why);
                    broker.raiseAlarm(filesAlarm(listener), why);
                }
            }
            tellOfExpiry(listener);
        } catch (RuntimeException fault) {
            LOG.error("The files of listener {} could not be looked at", listener.name(), fault);
        }
    }

    private static String filesAlarm(Listener listener) {
        return "tls-files-" + listener.name();
    }

    private void tellOfExpiry(Listener listener) {
        TlsExpiry expiry = listener.expiry();
        if (expiry == null) {
            return;
        }
        String name = "tls-expiry-" + listener.name();
        String soon = soon("certificate", expiry.certificates());
        soon = soon == null ? soon("authority", expiry.authorities()) : soon;
        soon = soon == null ? soon("revocation list", expiry.revocations()) : soon;
        if (soon == null) {
            broker.clearAlarm(name);
        } else {
            broker.raiseAlarm(name, soon);
        }
    }

    private @Nullable String soon(String what, @Nullable Instant end) {
        return end == null || days(end) >= SOON_DAYS ? null : "a " + what + " expires at " + end;
    }

    /** Whole days until then, negative when it is past. */
    private long days(Instant end) {
        return Math.floorDiv(end.toEpochMilli() - clock.wallMillis(), TimeUnit.DAYS.toMillis(1));
    }

    /** The numbers of a listener by name, for {@code $SYS}: those of its handshakes, and days to expiry. */
    Map<String, Long> readings(Listener listener) {
        Map<String, Long> readings = new HashMap<>(listener.readings());
        TlsExpiry expiry = listener.expiry();
        if (expiry != null) {
            put(readings, "certificate", expiry.certificates());
            put(readings, "authority", expiry.authorities());
            put(readings, "revocations", expiry.revocations());
        }
        return readings;
    }

    private void put(Map<String, Long> readings, String what, @Nullable Instant end) {
        if (end != null) {
            readings.put("days-to-expiry/" + what, days(end));
        }
    }

    /** Looks no more; returns when a look that is under way has ended. */
    @Override
    public void close() {
        ended.countDown();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
