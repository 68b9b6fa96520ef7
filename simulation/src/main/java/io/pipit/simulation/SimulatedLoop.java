package io.pipit.simulation;

import io.pipit.broker.spi.Loop;
import io.pipit.mqtt.TopicNames;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;

/** One of the {@link SimulatedLoops}: runs a turn when it is told to. */
public final class SimulatedLoop implements Loop {
    private final int index;
    private final SimulatedLoops loops;
    private final Deque<Runnable> reads = new ArrayDeque<>();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final Deque<Runnable> endOfTurn = new ArrayDeque<>();
    private final Deque<Runnable> flushes = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final TopicNames topics = new TopicNames(64);
    private long timersMade;

    SimulatedLoop(int index, SimulatedLoops loops) {
        this.index = index;
        this.loops = loops;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return loops.running() == this;
    }

    @Override
    public void execute(Runnable task) {
        if (!loops.isCrashed()) {
            tasks.add(task);
        }
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable task) {
        requireInLoop("schedule");
        if (delayNanos < 0) {
            throw new IllegalArgumentException("delay of " + delayNanos + " ns");
        }
        Timer timer = new Timer(loops.clock().nanos() + delayNanos, timersMade++, task);
        timers.add(timer);
        return () -> {
            requireInLoop("cancel");
            timers.remove(timer);
        };
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        requireInLoop("atEndOfTurn");
        endOfTurn.add(task);
    }

    @Override
    public String toString() {
        return "loop " + index;
    }

    TopicNames topics() {
        return topics;
    }

    /** Runs a read of a connection in the next turn, before all other tasks, as a loop that polls sockets does. */
    void read(Runnable read) {
        if (!loops.isCrashed()) {
            reads.add(read);
        }
    }

    /** Runs a task of the simulated world after the tasks of {@link #atEndOfTurn}: flushes of connections. */
    void afterTurn(Runnable task) {
        flushes.add(task);
    }

    boolean hasWork() {
        return !reads.isEmpty() || !tasks.isEmpty() || !flushes.isEmpty() || timerIsDue();
    }

    /** When the next timer is due, or {@code absent} when there is none. */
    long nextTimerNanos(long absent) {
        Timer next = timers.peek();
        return next == null ? absent : next.dueNanos;
    }

    /** One turn: the timers that are due, the reads and tasks that were there when it began, its end, flushes. */
    void turn() {
        for (Timer timer = timers.peek(); timer != null && timerIsDue(); timer = timers.peek()) {
            timers.remove();
            run(timer.task);
        }
        runSome(Integer.MAX_VALUE);
        while (!endOfTurn.isEmpty() || !flushes.isEmpty()) {
            run(endOfTurn.isEmpty() ? flushes.remove() : endOfTurn.remove());
        }
    }

    /** The beginning of a turn, so many tasks of it, in which the process is killed. */
    void turnPartly(int most) {
        runSome(most);
    }

    private void runSome(int most) {
        int readsNow = Math.min(most, reads.size());
        int tasksNow = Math.min(most - readsNow, tasks.size());
        for (int i = 0; i < readsNow; i++) {
            run(reads.remove());
        }
        for (int i = 0; i < tasksNow; i++) {
            run(tasks.remove());
        }
    }

    void forgetEverything() {
        reads.clear();
        tasks.clear();
        endOfTurn.clear();
        flushes.clear();
        timers.clear();
    }

    void requireInLoop(String call) {
        if (!inLoop()) {
            throw loops.fault(new AssertionError(call + " belongs to " + this + ", but ran on " + loops.running()));
        }
    }

    private boolean timerIsDue() {
        Timer next = timers.peek();
        return next != null && next.dueNanos - loops.clock().nanos() <= 0;
    }

    private void run(Runnable task) {
        loops.run(this, task);
    }

    private record Timer(long dueNanos, long order, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(dueNanos - other.dueNanos, 0);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }
}
