package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A seed is the same history in every process: nothing in it depends on the JVM, its collector or its hash codes. */
final class SameTraceTest {
    private static final List<String> SEEDS = List.of("1", "2", "3", "-4");
    private static final long MOST_SECONDS = 300;

    @TempDir
    private Path directory;

    @Test
    void theSameSeed_hasTheSameTraceInTwoJvms() throws IOException, InterruptedException {
        Path one = directory.resolve("one");
        Path other = directory.resolve("other");
        Process first = start(one, "-XX:+UseSerialGC", "-XX:hashCode=3", "-Duser.timezone=Asia/Kathmandu");
        Process second = start(other, "-XX:+UseParallelGC", "-XX:hashCode=2", "-Duser.language=tr", "-Xshare:off");
        requireGoodEnd(first, one);
        requireGoodEnd(second, other);
        List<String> hashes = Files.readAllLines(one, StandardCharsets.UTF_8);
        assertThat(hashes).hasSize(SEEDS.size());
        assertThat(Files.readAllLines(other, StandardCharsets.UTF_8)).isEqualTo(hashes);
        assertThat(hashes.stream().map(line -> line.substring(line.indexOf(' '))))
                .doesNotHaveDuplicates();
    }

    private static Process start(Path output, String... options) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-XX:+UnlockExperimentalVMOptions", "-Xmx512m"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TraceHashes.class.getName()));
        command.addAll(SEEDS);
        return new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void requireGoodEnd(Process process, Path output) throws IOException, InterruptedException {
        boolean ended = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        assertThat(ended).as("it ends within %d s", MOST_SECONDS).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }
}
