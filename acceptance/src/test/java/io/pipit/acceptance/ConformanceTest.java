package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Specification;
import io.pipit.mqtt.Statement.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every normative statement has its tests; target/conformance.md says which. */
final class ConformanceTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path REPORT = Path.of("target", "conformance.md");
    private static final int MOST_STATEMENTS = 3;

    private static List<CitedTest> tests = List.of();

    @BeforeAll
    static void writeTheReport() throws IOException {
        tests = CitedTest.below(ROOT);
        Files.createDirectories(Path.of("target"));
        Files.writeString(REPORT, new ConformanceReport(tests).text());
    }

    @Test
    void modulesWithTests_areCompiled() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            assertThat(modules.filter(module -> Files.isDirectory(module.resolve("src/test/java"))))
                    .as("the report is about the compiled tests of all modules: mvn verify compiles them")
                    .allMatch(module -> Files.isDirectory(module.resolve("target/test-classes")));
        }
    }

    @Test
    void specs_nameOneToThreeStatementsOfTheLists() {
        assertThat(tests)
                .allSatisfy(test -> assertThat(test.citations())
                        .as(test.name())
                        .hasSizeLessThanOrEqualTo(MOST_STATEMENTS)
                        .doesNotHaveDuplicates()
                        .allMatch(citation -> Specification.cited(citation).isPresent()));
    }

    /** The build fails for a statement without its test. */
    @ParameterizedTest
    @CsvSource({"MQTT_5_0, SERVER", "MQTT_3_1_1, SERVER"})
    void statements_haveTheirTests(Specification specification, Side side) {
        assertThat(new ConformanceReport(tests).open(specification, side))
                .as("target/conformance.md has all of them")
                .isEmpty();
    }

    @Test
    void specs_standOnTests() {
        assertThat(tests).filteredOn(test -> !test.test()).isEmpty();
    }
}
