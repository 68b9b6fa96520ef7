package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Proves that the rules of the simulator see what they are there for: brokers that are wrong in one way are caught. */
final class BrokerMutantsTest {
    private static final int SEEDS = 150;
    private static final MutatedBroker UNCHANGED = MutatedBroker.unchanged();

    @ParameterizedTest
    @EnumSource
    void mutant_inWorldsFromSeeds_breaksItsRule(BrokerMutant mutant, TestReporter reporter) {
        MutatedBroker broker = MutatedBroker.of(mutant);
        List<String> others = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            String failure = broker.firstFailure(seed, 1);
            if (failure == null || UNCHANGED.firstFailure(seed, 1) != null) {
                continue;
            }
            if (failure.startsWith(mutant.rule() + ": ")) {
                reporter.publishEntry(mutant.name(), "after " + seed + " seeds " + failure);
                return;
            }
            others.add(failure);
        }
        assertThat(others).as("what %s has broken", mutant).anyMatch(failure -> failure.startsWith(mutant.rule()));
    }

    @Test
    void edit_ofTextThatIsGone_saysWhichMutantIsToBeAdapted() {
        BrokerMutant.Edit edit = new BrokerMutant.Edit("Queue", "int gone;", "int here;");
        assertThatThrownBy(() -> MutatedBroker.edited("class Queue {}", edit, BrokerMutant.WILL_TWICE))
                .hasMessage("the mutant WILL_TWICE has to be adapted: Queue contains no more: int gone;");
    }

    @Test
    void edit_ofTextThatIsThereTwice_saysWhichMutantIsToBeAdapted() {
        BrokerMutant.Edit edit = new BrokerMutant.Edit("Queue", "int x;", "int y;");
        assertThatThrownBy(() -> MutatedBroker.edited("int x; int  x;", edit, BrokerMutant.WILL_TWICE))
                .hasMessageContaining("Queue contains more than once: int x;");
    }
}
