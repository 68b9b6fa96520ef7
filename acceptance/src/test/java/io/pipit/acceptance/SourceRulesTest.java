package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Specification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the rules about sources that no compiler and no class file shows. */
final class SourceRulesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    /** In {@code @Spec}, comments and documents alike. */
    private static final Pattern CITATION = Pattern.compile("(3\\.1\\.1:)?MQTT-\\d[\\d.-]*\\d");

    private static final Pattern SLEEP = Pattern.compile("Thread\\.sleep\\(|TimeUnit\\.[A-Z]+\\.sleep\\(");
    private static final Pattern EMPTY_NAME =
            Pattern.compile("(Abstract|Base|Common).*|.*(Utils?|Helper|Manager|Impl|Common)");

    @Test
    void citations_areInTheListsOfTheSpecifications() throws IOException {
        List<String> wrong = Stream.of(sources("src/main/java"), sources("src/test/java"), documents())
                .flatMap(files -> files)
                .filter(file -> !file.endsWith("docs/conformance.md")) // it tells of misprints
                .flatMap(file -> matches(CITATION, file)
                        .map(MatchResult::group)
                        .filter(citation -> Specification.cited(citation).isEmpty())
                        .map(citation -> ROOT.relativize(file) + ": " + citation))
                .toList();

        assertThat(wrong).isEmpty();
    }

    @Test
    void tests_neverSleep() throws IOException {
        List<Path> wrong = sources("src/test/java")
                .filter(file -> matches(SLEEP, file).findAny().isPresent())
                .toList();

        assertThat(wrong).as("a test waits for an event, not for time").isEmpty();
    }

    @Test
    void packages_areNullMarked() throws IOException {
        List<Path> wrong = sources("src/main/java")
                .map(Path::getParent)
                .distinct()
                .filter(directory ->
                        !read(directory.resolve("package-info.java")).contains("@NullMarked"))
                .toList();

        assertThat(wrong).isEmpty();
    }

    @Test
    void types_areNamedAfterWhatTheyAreAbout() throws IOException {
        List<Path> wrong = Stream.concat(sources("src/main/java"), sources("src/test/java"))
                .filter(file -> EMPTY_NAME
                        .matcher(file.getFileName().toString().replace(".java", ""))
                        .matches())
                .toList();

        assertThat(wrong).isEmpty();
    }

    private static Stream<Path> sources(String directory) throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            return modules
                    .map(module -> module.resolve(directory))
                    .filter(Files::isDirectory)
                    .flatMap(SourceRulesTest::javaFilesBelow)
                    .toList()
                    .stream();
        }
    }

    private static Stream<Path> documents() throws IOException {
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).toList().stream();
        }
    }

    private static Stream<Path> javaFilesBelow(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<MatchResult> matches(Pattern pattern, Path file) {
        return pattern.matcher(read(file)).results();
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
