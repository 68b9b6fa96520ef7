package io.pipit.broker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** What loops hand over to each other, with one wake-up for all of a turn. */
final class HandOverRaces {
    private HandOverRaces() {}

    /** The receiving loop: its tasks, of which it runs what is there, and the arrivals that they drain. */
    private static final class Receiver {
        private final Arrivals arrivals = new Arrivals();
        private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private int done;
        private int outOfOrder;
        private int last;

        /** A turn of a sender: some items, then the wake-up. */
        void handOver(int first, int count) {
            for (int i = 0; i < count; i++) {
                int number = first + i;
                arrivals.offer(() -> done(number));
            }
            tasks.add(() -> arrivals.drain(fault -> {
                throw new AssertionError(fault);
            }));
        }

        private void done(int number) {
            outOfOrder += number < last ? 1 : 0;
            last = number;
            done++;
        }

        void runWhatIsThere() {
            for (@Nullable Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    /** The receiver rests when it has run all wake-ups: then everything that was handed over is done. */
    @JCStressTest
    @Outcome(id = "6, 0", expect = ACCEPTABLE, desc = "all done, in order")
    @Outcome(expect = FORBIDDEN, desc = "a wake-up was lost")
    @State
    public static class SenderAndReceiver {
        private final Receiver receiver = new Receiver();

        @Actor
        public void send() {
            receiver.handOver(1, 3);
            receiver.handOver(4, 1);
            receiver.handOver(5, 2);
        }

        @Actor
        public void receive() {
            receiver.runWhatIsThere();
            receiver.runWhatIsThere();
        }

        @Arbiter
        public void rest(II_Result result) {
            receiver.runWhatIsThere();
            result.r1 = receiver.done;
            result.r2 = receiver.outOfOrder;
        }
    }

    /** Two send at once. */
    @JCStressTest
    @Outcome(id = "5", expect = ACCEPTABLE, desc = "all done")
    @Outcome(expect = FORBIDDEN, desc = "a wake-up was lost")
    @State
    public static class TwoSenders {
        private final Receiver receiver = new Receiver();

        @Actor
        public void first() {
            receiver.handOver(1, 2);
            receiver.handOver(3, 1);
        }

        @Actor
        public void second() {
            receiver.handOver(1, 1);
            receiver.handOver(2, 1);
        }

        @Arbiter
        public void rest(I_Result result) {
            receiver.runWhatIsThere();
            result.r1 = receiver.done;
        }
    }
}
