package io.pipit.server;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Virtual threads in which the program's own code is called: listeners of its subscriptions, and what hangs on its
 * publications. Any thread.
 */
final class ListenerThreads implements Executor {
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();
    private final AtomicLong started = new AtomicLong();

    @Override
    public void execute(Runnable task) {
        Thread thread = Thread.ofVirtual()
                .name("pipit-listener-" + started.incrementAndGet())
                .unstarted(() -> {
                    try {
                        task.run();
                    } finally {
                        running.remove(Thread.currentThread());
                    }
                });
        running.add(thread);
        thread.start();
    }

    void interrupt() {
        running.forEach(Thread::interrupt);
    }

    /** Waits until all but the caller have ended; false when some have not after the timeout, or an interrupt. */
    boolean join(Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        try {
            for (Thread thread : running) {
                if (!thread.equals(Thread.currentThread())
                        && !thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
