package io.pipit.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.pipit.tls.TlsFileException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The layer that makes TLS of a listener's connections; what is above it begins when a handshake is complete. */
final class TlsStage implements PipelineStage {
    /** How long a peer that takes nothing more keeps a connection that is given up from being closed. */
    private static final long FAREWELL_MILLIS = 500;

    private final TlsSettings settings;
    private final String applicationProtocol;
    private final PipelineStage next;
    private final TlsFailures failures;
    private final AtomicInteger underWay = new AtomicInteger();
    private final LongAdder completed = new LongAdder();
    /** So that a context is not released while a handler is made of it. */
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private TlsContext context;

    @GuardedBy("lock")
    private boolean released;

    /** How the files looked when they were read last, whether they could be used or not; of whoever looks. */
    private FileStamps read;

    /** How they looked last; of whoever looks. */
    private FileStamps seen;

    /**
     * Reads the files.
     *
     * @param listener its name
     * @param applicationProtocol for ALPN
     * @throws TlsFileException when one cannot be used
     * @throws SSLException when the library does not take what they say together
     */
    TlsStage(String listener, TlsSettings settings, String applicationProtocol, PipelineStage next)
            throws TlsFileException, SSLException {
        this.settings = settings;
        this.applicationProtocol = applicationProtocol;
        this.next = next;
        this.failures = new TlsFailures(listener);
        this.read = FileStamps.of(settings.files());
        this.seen = read;
        this.context = TlsContext.load(settings, applicationProtocol);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end
    @Override
    public void addTo(ChannelPipeline pipeline, Opening opening) {
        int most = settings.mostHandshakes();
        if (underWay.incrementAndGet() > most && most > 0) {
            underWay.decrementAndGet();
            failures.failed(
                    TlsFailure.TOO_MANY,
                    opening.peer().address(),
                    "tls.max-handshakes is " + most,
                    opening.loop().eventLoop());
            opening.channel().close();
            return;
        }
        pipeline.addLast(new ServerNameHandler(this));
        pipeline.addLast(new TlsHandshake(this, opening));
    }

    /** A handler for a client that names this host, or null when the listener has been closed meanwhile. */
    @Nullable
    SslHandler newHandler(@Nullable String hostName, ByteBufAllocator allocator) {
        lock.lock();
        try {
            if (released) {
                return null;
            }
            SslHandler handler = context.newHandler(hostName, allocator);
            handler.setHandshakeTimeoutMillis(0); // the time of TlsHandshake runs from the first byte
            handler.setCloseNotifyFlushTimeoutMillis(FAREWELL_MILLIS);
            return handler;
        } finally {
            lock.unlock();
        }
    }

    Duration handshakeTimeout() {
        return settings.handshakeTimeout();
    }

    UserNameFrom userNameFrom() {
        return settings.userNameFrom();
    }

    /** A handshake is complete: what is above begins. */
    void completed(ChannelPipeline pipeline, Opening opening) {
        underWay.decrementAndGet();
        completed.increment();
        next.addTo(pipeline, opening);
    }

    /** A handshake has failed. */
    void failed(TlsFailure reason, Opening opening, String detail) {
        underWay.decrementAndGet();
        failures.failed(reason, opening.peer().address(), detail, opening.loop().eventLoop());
    }

    /** Its numbers by name, for {@code $SYS}. */
    Map<String, Long> readings() {
        Map<String, Long> readings = new LinkedHashMap<>();
        readings.put("handshakes/completed", completed.sum());
        readings.put("handshakes/under-way", (long) underWay.get());
        for (TlsFailure reason : TlsFailure.values()) {
            readings.put("handshakes/failed/" + reason.label(), failures.count(reason));
        }
        return readings;
    }

    /**
     * Looks whether the files have changed, and reads them when they look the same as at the last look: until then somebody
     * may be writing them one after the other. One thread at a time, not on a loop; handshakes go on meanwhile.
     */
    TlsChange look() {
        FileStamps now = FileStamps.of(settings.files());
        boolean isSettled = now.equals(seen);
        seen = now;
        if (!isSettled || now.equals(read)) {
            return new TlsChange.None();
        }
        read = now;
        try {
            return take(TlsContext.load(settings, applicationProtocol));
        } catch (TlsFileException | SSLException unusable) {
            return new TlsChange.Refused(String.valueOf(unusable.getMessage()));
        }
    }

    private TlsChange take(TlsContext fresh) {
        lock.lock();
        try {
            TlsContext unused = released ? fresh : context;
            if (!released) {
                context = fresh;
            }
            unused.release();
            return released ? new TlsChange.None() : new TlsChange.Taken();
        } finally {
            lock.unlock();
        }
    }

    /** Until when the files serve. */
    TlsExpiry expiry() {
        lock.lock();
        try {
            return context.expiry();
        } finally {
            lock.unlock();
        }
    }

    /** No new connection will come, and handshakes that have not begun never will. */
    void release() {
        lock.lock();
        try {
            if (!released) {
                released = true;
                context.release();
            }
        } finally {
            lock.unlock();
        }
    }
}
