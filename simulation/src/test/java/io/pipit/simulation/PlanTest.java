package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlanTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 77, Long.MAX_VALUE})
    void theSameSeed_isTheSamePlan(long seed) {
        assertThat(Plan.of(seed)).isEqualTo(Plan.of(seed));
    }

    @Test
    void anotherSeed_isAnotherPlan() {
        assertThat(Plan.of(1).steps()).isNotEqualTo(Plan.of(2).steps());
    }

    @Test
    void everySeed_isLargeEnough() {
        for (long seed = 1; seed <= 50; seed++) {
            Plan plan = Plan.of(seed);
            assertThat(plan.clients()).hasSizeGreaterThanOrEqualTo(20);
            assertThat(plan.steps()).hasSizeGreaterThanOrEqualTo(2_000);
            assertThat(plan.steps().stream().filter(step -> isFault(step.act())))
                    .hasSizeGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void stepsAsText_selectTheSameSteps() {
        List<Step> all = Plan.of(1).steps();
        List<Step> some = List.of(all.get(0), all.get(1), all.get(2), all.get(9), all.get(100), all.get(101));
        assertThat(StepRanges.of(some)).isEqualTo("0-2,9,100-101");
        assertThat(StepRanges.select(all, "0-2,9,100-101")).isEqualTo(some);
    }

    @Test
    void stepsThatAreNone_areTheEmptyText() {
        assertThat(StepRanges.of(List.of())).isEmpty();
        assertThat(StepRanges.select(Plan.of(1).steps(), "")).isEmpty();
    }

    private static boolean isFault(Act act) {
        return act instanceof Act.Crash
                || act instanceof Act.Restart
                || act instanceof Act.Disk
                || act instanceof Act.Lose
                || act instanceof Act.GoSilent;
    }
}
