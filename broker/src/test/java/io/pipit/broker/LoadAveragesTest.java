package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pipit.broker.LoadAverages.Span;
import org.junit.jupiter.api.Test;

class LoadAveragesTest {
    private final LoadAverages loads = new LoadAverages();
    private long total;

    @Test
    void average_ofASteadyRate_approachesIt() {
        for (int i = 0; i < 1_000; i++) {
            pass(10_000, 50);
        }
        for (Span span : Span.values()) {
            assertThat(loads.perMinute("x", span)).isCloseTo(300, within(0.01));
        }
    }

    @Test
    void average_afterOneMinuteOfLoad_isThatPartOfIt() {
        pass(60_000, 600);
        assertThat(loads.perMinute("x", Span.ONE_MINUTE)).isCloseTo(600 * (1 - Math.exp(-1)), within(0.01));
        assertThat(loads.perMinute("x", Span.FIVE_MINUTES)).isCloseTo(600 * (1 - Math.exp(-0.2)), within(0.01));
        assertThat(loads.perMinute("x", Span.FIFTEEN_MINUTES)).isCloseTo(600 * (1 - Math.exp(-1 / 15.0)), within(0.01));
    }

    @Test
    void average_doesNotDependOnHowOftenItIsUpdated() {
        LoadAverages rare = new LoadAverages();
        rare.elapsed(60_000);
        rare.update("x", 600);
        for (int i = 0; i < 60; i++) {
            pass(1_000, 10);
        }
        assertThat(loads.perMinute("x", Span.FIVE_MINUTES))
                .isCloseTo(rare.perMinute("x", Span.FIVE_MINUTES), within(0.01));
    }

    @Test
    void average_inQuietTimes_fades() {
        pass(60_000, 600);
        double before = loads.perMinute("x", Span.ONE_MINUTE);
        pass(60_000, 0);
        assertThat(loads.perMinute("x", Span.ONE_MINUTE)).isCloseTo(before * Math.exp(-1), within(0.01));
    }

    @Test
    void update_withoutTimePassed_changesNoAverage() {
        pass(60_000, 600);
        double before = loads.perMinute("x", Span.ONE_MINUTE);
        pass(0, 100);
        assertThat(loads.perMinute("x", Span.ONE_MINUTE)).isEqualTo(before);
    }

    @Test
    void average_ofAnUnknownCounter_isZero() {
        assertThat(loads.perMinute("y", Span.ONE_MINUTE)).isZero();
    }

    private void pass(long millis, long events) {
        total += events;
        loads.elapsed(millis);
        loads.update("x", total);
    }
}
