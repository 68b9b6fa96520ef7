package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BackOffTest {
    private final BackOff backOff = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(10), new Random(1));

    @Test
    void next_timeAfterTime_staysBetweenTheMinimumAndABoundThatDoubles() {
        for (int bound : new int[] {2, 4, 8, 10, 10, 10}) {
            assertThat(backOff.next()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(bound));
        }
    }

    @Test
    void next_ofManyClients_isNotTheSame() {
        assertThat(backOff.next())
                .isNotEqualTo(new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(10), new Random(2)).next());
    }

    @Test
    void next_withoutRange_isTheMinimum() {
        BackOff fixed = new BackOff(Duration.ofSeconds(3), Duration.ofSeconds(3), new Random(1));

        assertThat(fixed.next()).isEqualTo(Duration.ofSeconds(3));
        assertThat(fixed.next()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void next_withoutMinimum_isBounded() {
        BackOff atOnce = new BackOff(Duration.ZERO, Duration.ZERO, new Random(1));

        assertThat(atOnce.next()).isZero();
    }

    @Test
    void lasted_longerThanTheWait_beginsAnew() {
        for (int i = 0; i < 5; i++) {
            backOff.next();
        }
        backOff.lasted(Duration.ofSeconds(10).toNanos());

        assertThat(backOff.next()).isLessThanOrEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void lasted_shorterThanTheWait_goesOnDoubling() {
        BackOff wide = new BackOff(Duration.ofSeconds(1), Duration.ofHours(1), new Random(3));
        Duration longest = Duration.ZERO;
        for (int i = 0; i < 20; i++) {
            Duration next = wide.next();
            longest = next.compareTo(longest) > 0 ? next : longest;
            wide.lasted(1000);
        }

        assertThat(longest).isGreaterThan(Duration.ofMinutes(10));
    }
}
