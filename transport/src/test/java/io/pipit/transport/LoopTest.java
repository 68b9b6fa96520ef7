package io.pipit.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Loop;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LoopTest {
    @Test
    void atEndOfTurn_tasks_runAfterThoseOfTheTurnAndInTheirOrder() throws Exception {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        try (EventLoops loops = new EventLoops(1, Engine.best())) {
            Loop loop = loops.loops().getFirst();
            loop.execute(() -> {
                loop.atEndOfTurn(() -> {
                    ran.add("end 1");
                    loop.atEndOfTurn(() -> ran.add("end of end"));
                });
                loop.atEndOfTurn(() -> ran.add("end 2"));
                loop.execute(() -> ran.add("task"));
            });

            for (String expected : List.of("task", "end 1", "end 2", "end of end")) {
                assertThat(ran.poll(10, TimeUnit.SECONDS)).isEqualTo(expected);
            }
        }
    }

    @Test
    void atEndOfTurn_taskThatFails_isCountedAndTheLoopGoesOn() throws Exception {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        try (EventLoops loops = new EventLoops(1, Engine.best())) {
            Loop loop = loops.loops().getFirst();
            loop.execute(() -> {
                loop.atEndOfTurn(() -> {
                    throw new IllegalStateException("on purpose");
                });
                loop.atEndOfTurn(() -> ran.add("next"));
            });

            assertThat(ran.poll(10, TimeUnit.SECONDS)).isEqualTo("next");
            assertThat(loops.faults()).isEqualTo(1);
        }
    }

    @Test
    void schedule_cancelled_doesNotRun() throws Exception {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        try (EventLoops loops = new EventLoops(1, Engine.best())) {
            Loop loop = loops.loops().getFirst();
            loop.execute(() -> {
                Loop.Scheduled first = loop.schedule(TimeUnit.MILLISECONDS.toNanos(1), () -> ran.add("cancelled"));
                loop.schedule(TimeUnit.MILLISECONDS.toNanos(2), () -> ran.add("kept"));
                first.cancel();
            });

            assertThat(ran.poll(10, TimeUnit.SECONDS)).isEqualTo("kept");
        }
    }

    @Test
    void close_ofLoops_leavesNoThreadAndTakesLateTasksInSilence() {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        EventLoops loops = new EventLoops(2, Engine.best());
        loops.loops().forEach(loop -> loop.execute(() -> threads.add(Thread.currentThread())));

        loops.close();

        assertThat(threads).hasSize(2).noneMatch(Thread::isAlive);
        loops.loops().getFirst().execute(() -> threads.add(Thread.currentThread()));
        assertThat(threads).hasSize(2);
    }
}
