package io.pipit.acceptance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;

/** A count that only grows, and that threads wait for. */
final class Progress {
    @GuardedBy("this")
    private long count;

    @GuardedBy("this")
    private boolean over;

    synchronized long count() {
        return count;
    }

    synchronized void advance() {
        count++;
        notifyAll();
    }

    /** Nobody waits any more. */
    synchronized void finish() {
        over = true;
        notifyAll();
    }

    /** Waits until so many more have come, or until {@link #finish}. */
    synchronized void awaitMore(long more) throws InterruptedException {
        long until = count + more;
        while (count < until && !over) {
            wait();
        }
    }

    /** Waits until it is more than that; false when so much time passes first. */
    synchronized boolean awaitAbove(long before, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        for (long left = patience.toMillis();
                count <= before && left > 0;
                left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        return count > before;
    }
}
