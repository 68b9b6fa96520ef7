package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CoverageTest {
    private final Coverage coverage = new Coverage();

    @Test
    void pairsThatNeverMet_areMissing() {
        coverage.count(Fault.CRASH, Phase.DRAINING);
        assertThat(coverage.missing())
                .contains("takeover while between admission and commit", "lost connection while pubrel under way")
                .contains("disk full while draining", "crash while between admission and commit")
                .doesNotContain("crash while draining");
    }

    @Test
    void pairsThatCannotMeet_areNotMissingAndSayWhy() {
        assertThat(coverage.missing()).doesNotContain("stalled client while connect unanswered");
        assertThat(coverage.lines())
                .contains(
                        "stalled client cannot be met by connect unanswered: it strikes clients that have been accepted");
    }

    @Test
    void whenAllHaveMet_nothingIsMissing() {
        for (Fault fault : Fault.values()) {
            for (Phase phase : Phase.values()) {
                coverage.count(fault, phase);
            }
        }
        assertThat(coverage.missing()).isEmpty();
    }
}
