package io.pipit.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Leaves steps out of a history that breaks a rule, as long as it goes on breaking it. */
final class Shrinker {
    private final Function<Plan, Outcome> simulation;
    private int runsLeft;

    /** One that runs so many histories at most. */
    Shrinker(int runs, Function<Plan, Outcome> simulation) {
        this.runsLeft = runs;
        this.simulation = simulation;
    }

    /** A plan with as few steps as were found that breaks the same rule. */
    Plan shrink(Plan plan, Outcome outcome) {
        Violation violation = outcome.violation();
        if (violation == null) {
            throw new IllegalArgumentException("a history without a fault");
        }
        List<Step> steps =
                plan.steps().subList(0, Math.min(outcome.steps(), plan.steps().size()));
        for (int chunk = Math.max(1, steps.size() / 2); runsLeft > 0; chunk = Math.max(1, chunk / 2)) {
            int before = steps.size();
            steps = without(plan, steps, chunk, violation);
            if (chunk == 1 && steps.size() == before) {
                break;
            }
        }
        return plan.with(steps);
    }

    private List<Step> without(Plan plan, List<Step> steps, int chunk, Violation violation) {
        List<Step> kept = steps;
        for (int from = 0; from < kept.size() && runsLeft > 0; ) {
            List<Step> fewer = new ArrayList<>(kept.subList(0, from));
            fewer.addAll(kept.subList(Math.min(kept.size(), from + chunk), kept.size()));
            runsLeft--;
            Outcome outcome = simulation.apply(plan.with(fewer));
            if (outcome.isLike(violation)) {
                kept = fewer;
            } else {
                from += chunk;
            }
        }
        return kept;
    }
}
