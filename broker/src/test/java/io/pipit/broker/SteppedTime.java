package io.pipit.broker;

import io.pipit.broker.spi.Clock;
import io.pipit.broker.spi.Loop;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** A clock and a loop whose time passes when told to, from one scheduled task to the next. */
final class SteppedTime implements Clock, Loop {
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long nanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1); // a clock may overflow
    private final long start = nanos;
    private long made;
    private int wakeUps;

    private record Task(long due, long number, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return due == other.due ? Long.compare(number, other.number) : Long.compare(due, other.due);
        }
    }

    /** How many scheduled tasks have run. */
    int wakeUps() {
        return wakeUps;
    }

    /** Nanoseconds since the beginning. */
    long elapsed() {
        return nanos - start;
    }

    /** Lets time pass to so many nanoseconds since the beginning. */
    void passTo(long elapsed) {
        while (!tasks.isEmpty() && tasks.element().due <= elapsed) {
            Task task = tasks.remove();
            nanos = start + Math.max(task.due, elapsed());
            wakeUps++;
            task.action.run();
        }
        nanos = start + elapsed;
    }

    /** Lets so many nanoseconds pass. */
    void pass(long duration) {
        passTo(elapsed() + duration);
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable action) {
        if (delayNanos < 0) {
            throw new IllegalArgumentException("a delay of " + delayNanos + " ns");
        }
        Task task = new Task(elapsed() + delayNanos, made++, action);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long wallMillis() {
        return TimeUnit.NANOSECONDS.toMillis(elapsed());
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        throw new UnsupportedOperationException("timers hand nothing over");
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        throw new UnsupportedOperationException("timers do not wait for the end of a turn");
    }
}
