package io.pipit.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.StoredTables;
import io.pipit.broker.spi.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store without a broker. */
final class StoppedStoreTest {
    @TempDir
    private Path directory;

    @Test
    void whatIsCommitted_isThereWhenItIsOpenedForReads() throws IOException {
        try (StoppedStore store = StoppedStore.open(directory)) {
            store.commit(new Batch(Urgency.DURABLE)
                    .put(Table.SESSIONS, key("a"), key("1"))
                    .put(Table.SESSIONS, key("b"), key("2"))
                    .put(Table.ENTRIES, key("a"), key("3"))
                    .add(Table.MESSAGES, key("counter"), 2)
                    .add(Table.MESSAGES, key("counter"), 3));
            store.commit(new Batch(Urgency.DURABLE).delete(Table.SESSIONS, key("a")));
        }
        try (StoppedStore store = StoppedStore.openForReads(directory)) {
            assertThat(keys(store, Table.SESSIONS)).containsExactly("b");
            assertThat(keys(store, Table.ENTRIES)).containsExactly("a");
            Row counter = store.scan(Table.MESSAGES, new byte[0], 1).getFirst();
            assertThat(ByteBuffer.wrap(counter.value()).getLong()).isEqualTo(5);
            assertThat(store.logBytes()).isPositive();
            assertThat(store.diskBytes()).isGreaterThan(store.logBytes());
        }
    }

    @Test
    void each_readsAllPages_alsoWhileItRemovesWhatItWasGiven() throws IOException {
        int rows = 2 * StoredTables.PAGE + 1;
        try (StoppedStore store = StoppedStore.open(directory)) {
            Batch batch = new Batch(Urgency.DURABLE);
            for (int i = 0; i < rows; i++) {
                batch.put(Table.ENTRIES, ByteBuffer.allocate(4).putInt(i).array(), new byte[0]);
            }
            store.commit(batch);
            List<byte[]> found = new ArrayList<>();
            store.each(Table.ENTRIES, row -> {
                found.add(row.key());
                store.commit(new Batch(Urgency.LAZY).delete(Table.ENTRIES, row.key()));
            });
            assertThat(found).hasSize(rows);
            assertThat(store.scan(Table.ENTRIES, new byte[0], 1)).isEmpty();
        }
    }

    @Test
    void openForReads_changesNothing() throws IOException {
        StoppedStore.open(directory).close();
        List<String> before = databaseFiles();
        StoppedStore.openForReads(directory).close();
        assertThat(databaseFiles()).isEqualTo(before);
    }

    @Test
    void openForReads_whereThereIsNoStore_saysSo_andMakesNone() {
        assertThatThrownBy(() -> StoppedStore.openForReads(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no store in " + directory);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void open_whileABrokerUsesIt_namesThatProcess() throws IOException {
        RocksStorage storage = RocksStorage.open(directory, new StoreSettings(Durability.FSYNC, 0), new SystemTime());
        try {
            assertThatThrownBy(() -> StoppedStore.openForReads(directory))
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + " uses it");
        } finally {
            storage.close();
        }
        StoppedStore.openForReads(directory).close();
    }

    private List<String> databaseFiles() throws IOException {
        try (var files = Files.list(directory.resolve("db"))) {
            return files.map(file -> file + " " + file.toFile().length())
                    .filter(file -> !file.contains("LOG"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> keys(StoredTables store, Table table) throws IOException {
        List<String> keys = new ArrayList<>();
        store.each(table, row -> keys.add(new String(row.key(), UTF_8)));
        return keys;
    }

    private static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }
}
