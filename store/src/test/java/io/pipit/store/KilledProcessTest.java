package io.pipit.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.WaitingLoop;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage.Read;
import io.pipit.broker.spi.Table;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed in the middle of its commits, and what its directory holds then. */
final class KilledProcessTest {
    private static final int ROUNDS = 3;

    @TempDir
    private Path directory;

    @Test
    void fsync_losesNothingThatWasAcknowledged() throws Exception {
        runAndKill(Durability.FSYNC);
    }

    @Test
    void os_losesNothingThatWasAcknowledged_whenOnlyTheProcessEnds() throws Exception {
        runAndKill(Durability.OS);
    }

    @Test
    void none_losesWhatWasAcknowledged() throws Exception {
        long acknowledged = killAfter(Durability.NONE, 0, 2000);
        assertThat(found().size()).isLessThan((int) acknowledged);
    }

    private void runAndKill(Durability durability) throws Exception {
        long first = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long acknowledged = killAfter(durability, first, 500 * (round + 1));
            List<Long> found = found();
            assertThat(found).contains(acknowledged - 1);
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i)).as("a number without a gap before it").isEqualTo(i);
            }
            assertThat(counter()).isEqualTo(found.size());
            first = found.size();
        }
    }

    /** Returns how many were acknowledged, those of earlier rounds included. */
    private long killAfter(Durability durability, long first, int count) throws IOException, InterruptedException {
        Process appender = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Appender.class.getName(),
                        directory.toString(),
                        durability.name(),
                        Long.toString(first))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long last = first - 1;
        try (BufferedReader out = appender.inputReader(UTF_8)) {
            String line = out.readLine();
            for (int i = 0; i < count && line != null; i++) {
                last = Long.parseLong(line);
                line = out.readLine();
            }
            appender.destroyForcibly().waitFor();
        }
        assertThat(last).isGreaterThanOrEqualTo(first + count - 1);
        return last + 1;
    }

    private List<Long> found() throws Exception {
        return read(Table.ENTRIES).stream()
                .map(row -> ByteBuffer.wrap(row.key()).getLong())
                .toList();
    }

    private long counter() throws Exception {
        return ByteBuffer.wrap(read(Table.MESSAGES).getFirst().value()).getLong();
    }

    private List<Row> read(Table table) throws Exception {
        RocksStorage storage = RocksStorage.open(directory, new StoreSettings(Durability.FSYNC, 0), new SystemTime());
        try {
            WaitingLoop loop = new WaitingLoop();
            List<Read> answers = new ArrayList<>();
            storage.scan(table, new byte[0], null, Integer.MAX_VALUE, loop, answers::add);
            loop.runUntil(() -> !answers.isEmpty());
            return ((Read.Rows) answers.getFirst()).rows();
        } finally {
            storage.close();
        }
    }
}
