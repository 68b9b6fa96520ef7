package io.pipit.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.broker.spi.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What all loops have handed in, in one order, until the committer takes it: at once when somebody waits for some of
 * it, after a while otherwise. Any thread hands in, one takes.
 */
final class Inbox {
    private static final long GROUP_BYTES = 8L << 20;

    private final Clock clock;
    private final long lazyNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Queue<Pending> waiting = new ArrayDeque<>();

    @GuardedBy("lock")
    private int durable;

    @GuardedBy("lock")
    private long oldestNanos;

    @GuardedBy("lock")
    private boolean closed;

    /** Of batches, handed in and not yet settled. */
    private volatile long bytes;

    /**
     * Empty.
     *
     * @param lazyNanos how long batches wait for which nobody waits
     */
    Inbox(Clock clock, long lazyNanos) {
        this.clock = clock;
        this.lazyNanos = lazyNanos;
    }

    /** Hands in; false when this is closed. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock
    boolean add(Pending pending) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            boolean first = waiting.isEmpty();
            if (first) {
                oldestNanos = clock.nanos();
            }
            waiting.add(pending);
            bytes += pending.batch().bytes();
            if (pending.isDurable()) {
                durable++;
            }
            if (first || (durable == 1 && pending.isDurable())) {
                changed.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes what is to be written together; nothing when it is not time for anything after so long. */
    List<Pending> take(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!isTime()) {
                if (closed || left <= 0) {
                    return List.of();
                }
                long asked = untilLazyIsDue(left);
                left -= asked - changed.awaitNanos(asked);
            }
            return next();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private long untilLazyIsDue(long most) {
        return waiting.isEmpty() ? most : Math.min(most, oldestNanos + lazyNanos - clock.nanos());
    }

    @GuardedBy("lock")
    private boolean isTime() {
        return durable > 0 || (!waiting.isEmpty() && (closed || clock.nanos() - oldestNanos >= lazyNanos));
    }

    @GuardedBy("lock")
    private List<Pending> next() {
        List<Pending> group = new ArrayList<>(waiting.size());
        long size = 0;
        for (Pending one = waiting.peek(); one != null; one = waiting.peek()) {
            size += one.batch().bytes();
            if (size > GROUP_BYTES && !group.isEmpty()) {
                break;
            }
            waiting.remove();
            durable -= one.isDurable() ? 1 : 0;
            group.add(one);
        }
        return group;
    }

    /** What was taken is done with. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock
    void settled(List<Pending> group) {
        long size = 0;
        for (Pending one : group) {
            size += one.batch().bytes();
        }
        lock.lock();
        try {
            bytes -= size;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of the batches that wait, or are being written; any thread. */
    long bytes() {
        return bytes;
    }

    /** Waits so long, or until this is closed. */
    void pause(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more, and what is there is taken without waiting. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing more will come. */
    boolean isDone() {
        lock.lock();
        try {
            return closed && waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
