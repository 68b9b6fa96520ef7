package io.pipit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.broker.WaitingLoop;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage.Commit;
import io.pipit.broker.spi.Storage.Read;
import io.pipit.broker.spi.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/**
 * What a start makes of tables and manifests that are not as they were written. Rows are in several files and in the
 * log: each start brings what the log has to files.
 */
final class DamagedTablesTest {
    private static final int ROUNDS = 3;
    private static final int ROWS = 400;

    @TempDir
    private Path directory;

    private final WaitingLoop loop = new WaitingLoop();
    private final Random random = new Random(7);

    /** In each round rows of its own, and one more that every round changes, and one that the next round removes. */
    @BeforeEach
    void writeRows() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            RocksStorage storage = open();
            try {
                Batch batch = new Batch(Urgency.DURABLE);
                for (int i = 0; i < ROWS; i++) {
                    byte[] value = new byte[200];
                    random.nextBytes(value); // so that it fills blocks
                    batch.put(Table.ENTRIES, key(round * ROWS + i), value);
                }
                batch.put(Table.SESSIONS, key(1), key(round));
                batch.put(Table.RETAINED, key(round), key(round)).delete(Table.RETAINED, key(round - 1));
                batch.add(Table.MESSAGES, key(0), 1);
                commit(storage, batch);
            } finally {
                storage.close();
            }
        }
        assertThat(files("*.sst").size()).isGreaterThan(2 * ROUNDS);
    }

    private RocksStorage open() throws IOException {
        return RocksStorage.open(directory, new StoreSettings(Durability.FSYNC, 0), new SystemTime());
    }

    private void commit(RocksStorage storage, Batch batch) throws InterruptedException {
        List<Commit> answers = new ArrayList<>();
        storage.commit(batch, "", loop, answers::add);
        loop.runUntil(() -> !answers.isEmpty());
        assertThat(answers).containsExactly(new Commit.Durable());
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private List<Path> files(String glob) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory.resolve("db"), glob)) {
            found.forEach(files::add);
        }
        files.sort(null);
        return files;
    }

    private Path largest(String glob) throws IOException {
        return files(glob).stream()
                .max(Comparator.comparingLong(file -> file.toFile().length()))
                .orElseThrow();
    }

    private static void flip(Path file, double where) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) (bytes.length * where)] ^= 0x10;
        Files.write(file, bytes);
    }

    @Test
    void manifestWithAFlippedBit_losesNothing() throws Exception {
        flip(largest("MANIFEST-*"), 0.5);
        requireEverything();
    }

    @Test
    void manifestThatEndsTooEarly_losesNothing() throws Exception {
        Path manifest = largest("MANIFEST-*");
        byte[] bytes = Files.readAllBytes(manifest);
        Files.write(manifest, Arrays.copyOf(bytes, bytes.length / 3));
        requireEverything();
    }

    @Test
    void manifestThatIsMissing_losesNothing() throws Exception {
        Files.delete(largest("MANIFEST-*"));
        requireEverything();
    }

    @Test
    void missingPointerToTheManifest_losesNothing() throws Exception {
        Files.delete(directory.resolve("db/CURRENT"));
        requireEverything();
    }

    @Test
    void fileThatIsNoneOfTheDatabase_doesNotStopTheSalvage() throws Exception {
        Files.writeString(directory.resolve("db/notes.log"), "not ours");
        Files.delete(largest("MANIFEST-*"));
        requireEverything();
    }

    @Test
    void databaseThatIsGone_isNotMadeAnewWhileTheStoreIsInUse() throws Exception {
        Files.move(directory.resolve("db"), directory.resolve("elsewhere"));
        assertThatThrownBy(() -> RocksTables.open(directory.resolve("db"), Durability.FSYNC, Tables.Access.ALL))
                .isInstanceOf(RocksDBException.class)
                .hasMessageContaining("put it back");
        assertThat(directory.resolve("db")).doesNotExist();
    }

    private void requireEverything() throws Exception {
        RocksStorage storage = open();
        try {
            requireEverythingIn(storage);
            assertThat(storage.damage()).contains("db-1.corrupt");
            commit(storage, new Batch(Urgency.DURABLE).put(Table.WILLS, key(1), key(1)));
        } finally {
            storage.close();
        }
        storage = open();
        try {
            assertThat(rows(storage, Table.WILLS)).hasSize(1);
            requireEverythingIn(storage);
        } finally {
            storage.close();
        }
        assertThat(StoppedStore.damagedFiles(directory)).isEmpty();
    }

    private void requireEverythingIn(RocksStorage storage) throws Exception {
        assertThat(numbers(storage, Table.ENTRIES)).hasSize(ROUNDS * ROWS);
        assertThat(rows(storage, Table.SESSIONS).getFirst().value()).isEqualTo(key(ROUNDS - 1));
        assertThat(numbers(storage, Table.RETAINED)).containsExactly(ROUNDS - 1);
        byte[] counter = rows(storage, Table.MESSAGES).getFirst().value();
        assertThat(ByteBuffer.wrap(counter).getLong()).isEqualTo(ROUNDS);
    }

    @Test
    void missingTableFile_losesItsRowsAlone_andTheStartTellsOfIt() throws Exception {
        Files.delete(largest("*.sst"));
        RocksStorage storage = open();
        try {
            assertThat(numbers(storage, Table.ENTRIES)).hasSize((ROUNDS - 1) * ROWS);
            assertThat(numbers(storage, Table.RETAINED)).containsExactly(ROUNDS - 1);
            assertThat(storage.damage()).contains("db-1.corrupt");
        } finally {
            storage.close();
        }
    }

    @Test
    void tableFileWithAFlippedBit_losesThatBlockAlone_whileTheStoreRuns() throws Exception {
        flip(largest("*.sst"), 0.4);
        RocksStorage storage = open();
        try {
            assertThat(numbers(storage, Table.SESSIONS)).hasSize(1);
            List<Integer> found = numbers(storage, Table.ENTRIES);
            assertThat(found.size()).isBetween(ROUNDS * ROWS - 90, ROUNDS * ROWS - 1);
            int gaps = 0;
            for (int i = 1; i < found.size(); i++) {
                gaps += found.get(i) == found.get(i - 1) + 1 ? 0 : 1;
            }
            assertThat(gaps).isEqualTo(1);
            commit(storage, new Batch(Urgency.DURABLE).put(Table.WILLS, key(0), key(0))); // comes after the repair
            assertThat(storage.damage()).contains("db-1.corrupt");
            assertThat(storage.refusal()).isNull();
        } finally {
            storage.close();
        }
    }

    @Test
    void tableFileWithADamagedEnd_losesItsRowsAlone() throws Exception {
        flip(largest("*.sst"), 0.9999);
        RocksStorage storage = open();
        try {
            assertThat(numbers(storage, Table.ENTRIES)).hasSize((ROUNDS - 1) * ROWS);
            assertThat(storage.damage()).contains("db-1.corrupt");
        } finally {
            storage.close();
        }
    }

    @Test
    void repairThatWasInterruptedAtItsEnd_isFinished() throws Exception {
        Files.move(directory.resolve("db"), directory.resolve("db.new"));
        RocksStorage storage = open();
        try {
            requireEverythingIn(storage);
        } finally {
            storage.close();
        }
    }

    @Test
    void alarm_isOverWhenTheKeptFilesAreGone() throws Exception {
        Files.delete(directory.resolve("db/CURRENT"));
        RocksStorage storage = open();
        try {
            assertThat(storage.damage()).isNotNull();
            Files.move(directory.resolve("db-1.corrupt"), directory.resolve("looked-at"));
            long end = System.nanoTime() + 20_000_000_000L;
            while (storage.damage() != null && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertThat(storage.damage()).isNull();
        } finally {
            storage.close();
        }
    }

    @Test
    void repairOfFiles_saysWhichRowsAreMissing() throws Exception {
        flip(largest("*.sst"), 0.4);
        assertThat(StoppedStore.damagedFiles(directory))
                .singleElement()
                .asString()
                .contains(largest("*.sst").toString(), "block checksum mismatch");
        List<String> report = StoppedStore.repairFiles(directory);
        assertThat(report).hasSize(2);
        assertThat(report.getFirst()).contains("a file of the table ENTRIES", "but those behind 0x", " and before 0x");
        assertThat(report.getLast()).contains("db-1.corrupt");
        assertThat(StoppedStore.damagedFiles(directory)).isEmpty();
        assertThat(directory.resolve("db.new")).doesNotExist();
        assertThat(directory.resolve("db.repair")).doesNotExist();
    }

    private List<Integer> numbers(RocksStorage storage, Table table) throws InterruptedException {
        return rows(storage, table).stream()
                .map(row -> ByteBuffer.wrap(row.key()).getInt())
                .toList();
    }

    /** All rows of a table; a read that fails is done again, as the broker does. */
    private List<Row> rows(RocksStorage storage, Table table) throws InterruptedException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (true) {
            List<Read> answers = new ArrayList<>();
            storage.scan(table, new byte[0], null, 100_000, loop, answers::add);
            loop.runUntil(() -> !answers.isEmpty());
            if (answers.getFirst() instanceof Read.Rows(List<Row> rows)) {
                return rows;
            }
            assertThat(System.nanoTime()).as("%s", answers).isLessThan(end);
        }
    }
}
