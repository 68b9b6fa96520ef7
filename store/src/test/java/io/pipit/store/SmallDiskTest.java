package io.pipit.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pipit.broker.spi.Table;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

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

    @Test
    void salvageWithoutRoom_leavesTheStoreAndNothingBesideIt() throws Exception {
        Process program = inNamespace("true", "exec", java(SalvagedStore.class.getName(), directory.resolve("data")));
        List<String> lines = lines(program);
        assertThat(program.waitFor()).isZero();
        assertThat(lines.getFirst()).contains("No space left on device");
        assertThat(lines.subList(1, lines.size())).contains("db").noneMatch(name -> name.startsWith("db."));
    }

    /** Brings together, in vain, a store that is larger than the room that is left, and prints what there is then. */
    static final class SalvagedStore {
        private SalvagedStore() {}

        public static void main(String[] arguments) throws Exception {
            Path data = Path.of(arguments[0]);
            RocksStorage.open(data, StoreSettings.DEFAULT, new SystemTime()).close();
            Path database = data.resolve("db");
            Random random = new Random(1);
            try (RocksTables tables = RocksTables.open(database, Durability.FSYNC, Tables.Access.ALL)) {
                for (int i = 0; i < 20; i++) {
                    byte[] value = new byte[1 << 20];
                    random.nextBytes(value);
                    try (WriteBatch batch = new WriteBatch()) {
                        batch.put(tables.handle(Table.ENTRIES), new byte[] {(byte) i}, value);
                        tables.write(batch, false);
                    }
                }
                tables.flush();
            }
            SmallDisk.fill(data.resolveSibling("ballast"));
            try {
                System.out.println(Salvage.run(database));
            } catch (RocksDBException failed) {
                System.out.println(failed.getMessage());
            }
            try (Stream<Path> left = Files.list(data)) {
                left.forEach(path -> System.out.println(path.getFileName()));
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
