package io.pipit.cli;

import io.pipit.server.Pipit;
import java.util.concurrent.CountDownLatch;

/**
 * Waits for SIGTERM or SIGINT, and closes the broker at the first. A second one ends the process at once, whatever
 * the broker still does.
 */
final class Shutdown {
    private static final int KILLED_BY_SIGINT = 130;
    private static final int KILLED_BY_SIGTERM = 143;

    private final Pipit pipit;
    private final CountDownLatch asked = new CountDownLatch(1);

    Shutdown(Pipit pipit) {
        this.pipit = pipit;
    }

    /** From now on signals are heard. */
    void listen() {
        Signals.handle("TERM", () -> stop(KILLED_BY_SIGTERM));
        Signals.handle("INT", () -> stop(KILLED_BY_SIGINT));
    }

    private void stop(int statusAtOnce) {
        if (asked.getCount() == 0) {
            Runtime.getRuntime().halt(statusAtOnce);
        }
        asked.countDown();
    }

    /** Returns when the broker was told to stop, and has. */
    void await() {
        try {
            asked.await();
        } catch (InterruptedException asGoodAsASignal) {
            Thread.currentThread().interrupt();
        }
        pipit.close();
    }
}
