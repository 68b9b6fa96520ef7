package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimersTest {
    private static final long TICK = Timers.TICK_NANOS;

    private final SteppedTime time = new SteppedTime();
    private final Timers timers = new Timers(time, time);
    private final List<Alarm> expired = new ArrayList<>();

    /** A timer that notes when it expired. */
    private final class Alarm extends Timers.Timer {
        private long due;
        private long expiredAt = -1;

        void in(long delay) {
            due = time.elapsed() + delay;
            expiredAt = -1;
            timers.schedule(this, delay);
        }

        @Override
        void expire() {
            assertThat(isScheduled()).isFalse();
            expiredAt = time.elapsed();
            expired.add(this);
        }
    }

    private Alarm alarm(long delay) {
        Alarm alarm = new Alarm();
        alarm.in(delay);
        return alarm;
    }

    @ParameterizedTest
    @ValueSource(
            longs = {0, 1, 99_999_999, 100_000_000, 100_000_001, 6_400_000_000L, 90_000_000_000L, 1_000_000_000_000_000L
            })
    void schedule_anyDelay_expiresWithinOneTickAndNeverEarly(long delay) {
        time.pass(12_345);
        Alarm alarm = alarm(delay);
        assertThat(expired).isEmpty();
        assertThat(alarm.isScheduled()).isTrue();
        assertThat(alarm.deadlineNanos()).isEqualTo(time.nanos() + delay);
        time.pass(delay + TICK);
        assertThat(alarm.expiredAt - alarm.due).isBetween(0L, TICK);
        assertThat(alarm.isScheduled()).isFalse();
        assertThat(timers.size()).isZero();
    }

    @Test
    void schedule_longestSessionExpiry_works() {
        long longest = TimeUnit.SECONDS.toNanos(0xFFFF_FFFEL);
        Alarm alarm = alarm(longest);
        time.pass(longest - 1);
        assertThat(expired).isEmpty();
        time.pass(TICK + 1);
        assertThat(alarm.expiredAt).isBetween(longest, longest + TICK);
    }

    @Test
    void schedule_delayBeyondTheClock_waits() {
        time.pass(TICK);
        alarm(Long.MAX_VALUE);
        time.passTo(Long.MAX_VALUE / 2);
        assertThat(expired).isEmpty();
        assertThat(timers.size()).isEqualTo(1);
    }

    @Test
    void wheel_withoutTimers_causesNoWakeUps() {
        time.pass(TimeUnit.DAYS.toNanos(1));
        assertThat(time.wakeUps()).isZero();
        Alarm alarm = alarm(TICK);
        timers.cancel(alarm);
        time.pass(TimeUnit.DAYS.toNanos(1));
        assertThat(time.wakeUps())
                .as("at most the one asked for while there was a timer")
                .isLessThanOrEqualTo(1);
        assertThat(expired).isEmpty();
    }

    @Test
    void wheel_withOneFarTimer_wakesUpOncePerLevel() {
        alarm(TimeUnit.DAYS.toNanos(7));
        time.pass(TimeUnit.DAYS.toNanos(8));
        assertThat(expired).hasSize(1);
        assertThat(time.wakeUps()).isLessThanOrEqualTo(7);
    }

    @Test
    void schedule_again_putsOffWithoutWakeUps() {
        Alarm keepAlive = alarm(TimeUnit.SECONDS.toNanos(90));
        for (int i = 0; i < 100_000; i++) {
            time.pass(1_000_000);
            keepAlive.in(TimeUnit.SECONDS.toNanos(90));
        }
        assertThat(expired).isEmpty();
        assertThat(time.wakeUps()).isLessThan(10);
        time.pass(TimeUnit.SECONDS.toNanos(91));
        assertThat(expired).containsExactly(keepAlive);
        assertThat(keepAlive.expiredAt - keepAlive.due).isBetween(0L, TICK);
    }

    @Test
    void schedule_againSooner_expiresSooner() {
        Alarm alarm = alarm(TimeUnit.DAYS.toNanos(1));
        alarm.in(TICK);
        time.pass(2 * TICK);
        assertThat(expired).containsExactly(alarm);
        assertThat(timers.size()).isZero();
    }

    @Test
    void expire_schedulesItself_expiresAgain() {
        int[] times = new int[1];
        Timers.Timer[] timer = new Timers.Timer[1];
        timer[0] = Timers.timer(() -> {
            times[0]++;
            timers.schedule(timer[0], TICK);
        });
        timers.schedule(timer[0], TICK);
        time.pass(100 * TICK);
        assertThat(times[0]).isBetween(50, 100);
    }

    @Test
    void expire_schedulesItselfForNow_leavesTheLoopItsTurns() {
        Timers.Timer[] timer = new Timers.Timer[1];
        int[] times = new int[1];
        timer[0] = Timers.timer(() -> {
            if (++times[0] < 100_000) {
                timers.schedule(timer[0], 0);
            }
        });
        timers.schedule(timer[0], 0);
        time.pass(TICK);
        time.pass(TICK);
        assertThat(times[0]).isGreaterThan(1_000);
        assertThat(time.wakeUps()).isGreaterThan(1);
    }

    @Test
    void expire_cancelsOthersOfTheSameTick_theyDoNotExpire() {
        List<Alarm> others = new ArrayList<>();
        timers.schedule(Timers.timer(() -> others.forEach(timers::cancel)), TICK);
        for (int i = 0; i < 10; i++) {
            others.add(alarm(TICK));
        }
        time.pass(2 * TICK);
        assertThat(expired).isEmpty();
        assertThat(timers.size()).isZero();
    }

    @Test
    void expire_throws_otherTimersKeepTheirTime() {
        timers.schedule(
                Timers.timer(() -> {
                    throw new IllegalStateException("thrown by a timer");
                }),
                TICK);
        Alarm same = alarm(TICK);
        Alarm later = alarm(10 * TICK);
        assertThatThrownBy(() -> time.pass(2 * TICK)).hasMessage("thrown by a timer");
        time.pass(20 * TICK);
        assertThat(expired).containsExactly(same, later);
    }

    @Test
    void turn_manyDueAtOnce_areSpreadOverTurns() {
        int count = 100_000;
        for (int i = 0; i < count; i++) {
            alarm(TimeUnit.SECONDS.toNanos(60));
        }
        time.pass(TimeUnit.SECONDS.toNanos(60) - 1);
        assertThat(expired).isEmpty();
        time.pass(TICK + 1);
        assertThat(expired).hasSize(count);
        assertThat(time.wakeUps()).isGreaterThan(count / 1024);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void anyUse_expiresLikeASortedList(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Alarm> alarms = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            alarms.add(new Alarm());
        }
        for (int step = 0; step < 20_000; step++) {
            Alarm alarm = alarms.get(random.nextInt(alarms.size()));
            switch (random.nextInt(5)) {
                case 0 -> {
                    timers.cancel(alarm);
                    alarm.due = Long.MAX_VALUE; // an error if it expires after all
                }
                case 1 -> time.pass(randomDelay(random, 40));
                default -> alarm.in(randomDelay(random, random.nextInt(20, 50)));
            }
            assertExpiredLikeModel(alarms);
        }
        assertThat(timers.size())
                .isEqualTo((int) alarms.stream().filter(Alarm::isScheduled).count());
    }

    private static long randomDelay(SplittableRandom random, int bits) {
        return random.nextLong(1L << bits);
    }

    /** What is scheduled is not overdue by more than a tick, and what has expired was due. */
    private void assertExpiredLikeModel(List<Alarm> alarms) {
        for (Alarm alarm : expired) {
            assertThat(alarm.expiredAt - alarm.due).isBetween(0L, TICK);
        }
        expired.clear();
        for (Alarm alarm : alarms) {
            if (alarm.isScheduled()) {
                assertThat(time.elapsed() - alarm.due).isLessThanOrEqualTo(TICK);
            }
        }
    }
}
