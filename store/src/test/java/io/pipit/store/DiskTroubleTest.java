package io.pipit.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.WaitingLoop;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage.Commit;
import io.pipit.broker.spi.Storage.Read;
import io.pipit.broker.spi.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the store promises while its disk fails, and how it comes back. */
final class DiskTroubleTest {
    @TempDir
    private Path directory;

    private final FailingDisk disk = new FailingDisk();
    private final WaitingLoop loop = new WaitingLoop();
    private final List<Commit> answers = new ArrayList<>();
    private RocksStorage storage;

    @BeforeEach
    void open() throws IOException {
        storage = open(new StoreSettings(Durability.FSYNC, 0));
    }

    private RocksStorage open(StoreSettings settings) throws IOException {
        return RocksStorage.open(directory, settings, new SystemTime(), disk);
    }

    @AfterEach
    void close() {
        disk.release();
        storage.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"WRITE", "SYNC"})
    void failedWrite_isNotAnswered_andHasHappenedOnceWhenTheDiskIsBack(FailingDisk.Fault fault) throws Exception {
        commit(new Batch(Urgency.DURABLE).add(Table.MESSAGES, key("counter"), 5));
        disk.become(fault);
        storage.commit(
                new Batch(Urgency.DURABLE)
                        .put(Table.ENTRIES, key("a"), key("1"))
                        .add(Table.MESSAGES, key("counter"), 3),
                "",
                loop,
                answers::add);
        disk.awaitFailure();
        disk.awaitFailure(); // a second try
        loop.runWaiting();
        assertThat(answers).hasSize(1);
        assertThat(storage.refusal()).contains("the disk fails");

        disk.become(FailingDisk.Fault.NOTHING);
        loop.runUntil(() -> answers.size() == 2);
        assertThat(answers).containsOnly(new Commit.Durable());
        assertThat(storage.refusal()).isNull();
        assertThat(rows(Table.ENTRIES)).containsExactly("a=1");
        assertThat(counter()).isEqualTo(8);
    }

    @Test
    void lazyBatchesThatTheDiskMayLack_areWrittenAgainBeforeWhatFailed() throws Exception {
        commit(new Batch(Urgency.LAZY).put(Table.ENTRIES, key("a"), key("1")));
        disk.become(FailingDisk.Fault.SYNC);
        storage.commit(new Batch(Urgency.DURABLE).put(Table.ENTRIES, key("a"), key("2")), "", loop, answers::add);
        disk.awaitFailure();
        int before = disk.writes();
        disk.become(FailingDisk.Fault.NOTHING);
        loop.runUntil(() -> answers.size() == 2);
        assertThat(disk.writes() - before).isEqualTo(2);
        assertThat(rows(Table.ENTRIES)).containsExactly("a=2");
    }

    @Test
    void whileTheDatabaseDoesNotOpen_readsGoOn_andItComesBack() throws Exception {
        commit(new Batch(Urgency.DURABLE).put(Table.SESSIONS, key("s"), key("1")));
        disk.refuseToOpen(true);
        disk.become(FailingDisk.Fault.WRITE);
        storage.commit(new Batch(Urgency.DURABLE).put(Table.ENTRIES, key("a"), key("1")), "", loop, answers::add);
        disk.awaitFailure();
        assertThat(rows(Table.SESSIONS)).containsExactly("s=1"); // the old tables still read
        disk.awaitFailure(); // it did not open
        assertThat(rows(Table.SESSIONS)).containsExactly("s=1");
        assertThat(rows(Table.ENTRIES)).isEmpty();

        disk.refuseToOpen(false);
        disk.become(FailingDisk.Fault.NOTHING);
        loop.runUntil(() -> answers.size() == 2);
        assertThat(rows(Table.ENTRIES)).containsExactly("a=1");
    }

    @Test
    void stop_whileTheDiskFails_saysThatNothingIsPromised() throws Exception {
        disk.become(FailingDisk.Fault.WRITE);
        storage.commit(new Batch(Urgency.DURABLE).put(Table.ENTRIES, key("a"), key("1")), "", loop, answers::add);
        disk.awaitFailure();
        storage.commit(new Batch(Urgency.LAZY).put(Table.ENTRIES, key("b"), key("1")), "", loop, answers::add);
        storage.close();
        loop.runUntil(() -> answers.size() == 2);
        assertThat(answers).allMatch(Commit.Failed.class::isInstance);
        storage.commit(new Batch(Urgency.LAZY), "", loop, answers::add);
        loop.runUntil(() -> answers.size() == 3);
        assertThat(answers.getLast()).isInstanceOf(Commit.Failed.class);
    }

    @Test
    void batchesThatWaitWhileTheDiskIsBusy_areOneWrite_andCountAsMemory() throws Exception {
        disk.hold();
        for (int i = 0; i < 100; i++) {
            storage.commit(
                    new Batch(Urgency.DURABLE).put(Table.ENTRIES, key("k" + i), new byte[1000]),
                    "",
                    loop,
                    answers::add);
        }
        assertThat(storage.heapBytes()).isGreaterThan(100_000);
        disk.release();
        loop.runUntil(() -> answers.size() == 100);
        assertThat(disk.writes()).isLessThanOrEqualTo(3);
        assertThat(storage.heapBytes()).isZero();
    }

    @Test
    void slowFsync_keepsWhoWaitsForItWaiting_andNobodyElse() throws Exception {
        commit(new Batch(Urgency.DURABLE).put(Table.SESSIONS, key("s"), key("1")));
        disk.hold();
        long begin = System.nanoTime();
        storage.commit(new Batch(Urgency.DURABLE).put(Table.ENTRIES, key("a"), key("1")), "", loop, answers::add);
        int reads = 0;
        while (System.nanoTime() - begin < 2_000_000_000L) {
            assertThat(rows(Table.SESSIONS)).containsExactly("s=1");
            assertThat(answers).hasSize(1);
            assertThat(storage.refusal()).isNull();
            reads++;
        }
        assertThat(reads).isGreaterThan(1);
        disk.release();
        loop.runUntil(() -> answers.size() == 2);
        assertThat(answers).containsOnly(new Commit.Durable());
    }

    @Test
    void diskUse_isSaidByWhatTakesIt() throws Exception {
        commit(new Batch(Urgency.DURABLE).put(Table.ENTRIES, key("a"), new byte[100_000]));
        long end = System.nanoTime() + 30_000_000_000L;
        while (storage.diskBytes().isEmpty() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        Map<String, Long> bytes = storage.diskBytes();
        assertThat(bytes).containsKeys("entries", "sessions", "retained", "unreadable", "damaged");
        assertThat(bytes.getOrDefault("log", 0L)).isGreaterThan(100_000);
        assertThat(bytes.getOrDefault("all", 0L)).isGreaterThan(bytes.getOrDefault("log", 0L));
    }

    @Test
    void lazyBatches_areBroughtToTheDiskByThemselves() throws Exception {
        commit(new Batch(Urgency.LAZY).put(Table.ENTRIES, key("a"), key("1")));
        assertThat(disk.syncedWrites()).isZero();
        long end = System.nanoTime() + 10_000_000_000L;
        while (disk.syncs() == 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(disk.syncs()).isEqualTo(1);
    }

    @Test
    void fullDisk_isRefused_andTakesWhatComesAllTheSame() throws Exception {
        storage.close();
        storage = open(new StoreSettings(Durability.FSYNC, Long.MAX_VALUE));
        assertThat(storage.refusal()).contains("disk.min-free");
        commit(new Batch(Urgency.DURABLE).delete(Table.ENTRIES, key("a")));
        assertThat(answers).containsExactly(new Commit.Durable());
    }

    private void commit(Batch batch) throws InterruptedException {
        int before = answers.size();
        storage.commit(batch, "", loop, answers::add);
        loop.runUntil(() -> answers.size() > before);
    }

    private Read read(Table table) throws InterruptedException {
        List<Read> found = new ArrayList<>();
        storage.scan(table, new byte[0], null, 100, loop, found::add);
        loop.runUntil(() -> !found.isEmpty());
        return found.getFirst();
    }

    private List<String> rows(Table table) throws InterruptedException {
        return ((Read.Rows) read(table))
                .rows().stream()
                        .map(row -> new String(row.key(), UTF_8) + "=" + new String(row.value(), UTF_8))
                        .toList();
    }

    private long counter() throws InterruptedException {
        List<Row> rows = ((Read.Rows) read(Table.MESSAGES)).rows();
        return ByteBuffer.wrap(rows.getFirst().value()).getLong();
    }

    private static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }
}
