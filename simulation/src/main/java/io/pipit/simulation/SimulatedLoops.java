package io.pipit.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The loops of one broker, all on the thread of the test: one turn of one loop at a time, in an order that is always
 * the same, or that a seeded choice makes. Whatever a task throws is kept and thrown at the test.
 */
public final class SimulatedLoops {
    /** A broker that takes more turns than this without time passing will never rest. */
    private static final int MAXIMUM_TURNS = 5_000_000;

    private final SimulatedClock clock;
    private final IntUnaryOperator choice;
    private final List<SimulatedLoop> loops = new ArrayList<>();
    private final List<Throwable> faults = new ArrayList<>();
    private @Nullable SimulatedLoop running;
    private boolean crashed;
    private int turns;

    /** So many loops, which take turns in order. */
    public SimulatedLoops(int count, SimulatedClock clock) {
        this(count, clock, null);
    }

    /**
     * So many loops.
     *
     * @param choice of the loop whose turn is next: of n that have work, an index below n; null for one after the other
     */
    public SimulatedLoops(int count, SimulatedClock clock, @Nullable IntUnaryOperator choice) {
        this.clock = clock;
        this.choice = choice == null ? n -> turns % n : choice;
        for (int i = 0; i < count; i++) {
            loops.add(new SimulatedLoop(i, this));
        }
    }

    /** The loops, to be given to a broker. */
    public List<SimulatedLoop> all() {
        return List.copyOf(loops);
    }

    public SimulatedClock clock() {
        return clock;
    }

    /** Runs one turn of one loop that has work; false when none has. */
    public boolean turn() {
        List<SimulatedLoop> ready =
                loops.stream().filter(SimulatedLoop::hasWork).toList();
        if (ready.isEmpty()) {
            return false;
        }
        turns = (turns + 1) & Integer.MAX_VALUE;
        ready.get(choice.applyAsInt(ready.size())).turn();
        return true;
    }

    /** How many loops have work. */
    int ready() {
        int ready = 0;
        for (SimulatedLoop loop : loops) {
            ready += loop.hasWork() ? 1 : 0;
        }
        return ready;
    }

    /** Of the loops that have work, this one. */
    SimulatedLoop ready(int nth) {
        int left = nth;
        for (SimulatedLoop loop : loops) {
            if (loop.hasWork() && left-- == 0) {
                return loop;
            }
        }
        throw new IllegalArgumentException("no loop " + nth + " has work");
    }

    /** When the next timer is due, or {@code latest} when that is earlier. */
    long nextNanos(long latest) {
        return nextTimerNanos(latest);
    }

    /** Whether something was thrown on a loop since the last {@link #throwFaults}. */
    boolean hasFaults() {
        return !faults.isEmpty();
    }

    /** Runs turns until no loop has work, without time passing; then throws what a task has thrown. */
    public void runUntilIdle() {
        int count = 0;
        while (turn()) {
            if (++count > MAXIMUM_TURNS) {
                throw new AssertionError("the loops find no rest: " + MAXIMUM_TURNS + " turns without time passing");
            }
        }
        throwFaults();
    }

    /** Lets time pass, from one timer to the next, and runs all that becomes due. */
    public void advance(Duration duration) {
        long end = clock.nanos() + duration.toNanos();
        runUntilIdle();
        for (long next = nextTimerNanos(end); next - end < 0; next = nextTimerNanos(end)) {
            clock.moveTo(next);
            runUntilIdle();
        }
        clock.moveTo(end);
        runUntilIdle();
    }

    /** Nothing of what waits here ever runs: the process was killed. */
    public void crash() {
        crashed = true;
        loops.forEach(SimulatedLoop::forgetEverything);
    }

    boolean isCrashed() {
        return crashed;
    }

    @Nullable
    SimulatedLoop running() {
        return running;
    }

    void run(SimulatedLoop loop, Runnable task) {
        running = loop;
        try {
            task.run();
        } catch (Throwable thrown) { // NOPMD whatever it is, the test is to see it
            fault(thrown);
        } finally {
            running = null;
        }
    }

    /** Keeps what broke a rule of the simulated world, so that nobody can swallow it; returns it. */
    <T extends Throwable> T fault(T fault) {
        if (!faults.contains(fault)) {
            faults.add(fault);
        }
        return fault;
    }

    /** Throws what was thrown on the loops since the last time, if anything. */
    public void throwFaults() {
        if (!faults.isEmpty()) {
            AssertionError error = new AssertionError("on a loop: " + faults.getFirst(), faults.getFirst());
            faults.stream().skip(1).limit(10).forEach(error::addSuppressed);
            faults.clear();
            throw error;
        }
    }

    private long nextTimerNanos(long latest) {
        long next = latest;
        for (SimulatedLoop loop : loops) {
            long due = loop.nextTimerNanos(latest);
            next = due - next < 0 ? due : next;
        }
        return next;
    }
}
