package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What it says of a history that breaks a rule. The rule is one that no broker could keep. */
final class SimulatorTest {
    private static final Pattern REPLAY = Pattern.compile(
            "the same with (\\d+) of its \\d+ steps: pipit simulate --seed (\\d+) --steps ([0-9,-]*) " + "--verbose");

    private final List<String> said = new ArrayList<>();

    /** Nobody is delivered the eighth message of a client. */
    private static final class NobodyIsGivenMuch implements Rule {
        private int deliveries;

        @Override
        public void delivered(Delivery delivery) {
            deliveries++;
            if (deliveries > 7) {
                throw new Violation("not-much", delivery.message() + " is too much");
            }
        }
    }

    private Simulator simulator() {
        return new Simulator(said::add, () -> 0, () -> List.of(new NobodyIsGivenMuch()));
    }

    @Test
    void aFailure_namesItsSeedAndRule() {
        assertThat(simulator().run(5, new Times(1))).isFalse();
        assertThat(said)
                .anyMatch(line ->
                        line.startsWith("seed 5 breaks a rule in step ") && line.contains("not-much: message "));
        assertThat(said.getLast()).startsWith("1 seeds from 5 in ").endsWith("1 failed");
    }

    @Test
    void whatAFailureSays_replaysItsDialogueExactly() {
        simulator().run(5, new Times(1));
        String line = said.stream()
                .filter(one -> one.startsWith("the same with"))
                .findFirst()
                .orElseThrow();
        List<String> dialogue = said.subList(said.indexOf(line) + 1, said.indexOf(last("broken: ")) + 1);
        Matcher command = REPLAY.matcher(line);
        assertThat(command.matches()).as(line).isTrue();
        assertThat(Integer.parseInt(command.group(1))).as("steps that are left").isLessThan(100);

        List<String> before = List.copyOf(dialogue);
        said.clear();
        boolean good = simulator().replay(Long.parseLong(command.group(2)), command.group(3), true);
        assertThat(good).isFalse();
        assertThat(said).containsSubsequence(before);
        assertThat(said.getLast()).startsWith("not-much: message ");
    }

    @Test
    void aSeedWithoutAFailure_isGood() {
        Simulator usual = new Simulator(said::add, () -> 0);
        assertThat(usual.replay(1, "0-59", false)).isTrue();
        assertThat(said).singleElement().asString().startsWith("seed 1: 60 steps, ");
    }

    private String last(String text) {
        return said.stream()
                .filter(line -> line.contains(text))
                .reduce((a, b) -> b)
                .orElseThrow();
    }
}
