package io.pipit.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.broker.Broker;
import io.pipit.broker.LocalMessage;
import io.pipit.broker.LocalPublisher;
import io.pipit.mqtt.ReasonCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The messages that the program publishes and that are under way: bounded by count and bytes, each with its future. Any
 * thread.
 */
final class Publications {
    private final Broker broker;
    private final ListenerThreads threads;
    private final int mostMessages;
    private final long mostBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Set<Origin> open = new HashSet<>();

    @GuardedBy("lock")
    private int messages;

    @GuardedBy("lock")
    private long bytes;

    @GuardedBy("lock")
    private boolean closed;

    /**
     * None.
     *
     * @param mostMessages under way; at least 1
     * @param mostBytes of their payloads, one message aside; 0 for no limit
     */
    Publications(Broker broker, ListenerThreads threads, int mostMessages, long mostBytes) {
        this.broker = broker;
        this.threads = threads;
        this.mostMessages = mostMessages;
        this.mostBytes = mostBytes;
    }

    /**
     * Publishes.
     *
     * @param mayWait whether the caller may be kept waiting for room
     */
    CompletableFuture<ReasonCode> publish(LocalMessage message, boolean mayWait) throws InterruptedException {
        int size = message.payload().size();
        Origin origin = new Origin(size);
        lock.lockInterruptibly();
        try {
            while (mayWait && !closed && isFull(size)) {
                changed.await();
            }
            if (closed) {
                throw new IllegalStateException("the broker is closed");
            }
            messages++;
            bytes += size;
            open.add(origin);
            broker.publish(message, origin); // under the lock: in the order of entering
        } finally {
            lock.unlock();
        }
        return origin.future;
    }

    @GuardedBy("lock")
    private boolean isFull(int size) {
        return messages >= mostMessages || (mostBytes > 0 && messages > 0 && bytes + size > mostBytes);
    }

    /** Takes nothing more; those under way go on. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The broker has ended: nothing is known of those that are still under way. */
    void abandon() {
        List<Origin> left;
        lock.lock();
        try {
            left = new ArrayList<>(open);
            open.clear();
        } finally {
            lock.unlock();
        }
        for (Origin origin : left) {
            origin.future.completeExceptionally(
                    new IllegalStateException("the broker was closed before it had accepted this"));
        }
    }

    /** One message under way. */
    private final class Origin implements LocalPublisher {
        private final CompletableFuture<ReasonCode> future = new CompletableFuture<>();
        private final int size;

        Origin(int size) {
            this.size = size;
        }

        @Override
        public void completed(ReasonCode outcome) {
            lock.lock();
            try {
                open.remove(this);
            } finally {
                lock.unlock();
            }
            threads.execute(() -> complete(outcome)); // what hangs on it is the program's: never on a loop
        }

        private void complete(ReasonCode outcome) {
            if (outcome.isError()) {
                future.completeExceptionally(new RefusedException(outcome));
            } else {
                future.complete(outcome);
            }
        }

        @Override
        public void released() {
            lock.lock();
            try {
                messages--;
                bytes -= size;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
