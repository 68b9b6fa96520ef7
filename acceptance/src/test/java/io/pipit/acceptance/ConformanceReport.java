package io.pipit.acceptance;

import io.pipit.mqtt.Specification;
import io.pipit.mqtt.Statement;
import io.pipit.mqtt.Statement.Side;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Every normative statement of both specifications with the tests that prove it, as Markdown. Which side a test is about
 * follows from its module: the codec is the same on both.
 */
final class ConformanceReport {
    private static final Map<String, Set<Side>> SIDES = Map.of(
            "mqtt", EnumSet.allOf(Side.class), "client", EnumSet.of(Side.CLIENT), "cli", EnumSet.of(Side.CLIENT));

    private final Map<String, List<CitedTest>> tests;

    ConformanceReport(List<CitedTest> all) {
        tests = all.stream()
                .flatMap(test -> test.citations().stream().map(citation -> Map.entry(citation, test)))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    /** The statements that bind this side, have no test there, and could have one. */
    List<Statement> open(Specification specification, Side side) {
        return specification.statements().stream()
                .filter(statement -> standing(statement, side) == Standing.OPEN)
                .toList();
    }

    /** The counts, as docs/conformance.md shows them. */
    String summary() {
        StringBuilder out = new StringBuilder("""
                | specification | statements | bind the server | proven | cannot be tested | open | bind clients | proven | cannot be tested | open |
                |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
                """);
        for (Specification specification : Specification.values()) {
            out.append("| MQTT ").append(specification.version()).append(" |");
            counts(out, specification.statements());
        }
        out.append("| both |");
        counts(
                out,
                Arrays.stream(Specification.values())
                        .flatMap(specification -> specification.statements().stream())
                        .toList());
        return out.toString();
    }

    /** All of it. */
    String text() {
        StringBuilder out = new StringBuilder("# Every normative statement and its tests\n\n");
        out.append("Made by the build; docs/conformance.md says how to read it.\n\n")
                .append(summary());
        for (Specification specification : Specification.values()) {
            out.append("\n## MQTT ").append(specification.version()).append("\n");
            specification.statements().forEach(statement -> describe(out, statement));
        }
        return out.toString();
    }

    private void describe(StringBuilder out, Statement statement) {
        out.append("\n### ").append(statement.number()).append("\n\n");
        out.append(statement.words()).append(".\n");
        for (Side side : Side.values()) {
            out.append("- ").append(side == Side.SERVER ? "server: " : "client: ");
            switch (standing(statement, side)) {
                case FREE ->
                    out.append(
                            side == Side.SERVER
                                    ? "binds clients only: " + statement.remark()
                                    : "binds the server only");
                case PROVEN -> {}
                case UNTESTABLE -> out.append("no test: ").append(statement.excuse(side));
                case OPEN -> out.append("OPEN");
            }
            out.append(names(statement, side)).append('\n');
        }
    }

    private String names(Statement statement, Side side) {
        boolean bound = statement.binds().contains(side);
        String names = tests(statement, side).stream()
                .map(test -> test.module() + "/" + test.name())
                .collect(Collectors.joining(", "));
        return bound || names.isEmpty() ? names : "; shown also by " + names;
    }

    private List<CitedTest> tests(Statement statement, Side side) {
        return tests.getOrDefault(statement.citation(), List.of()).stream()
                .filter(test -> SIDES.getOrDefault(test.module(), EnumSet.of(Side.SERVER))
                        .contains(side))
                .toList();
    }

    private void counts(StringBuilder out, List<Statement> statements) {
        out.append(' ').append(statements.size()).append(" |");
        for (Side side : Side.values()) {
            out.append(' ').append(count(statements, side, standing -> standing != Standing.FREE));
            for (Standing standing : List.of(Standing.PROVEN, Standing.UNTESTABLE, Standing.OPEN)) {
                out.append(" | ").append(count(statements, side, standing::equals));
            }
            out.append(" |");
        }
        out.append('\n');
    }

    private long count(List<Statement> statements, Side side, Predicate<Standing> wanted) {
        return statements.stream()
                .filter(statement -> wanted.test(standing(statement, side)))
                .count();
    }

    private Standing standing(Statement statement, Side side) {
        if (!statement.binds().contains(side)) {
            return Standing.FREE;
        }
        if (!tests(statement, side).isEmpty()) {
            return Standing.PROVEN;
        }
        return statement.excuse(side).isEmpty() ? Standing.OPEN : Standing.UNTESTABLE;
    }

    /** How a statement stands with one side. */
    private enum Standing {
        /** It does not bind this side. */
        FREE,
        /** A test of this side names it. */
        PROVEN,
        /** No test can be written, and the list says why. */
        UNTESTABLE,
        /** A test is missing. */
        OPEN
    }
}
