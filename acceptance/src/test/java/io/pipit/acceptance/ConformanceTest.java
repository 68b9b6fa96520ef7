package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Specification;
import io.pipit.mqtt.Statement;
import io.pipit.mqtt.Statement.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every normative statement has its tests; target/conformance.md says which. */
final class ConformanceTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path REPORT = Path.of("target", "conformance.md");
    private static final Path DOCUMENT = ROOT.resolve("docs").resolve("conformance.md");
    private static final String BEGIN = "<!-- summary -->";
    private static final String END = "<!-- end of the summary -->";
    private static final Pattern SPEC = Pattern.compile("(?m)^ *@Spec\\(");
    private static final int MOST_STATEMENTS = 3;

    private static List<CitedTest> tests = List.of();

    @BeforeAll
    static void writeTheReport() throws IOException {
        tests = CitedTest.below(ROOT);
        Files.createDirectories(Path.of("target"));
        Files.writeString(REPORT, new ConformanceReport(tests).text());
    }

    /** The build fails for a statement without its test. */
    @ParameterizedTest
    @CsvSource({"MQTT_3_1_1, SERVER", "MQTT_3_1_1, CLIENT", "MQTT_5_0, SERVER", "MQTT_5_0, CLIENT"})
    void statements_haveTheirTests(Specification specification, Side side) {
        assertThat(new ConformanceReport(tests).open(specification, side))
                .as("target/conformance.md has all of them")
                .extracting(Statement::citation)
                .isEmpty();
    }

    /** {@code -Dconformance.renew} writes the summary into the document. */
    @Test
    void summary_standsInTheDocument() throws IOException {
        String text = Files.readString(DOCUMENT);
        int from = text.indexOf(BEGIN) + BEGIN.length();
        int to = text.indexOf(END);
        String summary = new ConformanceReport(tests).summary();
        if (System.getProperty("conformance.renew") != null) {
            Files.writeString(DOCUMENT, text.substring(0, from) + "\n\n" + summary + "\n" + text.substring(to));
        } else {
            assertThat(text.substring(from, to).strip())
                    .as("mvn -pl acceptance -am test -Dtest=ConformanceTest"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Dconformance.renew renews it")
                    .isEqualTo(summary.strip());
        }
    }

    @Test
    void compiledSpecs_areThoseOfTheSources() throws IOException {
        Map<String, Long> compiled =
                tests.stream().collect(Collectors.groupingBy(CitedTest::module, TreeMap::new, Collectors.counting()));

        assertThat(compiled)
                .as("the report is about the compiled tests of all modules: mvn verify compiles them")
                .isEqualTo(specsOfTheSources());
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

    @Test
    void specs_standOnTests() {
        assertThat(tests).filteredOn(test -> !test.test()).isEmpty();
    }

    private static Map<String, Long> specsOfTheSources() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            return modules
                    .filter(module -> Files.isDirectory(module.resolve("src/test/java")))
                    .collect(Collectors.toMap(
                            module -> String.valueOf(module.getFileName()),
                            ConformanceTest::specs,
                            Long::sum,
                            TreeMap::new))
                    .entrySet()
                    .stream()
                    .filter(entry -> entry.getValue() > 0)
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        }
    }

    private static long specs(Path module) {
        try (Stream<Path> files = Files.walk(module.resolve("src/test/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .mapToLong(file -> SPEC.matcher(read(file)).results().count())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
