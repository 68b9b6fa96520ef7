package io.pipit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.WaitingLoop;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
import io.pipit.broker.spi.Storage.Commit;
import io.pipit.broker.spi.Storage.Read;
import io.pipit.broker.spi.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start makes of files that are not as they were written. */
final class DamagedFilesTest {
    private static final int ROWS = 500;

    @TempDir
    private Path directory;

    private final WaitingLoop loop = new WaitingLoop();

    @BeforeEach
    void writeRows() throws Exception {
        RocksStorage storage = open();
        try {
            for (int i = 0; i < ROWS; i++) {
                byte[] key = ByteBuffer.allocate(Integer.BYTES).putInt(i).array();
                List<Commit> answers = new ArrayList<>();
                storage.commit(
                        new Batch(Urgency.DURABLE).put(Table.ENTRIES, key, new byte[100]), "", loop, answers::add);
                loop.runUntil(() -> !answers.isEmpty());
            }
        } finally {
            storage.close();
        }
    }

    @Test
    void logThatEndsWithinARecord_losesThatRecordAlone() throws Exception {
        try (FileChannel log = FileChannel.open(log(), StandardOpenOption.WRITE)) {
            log.truncate(log.size() - 20);
        }
        assertThat(numbersRead()).isEqualTo(ROWS - 1);
        assertThat(kept()).isEmpty();
    }

    @Test
    void logWithAFlippedBit_isKeptAsideAndReadUpToThere() throws Exception {
        byte[] before = Files.readAllBytes(log());
        byte[] flipped = before.clone();
        flipped[before.length / 2] ^= 0x10;
        Path log = Files.write(log(), flipped);

        assertThat(numbersRead()).isBetween(ROWS / 2 - 10, ROWS / 2 + 10);
        assertThat(kept()).containsExactly(directory.resolve(log.getFileName() + ".corrupt"));
        assertThat(kept().getFirst()).hasBinaryContent(flipped);
        assertThat(numbersRead()).as("the next start").isBetween(ROWS / 2 - 10, ROWS / 2 + 10);
    }

    private RocksStorage open() throws IOException {
        return RocksStorage.open(directory, new StoreSettings(Durability.FSYNC, 0), new SystemTime());
    }

    /** The log with the rows. */
    private Path log() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("db"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    private List<Path> kept() throws IOException {
        List<Path> kept = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.corrupt")) {
            files.forEach(kept::add);
        }
        return kept;
    }

    /** How many rows a start finds: numbers from 0 without a gap. */
    private int numbersRead() throws Exception {
        RocksStorage storage = open();
        try {
            List<Read> answers = new ArrayList<>();
            storage.scan(Table.ENTRIES, new byte[0], null, ROWS, loop, answers::add);
            loop.runUntil(() -> !answers.isEmpty());
            List<Integer> found = ((Read.Rows) answers.getFirst())
                    .rows().stream()
                            .map(row -> ByteBuffer.wrap(row.key()).getInt())
                            .toList();
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i)).isEqualTo(i);
            }
            return found.size();
        } finally {
            storage.close();
        }
    }
}
