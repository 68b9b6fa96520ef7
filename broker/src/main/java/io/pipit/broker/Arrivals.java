package io.pipit.broker;

import java.util.function.Consumer;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;

/**
 * What other loops have handed over to one loop and it has not done yet: in the order of each of them. Any thread
 * offers, and wakes the loop afterwards; that loop alone takes.
 */
final class Arrivals {
    private static final int CHUNK = 1024;

    private final MpscUnboundedAtomicArrayQueue<Runnable> queue = new MpscUnboundedAtomicArrayQueue<>(CHUNK);

    /** Hands something over: it is there for every {@link #drain} that begins after this has returned. */
    void offer(Runnable arrival) {
        queue.offer(arrival);
    }

    int size() {
        return queue.size();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /**
     * Does what is here now; what comes meanwhile has a wake-up of its own, and does not keep this turn from ending.
     *
     * @param broke hears what one of them has thrown: the others wait for nothing else
     */
    void drain(Consumer<Throwable> broke) {
        for (int left = queue.size(); left > 0; left--) {
            Runnable arrival = queue.poll();
            if (arrival == null) {
                break;
            }
            try {
                arrival.run();
            } catch (RuntimeException | Error fault) {
                broke.accept(fault);
            }
        }
    }
}
