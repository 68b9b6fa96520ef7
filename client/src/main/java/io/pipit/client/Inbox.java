package io.pipit.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is to be told to listeners, in order, by a thread that is started with the first of it. Bounded: when too much
 * waits, whoever puts in has to wait, which is the reader, and so in the end the server. The bound is lifted while a
 * listener itself waits for the server, whose answer only the reader can bring.
 */
final class Inbox {
    private static final int MAXIMUM_ITEMS = 4096;
    private static final long MAXIMUM_BYTES = 16L * 1024 * 1024;

    private record Item(int bytes, Runnable call) {}

    private final ThreadFactory threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition drained = lock.newCondition();

    @GuardedBy("lock")
    private final Deque<Item> items = new ArrayDeque<>();

    @GuardedBy("lock")
    private long bytes;

    @GuardedBy("lock")
    private boolean unbounded;

    @GuardedBy("lock")
    private boolean ended;

    @GuardedBy("lock")
    private @Nullable Thread thread;

    Inbox(ThreadFactory threads) {
        this.threads = threads;
    }

    /** Adds a call that holds so many bytes, waiting for room. */
    void put(int size, Runnable call) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!unbounded && !ended && (items.size() >= MAXIMUM_ITEMS || bytes >= MAXIMUM_BYTES)) {
                drained.await();
            }
            add(size, call);
        } finally {
            lock.unlock();
        }
    }

    /** Adds a call without waiting. */
    void putNow(Runnable call) {
        lock.lock();
        try {
            add(0, call);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void add(int size, Runnable call) {
        items.add(new Item(size, call));
        bytes += size;
        ended = false;
        if (thread == null) {
            thread = threads.newThread(this::run);
            thread.start();
        } else {
            filled.signal();
        }
    }

    /** When all is told the thread ends; a later call starts another. */
    void finish() {
        lock.lock();
        try {
            ended = true;
            filled.signal();
            drained.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A listener begins or has ended to wait for the server; other threads change nothing. */
    void listenerWaits(boolean waits) {
        lock.lock();
        try {
            if (Thread.currentThread().equals(thread)) {
                unbounded = waits;
                drained.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (true) {
            Item item;
            lock.lock();
            try {
                while (items.isEmpty() && !ended) {
                    filled.awaitUninterruptibly();
                }
                if (items.isEmpty()) {
                    thread = null;
                    return;
                }
                item = items.remove();
                bytes -= item.bytes;
                drained.signal();
            } finally {
                lock.unlock();
            }
            call(item);
        }
    }

    /** What a call throws is for the thread's handler; the calls behind it are made all the same. */
    private static void call(Item item) {
        try {
            item.call.run();
        } catch (RuntimeException thrown) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, thrown);
        }
    }
}
