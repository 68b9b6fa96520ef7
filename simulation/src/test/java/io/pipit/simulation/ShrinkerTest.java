package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class ShrinkerTest {
    private static final Plan PLAN = Plan.of(1);
    private static final int MANY = 10_000;

    @Test
    void aHistoryThatNeedsFewSteps_isShrunkToThem() {
        Plan least = new Shrinker(MANY, plan -> needing(plan, Set.of(3, 700, 701, 1_500))).shrink(PLAN, broken("a"));
        assertThat(StepRanges.of(least.steps())).isEqualTo("3,700-701,1500");
        assertThat(least.clients()).isEqualTo(PLAN.clients());
    }

    @Test
    void whatComesAfterTheViolation_isLeftOutAtOnce() {
        Outcome early = new Outcome(new Violation("a", ""), 10, 0, 0, 0);
        Plan least = new Shrinker(0, plan -> broken("a")).shrink(PLAN, early);
        assertThat(StepRanges.of(least.steps())).isEqualTo("0-9");
    }

    @Test
    void aHistoryThatBreaksAnotherRule_isNotTaken() {
        Plan least = new Shrinker(MANY, plan -> broken("b")).shrink(PLAN, broken("a"));
        assertThat(least.steps()).isEqualTo(PLAN.steps());
    }

    @Test
    void itsRuns_areBounded() {
        AtomicInteger runs = new AtomicInteger();
        Shrinker shrinker = new Shrinker(20, plan -> {
            runs.incrementAndGet();
            return needing(plan, Set.of(5, 900));
        });
        assertThat(shrinker.shrink(PLAN, broken("a")).steps())
                .hasSizeLessThan(PLAN.steps().size());
        assertThat(runs).hasValue(20);
    }

    @Test
    void aHistoryWithoutAFault_isNotShrunk() {
        assertThatThrownBy(() -> new Shrinker(MANY, plan -> good()).shrink(PLAN, good()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Breaks the rule "a" while all of these steps are there. */
    private static Outcome needing(Plan plan, Set<Integer> steps) {
        List<Integer> there = plan.steps().stream().map(Step::number).collect(Collectors.toList());
        return there.containsAll(steps) ? broken("a") : good();
    }

    private static Outcome broken(String rule) {
        return new Outcome(new Violation(rule, ""), PLAN.steps().size(), 0, 0, 0);
    }

    private static Outcome good() {
        return new Outcome(null, PLAN.steps().size(), 0, 0, 0);
    }
}
