package io.pipit.broker;

import io.pipit.broker.spi.Clock;
import io.pipit.broker.spi.Loop;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The timers of one loop, with as many of them scheduled as a parameter says. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+UseCompactObjectHeaders"})
public class TimersBenchmark {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** How many timers there are. */
    @Param({"1000", "1000000"})
    public int scheduled;

    private final Still still = new Still();
    private final Timers timers = new Timers(still, still);
    private Timers.Timer[] all = {};
    private int next;

    /** A clock that is moved by hand, and a loop that runs what it was asked to when it is told to. */
    private static final class Still implements Clock, Loop {
        private long nanos;
        private Runnable wakeUp = () -> {};
        private long wakeUpNanos;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public Scheduled schedule(long delayNanos, Runnable task) {
            wakeUp = task;
            wakeUpNanos = nanos + delayNanos;
            return () -> {};
        }

        @Override
        public long wallMillis() {
            return 0;
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
            throw new UnsupportedOperationException();
        }

        @Override
        public void atEndOfTurn(Runnable task) {
            throw new UnsupportedOperationException();
        }
    }

    /** Schedules them, spread over 90 seconds. */
    @Setup
    public void schedule() {
        all = new Timers.Timer[scheduled];
        for (int i = 0; i < scheduled; i++) {
            Timers.Timer[] timer = new Timers.Timer[1];
            timer[0] = Timers.timer(() -> timers.schedule(timer[0], 90 * SECOND));
            all[i] = timer[0];
            timers.schedule(all[i], i * 7919L % 90 * SECOND + i);
        }
    }

    private Timers.Timer anyTimer() {
        return all[(next++ * 7919 & Integer.MAX_VALUE) % scheduled];
    }

    /** As with each packet: the deadline is put off. */
    @Benchmark
    public void putOff() {
        timers.schedule(anyTimer(), 200 * SECOND);
    }

    /** A timer is taken out and put in again. */
    @Benchmark
    public void cancelAndSchedule() {
        Timers.Timer timer = anyTimer();
        timers.cancel(timer);
        timers.schedule(timer, (next & 63) * SECOND);
    }

    /** One wake-up, in which what is due expires and is scheduled again. */
    @Benchmark
    public void wakeUp() {
        still.nanos = Math.max(still.nanos, still.wakeUpNanos);
        still.wakeUp.run();
    }
}
