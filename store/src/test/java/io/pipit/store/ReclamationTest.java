package io.pipit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Table;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** The room of removed rows comes back although nothing more is written. */
final class ReclamationTest {
    private static final int ROWS = 40_000;
    private static final int VALUE_BYTES = 1000;
    private static final long ALL_BYTES = (long) ROWS * VALUE_BYTES;
    private static final long LOOK_NANOS = Duration.ofSeconds(10).toNanos();

    @TempDir
    private Path directory;

    private RocksTables tables;
    private Reclamation reclamation;
    private long now;

    @BeforeEach
    void fill() throws Exception {
        NativeLibrary.load(directory);
        Path database = Files.createDirectory(directory.resolve("db"));
        tables = RocksTables.open(database, Durability.FSYNC, Tables.Access.ALL);
        reclamation = new Reclamation(tables, Runnable::run, 0);
        Random random = new Random(1);
        byte[] value = new byte[VALUE_BYTES];
        try (WriteBatch batch = new WriteBatch()) {
            for (int i = 0; i < ROWS; i++) {
                random.nextBytes(value);
                batch.put(tables.handle(Table.ENTRIES), key(i), value);
            }
            tables.write(batch, true);
        }
        tables.flush();
        assertThat(bytes()).isGreaterThan(ALL_BYTES);
    }

    @AfterEach
    void close() {
        tables.close();
    }

    private static byte[] key(int row) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(row).array();
    }

    private void remove(IntPredicate rows) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            for (int i = 0; i < ROWS; i++) {
                if (rows.test(i)) {
                    batch.delete(tables.handle(Table.ENTRIES), key(i));
                }
            }
            tables.write(batch, true);
        }
    }

    private long bytes() {
        return tables.files().getOrDefault(Table.ENTRIES, TableFiles.NONE).bytes();
    }

    private void look() {
        now += LOOK_NANOS;
        reclamation.check(now);
    }

    @Test
    void whenAllRowsAreRemoved_theirFilesGo() throws Exception {
        remove(row -> true);
        look();
        assertThat(bytes()).isZero();
    }

    @Test
    void whenMostRowsAreRemoved_theRestIsAllThatFilesHold() throws Exception {
        remove(row -> row % 10 > 0);
        look();
        assertThat(bytes()).isLessThan(ALL_BYTES / 5);
        assertThat(tables.scan(Table.ENTRIES, key(0), null, ROWS))
                .hasSize(ROWS / 10)
                .allSatisfy(row ->
                        assertThat(ByteBuffer.wrap(row.key()).getInt() % 10).isZero());
    }

    @Test
    void whatWasCancelled_isNotBegunAgain() throws Exception {
        remove(row -> true);
        tables.cancelCompactions();
        look();
        assertThat(bytes()).isGreaterThan(ALL_BYTES);
    }

    @Test
    void whenFewRowsAreRemoved_filesStayAsTheyAre() throws Exception {
        remove(row -> row % 3 == 0);
        tables.flush();
        TableFiles before = tables.files().get(Table.ENTRIES);
        look();
        assertThat(tables.files().get(Table.ENTRIES)).isEqualTo(before);
    }

    @Test
    void betweenTwoLooks_nothingIsDone() throws Exception {
        remove(row -> true);
        reclamation.check(LOOK_NANOS - 1);
        assertThat(tables.removalsInMemory(Table.ENTRIES)).isEqualTo(ROWS);
    }
}
