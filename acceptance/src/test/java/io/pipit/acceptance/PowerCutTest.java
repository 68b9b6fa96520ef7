package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is left of files, written by small programs in Python, when power ends. */
@EnabledOnOs(OS.LINUX)
final class PowerCutTest {
    private static final VolatileDisk.Survival NOTHING = units -> 0;
    private static final VolatileDisk.Survival EVERYTHING = units -> units;
    /** A file with "old" in it and its name, both durable. */
    private static final String OLD = """
            f = os.open('f', os.O_CREAT | os.O_RDWR)
            os.write(f, b'old')
            os.fsync(f)
            fsync('.')
            """;

    @TempDir
    private Path temporary;

    private Path directory = Path.of("");
    private PowerCut power;

    @BeforeEach
    void begin() throws IOException {
        directory = Files.createDirectory(temporary.resolve("disk"));
        power = PowerCut.of(directory, temporary.resolve("journal"));
    }

    /** Runs lines of Python in the directory. */
    private void run(String... lines) throws IOException {
        String start = """
                import os
                def fsync(name):
                    d = os.open(name, os.O_RDONLY)
                    os.fsync(d)
                    os.close(d)
                """;
        String script = start + "os.chdir('" + directory + "')\n" + String.join("\n", lines);
        try (Program python = Program.start(List.of("/usr/bin/python3", "-c", script), power.environment())) {
            assertThat(python.exitCode()).as(() -> python.stderr()).isZero();
        }
        assertThat(power.differences()).isEmpty();
    }

    private Map<String, String> left(VolatileDisk.Survival survival) throws IOException {
        power.cut(survival);
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                files.put(directory.relativize(path).toString(), Files.readString(path));
            }
        }
        return files;
    }

    @Test
    void fileAndItsNameBroughtToTheDisk_stay() throws IOException {
        run(OLD);
        assertThat(left(NOTHING)).hasToString("{f=old}");
    }

    @Test
    void fileWhoseNameWasNotBroughtToTheDisk_isGone() throws IOException {
        run("f = os.open('f', os.O_CREAT | os.O_RDWR)", "os.write(f, b'new')", "os.fsync(f)");
        assertThat(left(NOTHING)).isEmpty();
    }

    @Test
    void contentThatWasNotBroughtToTheDisk_isGone() throws IOException {
        run(OLD, "os.write(f, b'new')", "os.pwrite(f, b'X', 0)");
        assertThat(left(NOTHING)).hasToString("{f=old}");
    }

    @Test
    void contentThatWasNotBroughtToTheDisk_mayKeepABeginning() throws IOException {
        run(OLD, "os.writev(f, [b'n', b'e', b'w'])", "os.pwrite(f, b'XY', 0)");
        assertThat(left(units -> Math.max(0, units - 1))).hasToString("{f=Xldnew}");
    }

    @Test
    void contentWrittenAfterTheLastFsync_doesNotTakeWhatWasBeforeWithIt() throws IOException {
        run(OLD, "os.write(f, b'new')", "os.fdatasync(f)", "os.write(f, b'lost')");
        assertThat(left(NOTHING)).hasToString("{f=oldnew}");
    }

    @Test
    void truncation_isGone_orSurvives() throws IOException {
        run(OLD, "os.ftruncate(f, 1)");
        assertThat(left(NOTHING)).hasToString("{f=old}");
        run("f = os.open('f', os.O_RDWR)", "os.ftruncate(f, 1)", "os.posix_fallocate(f, 0, 2)");
        assertThat(left(EVERYTHING)).hasToString("{f=o\0}");
        run("os.open('f', os.O_RDWR | os.O_TRUNC)");
        assertThat(left(EVERYTHING)).hasToString("{f=}");
    }

    @Test
    void appendedContent_standsBehindWhatWasThere() throws IOException {
        run(OLD, "a = os.open('f', os.O_APPEND | os.O_WRONLY)", "os.write(a, b'er')", "os.fsync(a)");
        assertThat(left(NOTHING)).hasToString("{f=older}");
    }

    @Test
    void rename_isUndone_unlessItsDirectoryWasBroughtToTheDisk() throws IOException {
        run(OLD, "os.rename('f', 'g')");
        assertThat(left(NOTHING)).hasToString("{f=old}");
        run("os.rename('f', 'g')", "fsync('.')");
        assertThat(left(NOTHING)).hasToString("{g=old}");
    }

    @Test
    void rename_neverLeavesBothNamesNorNone() throws IOException {
        run(
                OLD,
                "n = os.open('n', os.O_CREAT | os.O_RDWR)",
                "os.write(n, b'new')",
                "os.fsync(n)",
                "os.rename('n', 'f')");
        Random random = new Random(1);
        Map<String, String> left = left(PowerCut.random(random));
        assertThat(left.toString()).isIn("{f=old}", "{f=old, n=new}", "{f=new}");
    }

    @Test
    void removedAndLinkedNames_comeBack_unlessTheirDirectoryWasBroughtToTheDisk() throws IOException {
        run(OLD, "os.mkdir('d')", "fsync('.')", "os.link('f', 'd/g')", "os.unlink('f')", "fsync('d')");
        assertThat(left(NOTHING)).hasToString("{d/g=old, f=old}");
        run("fsync('.')", "os.unlink('f')", "fsync('.')");
        assertThat(left(NOTHING)).hasToString("{d/g=old}");
    }

    @Test
    void directoryWhoseNameWasNotBroughtToTheDisk_isGoneWithAllThatIsInIt() throws IOException {
        run("os.mkdir('d')", "f = os.open('d/f', os.O_CREAT | os.O_RDWR)", "os.fsync(f)", "fsync('d')");
        assertThat(left(NOTHING)).isEmpty();
        assertThat(directory.resolve("d")).doesNotExist();
    }

    @Test
    void beginnings_areAnotherOneForEachFile() throws IOException {
        run(
                "files = [os.open('f%d' % i, os.O_CREAT | os.O_RDWR) for i in range(40)]",
                "for f in files: os.write(f, b'old')",
                "for f in files: os.fsync(f)",
                "fsync('.')",
                "for f in files: os.pwrite(f, b'new', 0)");
        assertThat(left(PowerCut.random(new Random(1))).values()).contains("old", "nld", "ned", "new");
    }

    @Test
    void killedProgram_andTheNextOne_haveOneDisk() throws IOException {
        run(OLD, "os.write(f, b'er')");
        run("fsync('f')");
        assertThat(left(NOTHING)).hasToString("{f=older}");
    }

    @Test
    void sharedWritableMapping_failsTheTest() {
        assertThatThrownBy(() -> run(OLD, "import mmap", "try: mmap.mmap(f, 3)", "except OSError: pass"))
                .hasMessageContaining("a shared writable mapping");
    }

    @Test
    void writesThatAreSynchronousByThemselves_failTheTest() {
        assertThatThrownBy(() -> run("try: os.open('s', os.O_CREAT | os.O_WRONLY | os.O_SYNC)", "except OSError: pass"))
                .hasMessageContaining("O_SYNC");
    }
}
