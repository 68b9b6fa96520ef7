package io.pipit.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A real file system that has no room, or may not be written, in a mount namespace of the program that uses it. */
@EnabledOnOs(OS.LINUX)
final class SmallDiskTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void mounts() throws Exception {
        assumeTrue(
                inNamespace("true", "").waitFor() == 0,
                "this user may not mount: run as root, or allow user namespaces");
    }

    /** Starts a program below a file system of 96 MiB; {@code before} is a shell command that runs there first. */
    private Process inNamespace(String before, String options, String... program) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "-rm",
                "sh",
                "-c",
                "mount -t tmpfs -o size=96m tmpfs \"$0\" && " + before + " && " + options + " \"$@\"",
                directory.toString()));
        command.addAll(List.of(program.length == 0 ? new String[] {"true"} : program));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String[] java(String main, Path argument) {
        return new String[] {
            ProcessHandle.current().info().command().orElse("java"),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            main,
            argument.toString()
        };
    }

    @Test
    void fullFileSystem_isRefused_losesNothing_andIsTakenAgainWhenThereIsRoom() throws Exception {
        Process program = inNamespace("true", "exec", java(SmallDisk.class.getName(), directory));
        List<String> lines = lines(program);
        assertThat(program.waitFor()).isZero();
        assertThat(lines)
                .hasSize(6)
                .satisfies(all -> assertThat(all.getFirst())
                        .startsWith("refused: the storage cannot write: ")
                        .contains("No space left on device"));
        assertThat(lines.subList(1, 6))
                .containsExactly("unanswered: 1", "read: true", "refused: null", "durable: true", "there: true");
    }

    @Test
    void fileSystemThatMayNotBeWritten_refusesTheStart_andSaysWhatHelps() throws Exception {
        Process program = inNamespace(
                "mount -o remount,ro \"$0\"", "exec", java(OpenedStore.class.getName(), directory.resolve("data")));
        assertThat(lines(program))
                .singleElement()
                .asString()
                .contains("cannot keep data in " + directory.resolve("data"), "Read-only file system", "--data");
        assertThat(program.waitFor()).isZero();
    }

    /** Opens a store and prints why it cannot. */
    static final class OpenedStore {
        private OpenedStore() {}

        public static void main(String[] arguments) {
            try {
                RocksStorage.open(Path.of(arguments[0]), StoreSettings.DEFAULT, new SystemTime())
                        .close();
            } catch (IOException cannot) {
                System.out.println(cannot.getMessage());
            }
        }
    }

    private static List<String> lines(Process program) throws IOException {
        try (BufferedReader out = program.inputReader(UTF_8)) {
            return out.lines().filter(line -> !line.matches("\\d\\d:\\d\\d:.*")).toList();
        }
    }

    /** Nothing of it is left outside. */
    @Test
    void fileSystem_isOfTheProgramAlone() throws Exception {
        assertThat(inNamespace("touch \"$0/inside\"", "exec").waitFor()).isZero();
        assertThat(Files.exists(directory.resolve("inside"))).isFalse();
    }
}
