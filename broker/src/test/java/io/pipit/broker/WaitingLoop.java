package io.pipit.broker;

import io.pipit.broker.spi.Loop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A loop whose thread is the one that made it, a test's: it runs tasks, also those of other threads, while the test
 * waits for something. One task is one turn. It has no timers.
 */
public final class WaitingLoop implements Loop {
    private static final long PATIENCE_SECONDS = 30;

    private final Thread thread = Thread.currentThread();
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Queue<Runnable> endOfTurn = new ArrayDeque<>();
    private long turns;

    /** Runs one turn after the other until the condition holds; fails when nothing comes for half a minute. */
    public void runUntil(BooleanSupplier condition) throws InterruptedException {
        endTurn();
        while (!condition.getAsBoolean()) {
            Runnable task = tasks.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (task == null) {
                throw new AssertionError("nothing came for " + PATIENCE_SECONDS + " s");
            }
            turn(task);
        }
    }

    /** Runs what waits and what that hands in, without waiting for more. */
    public void runWaiting() {
        endTurn();
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            turn(task);
        }
    }

    /** Runs a task as a turn of its own, with its end. */
    void turn(Runnable task) {
        turns++;
        task.run();
        endTurn();
    }

    private void endTurn() {
        for (Runnable task = endOfTurn.poll(); task != null; task = endOfTurn.poll()) {
            task.run();
        }
    }

    /** How many turns there were. */
    long turns() {
        return turns;
    }

    /** How many tasks wait for a turn. */
    int waiting() {
        return tasks.size();
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread().equals(thread);
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable task) {
        throw new UnsupportedOperationException("a waiting loop has no timers");
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        endOfTurn.add(task);
    }
}
