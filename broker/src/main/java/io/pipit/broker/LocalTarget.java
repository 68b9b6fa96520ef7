package io.pipit.broker;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.TopicFilter;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription of the program around the broker, and what waits for its listener. Messages are admitted on its loop;
 * one task of the executor at a time takes them out. Both sides meet in a queue without locks, so that a slow listener
 * delays no loop, and costs no more than the bounds of a session's queue.
 *
 * <p>Retained messages go through the same queue, since a stale one must not follow a newer one, but do not count
 * against its bounds and are never dropped for them: they are read on when few of them wait.
 */
final class LocalTarget implements Target, Matched, LocalSubscription {
    private static final Logger LOG = LoggerFactory.getLogger(LocalTarget.class);
    private static final long QUIET_NANOS = 60_000_000_000L;
    private static final int VISITS_PER_TURN = 256;
    private static final int RETAINED_AHEAD = 256;

    /** A message that waits for the listener; compared by identity. */
    private static final class Waiting {
        final Message message;
        final boolean retained;

        Waiting(Message message, boolean retained) {
            this.message = message;
            this.retained = retained;
        }
    }

    private final BrokerLoop loop;
    private final TopicFilter filter;
    private final ClientIdentifier name;
    private final LocalListener listener;
    private final Executor executor;
    private final Consumer<LocalTarget> closed;
    private final Settings.Queue bounds;
    private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger live = new AtomicInteger();
    private final AtomicLong liveBytes = new AtomicLong();
    private final AtomicInteger retained = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicBoolean taking = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean readerWaits;
    private @Nullable RetainedReader reader;
    private long quietUntilNanos;
    private long faultsLeftOut;
    private boolean hasFailed;

    /**
     * A subscription that is not in the index yet.
     *
     * @param name what listeners of the broker hear of its drops under
     * @param executor runs what takes messages out; refuses nothing, and runs nothing within the call
     * @param closed hears of the end; any thread
     */
    LocalTarget(
            BrokerLoop loop,
            TopicFilter filter,
            ClientIdentifier name,
            LocalListener listener,
            Executor executor,
            Consumer<LocalTarget> closed) {
        this.loop = loop;
        this.filter = filter;
        this.name = name;
        this.listener = listener;
        this.executor = executor;
        this.closed = closed;
        this.bounds = loop.settings().queue();
    }

    BrokerLoop loop() {
        return loop;
    }

    @Override
    public int orderHash() {
        return name.hashCode();
    }

    @Override
    public TopicFilter filter() {
        return filter;
    }

    @Override
    public int waiting() {
        return live.get() + retained.get();
    }

    @Override
    public long dropped() {
        return dropped.get();
    }

    /** It is in the index: counted, and what is retained comes; any thread. */
    void begin(boolean wantsRetained) {
        loop.port().execute(() -> {
            loop.metrics().subscribed(1);
            if (wantsRetained && !ended.get()) {
                reader = new RetainedReader(loop, filter, this::continueRetained);
                continueRetained();
            }
        });
    }

    @Override
    public void close() {
        if (ended.compareAndSet(false, true)) {
            closed.accept(this);
            loop.broker().index().remove(filter, this);
            loop.port().execute(() -> {
                loop.metrics().subscribed(-1);
                RetainedReader open = reader;
                if (open != null) {
                    open.close();
                    reader = null;
                }
                for (Waiting next = take(); next != null; next = take()) {
                    loop.dropped(name, next.message.topic(), next.message.qos(), DropReason.UNSUBSCRIBED);
                }
            });
        }
    }

    // What comes in, on the loop

    @Override
    public boolean isFull() {
        return exceeds(live.get() + 1, liveBytes.get());
    }

    private boolean exceeds(long messages, long bytes) {
        return (bounds.maxMessages() != 0 && messages > bounds.maxMessages())
                || (bounds.maxBytes() != 0 && bytes > bounds.maxBytes());
    }

    @Override
    public void admit(Message message, @Nullable Part part) {
        if (!ended.get() && makeRoom(message)) {
            add(message, false);
        }
    }

    @Override
    public void broke(Message message, Throwable fault) {
        loop.broke(fault);
        drop(message, DropReason.BROKER_FAULT);
    }

    /** Nobody can be disconnected here: all policies but one drop the newest. */
    private boolean makeRoom(Message message) {
        int bytes = message.bytes();
        while (exceeds(live.get() + 1, liveBytes.get() + bytes)) {
            Message oldest = bounds.policy() == QueuePolicy.DROP_OLDEST ? takeOldestLive() : null;
            drop(oldest == null ? message : oldest, DropReason.QUEUE_FULL);
            if (oldest == null) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Message takeOldestLive() {
        for (Waiting one : waiting) {
            if (!one.retained && waiting.remove(one)) {
                left(one);
                return one.message;
            }
        }
        return null;
    }

    private void add(Message message, boolean isRetained) {
        message.keep();
        if (isRetained) {
            retained.incrementAndGet();
        } else {
            live.incrementAndGet();
            liveBytes.addAndGet(message.bytes());
        }
        loop.broker().memory().add(message.bytes());
        waiting.add(new Waiting(message, isRetained));
        takeOut();
    }

    private void drop(Message message, DropReason reason) {
        dropped.incrementAndGet();
        loop.dropped(name, message.topic(), message.qos(), reason);
    }

    private void continueRetained() {
        RetainedReader open = reader;
        for (int visits = VISITS_PER_TURN; open != null && visits > 0; visits--) {
            if (retained.get() >= RETAINED_AHEAD) {
                readerWaits = true;
                if (retained.get() >= RETAINED_AHEAD) {
                    return; // whoever takes one out sees that
                }
                readerWaits = false;
            }
            switch (open.next(VISITS_PER_TURN)) {
                case RetainedReader.Step.Found(Message message) -> {
                    add(message, true);
                    open.pass();
                }
                case RetainedReader.Step.Paused() -> visits = 1;
                case RetainedReader.Step.Reading() -> {
                    return;
                }
                case RetainedReader.Step.Finished() -> {
                    reader = null;
                    return;
                }
            }
        }
        if (open != null) {
            loop.port().atEndOfTurn(() -> loop.port().execute(this::continueRetained));
        }
    }

    // What goes out, on the executor

    private void takeOut() {
        if (taking.compareAndSet(false, true)) {
            executor.execute(this::tellAll);
        }
    }

    private void tellAll() {
        do {
            for (Waiting next = take(); next != null; next = take()) {
                tell(next);
            }
            taking.set(false);
        } while (!waiting.isEmpty() && taking.compareAndSet(false, true));
    }

    private @Nullable Waiting take() {
        Waiting next = waiting.poll();
        if (next != null) {
            left(next);
        }
        return next;
    }

    private void left(Waiting one) {
        loop.broker().memory().add(-one.message.bytes());
        if (!one.retained) {
            live.decrementAndGet();
            liveBytes.addAndGet(-one.message.bytes());
        } else if (retained.decrementAndGet() < RETAINED_AHEAD / 2 && readerWaits) {
            readerWaits = false;
            loop.port().execute(this::continueRetained);
        }
    }

    private void tell(Waiting one) {
        Message message = one.message;
        DropReason reason = ended.get()
                ? DropReason.UNSUBSCRIBED
                : message.isExpired(loop.time().millis()) ? DropReason.EXPIRED : null;
        if (reason != null) {
            loop.port().execute(() -> drop(message, reason));
            return;
        }
        try {
            listener.received(new LocalMessage(
                    message.topic(),
                    message.payload(),
                    message.qos(),
                    one.retained,
                    message.propertiesNow(loop.time())));
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } catch (Exception | Error fault) {
            failed(message, fault);
        }
    }

    private void failed(Message message, Throwable fault) {
        long now = loop.nanos();
        if (hasFailed && now - quietUntilNanos < 0) {
            faultsLeftOut++;
            return;
        }
        LOG.error(
                "The listener of the local subscription {} failed at a message of {}; {} more since the last such line",
                filter,
                message.topic(),
                faultsLeftOut,
                fault);
        hasFailed = true;
        quietUntilNanos = now + QUIET_NANOS;
        faultsLeftOut = 0;
    }

    @Override
    public String toString() {
        return name + " to " + filter;
    }
}
