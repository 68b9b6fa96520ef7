package io.pipit.simulation;

import org.jspecify.annotations.Nullable;

/**
 * How a history ended.
 *
 * @param violation the rule that was broken, or null
 * @param steps that were begun
 * @param traceHash the same whenever the same plan runs
 * @param virtualSeconds that passed
 */
record Outcome(@Nullable Violation violation, int steps, long traceHash, long events, long virtualSeconds) {
    boolean isGood() {
        return violation == null;
    }

    /** Whether the same rule was broken. */
    boolean isLike(Violation other) {
        return violation != null && violation.rule().equals(other.rule());
    }
}
