package io.pipit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.pipit.server.Pipit;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The examples in README.md, as they stand there: compiled and run. */
@Timeout(120)
final class ReadmeTest {
    private static final Pattern EXAMPLE = Pattern.compile("^```java\\R(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("^(?:public )?final class (\\w+) ", Pattern.MULTILINE);

    @TempDir
    private static Path directory;

    @BeforeAll
    static void compile() throws IOException {
        Map<String, String> examples = examples();
        assertThat(examples).containsOnlyKeys("GardenClient", "GardenBroker", "GardenTest");
        for (Map.Entry<String, String> example : examples.entrySet()) {
            Files.writeString(directory.resolve(example.getKey() + ".java"), example.getValue());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<Path> sources = examples.keySet().stream()
                    .map(name -> directory.resolve(name + ".java"))
                    .toList();
            List<String> options = List.of(
                    "-d",
                    directory.toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-Xlint:all",
                    "-proc:none");
            boolean compiled = compiler.getTask(
                            said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(compiled).as(said.toString()).isTrue();
        }
    }

    private static Map<String, String> examples() throws IOException {
        Map<String, String> examples = new HashMap<>();
        Matcher found = EXAMPLE.matcher(Files.readString(Path.of("..", "README.md")));
        while (found.find()) {
            Matcher name = NAME.matcher(found.group(1));
            assertThat(name.find()).as(found.group(1)).isTrue();
            examples.put(name.group(1), found.group(1));
        }
        return examples;
    }

    /** Runs the main method of an example in a process of its own, and returns what it printed. */
    private static String run(String name, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                directory + System.getProperty("path.separator") + System.getProperty("java.class.path"),
                name);
        builder.command().addAll(List.of(arguments));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var out = process.inputReader()) {
            String printed = out.readAllAsString();
            assertThat(process.waitFor()).as(printed).isZero();
            return printed;
        }
    }

    @EmbeddedPipit
    @Test
    void client_hearsWhatItPublishes(Pipit pipit) throws Exception {
        assertThat(run("GardenClient", pipit.url())).isEqualTo("garden/lamp: on" + System.lineSeparator());
    }

    @Test
    void embeddedBroker_hearsWhatItPublishes() throws Exception {
        assertThat(run("GardenBroker")).matches("clients connect to port [1-9][0-9]*\\Rgarden/lamp: on\\R");
    }

    @Test
    void testWithTheExtension_succeeds() throws Exception {
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, ReadmeTest.class.getClassLoader())) {
            EngineTestKit.engine("junit-jupiter")
                    .selectors(selectClass(loader.loadClass("GardenTest")))
                    .execute()
                    .testEvents()
                    .assertStatistics(events -> events.started(1).succeeded(1));
        }
    }
}
