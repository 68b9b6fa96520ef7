package io.pipit.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.broker.WaitingLoop;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
import io.pipit.broker.spi.Storage.Commit;
import io.pipit.broker.spi.Storage.Read;
import io.pipit.broker.spi.Table;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A program that commits to a store on a small file system until that is full, makes room, and looks what is there then.
 * Prints what happens.
 */
final class SmallDisk {
    private static final long LEFT_BYTES = 3 << 20;
    private static final byte[] VALUE = new byte[50_000];

    private final Path directory;
    private final WaitingLoop loop = new WaitingLoop();
    private final List<Commit> answers = new ArrayList<>();
    private RocksStorage storage;
    private int committed;

    private SmallDisk(Path directory) throws IOException {
        this.directory = directory;
        this.storage = open();
    }

    /** Argument: where the file system is mounted. */
    public static void main(String[] arguments) throws Exception {
        new SmallDisk(Path.of(arguments[0])).run();
    }

    private RocksStorage open() throws IOException {
        return RocksStorage.open(directory.resolve("data"), new StoreSettings(Durability.FSYNC, 0), new SystemTime());
    }

    private void run() throws Exception {
        commitOne();
        await(() -> answers.size() == committed);
        Path ballast = directory.resolve("ballast");
        fill(ballast);
        while (storage.refusal() == null) {
            commitOne();
            await(() -> answers.size() == committed || storage.refusal() != null);
        }
        System.out.println("refused: " + storage.refusal());
        System.out.println("unanswered: " + (committed - answers.size()));
        System.out.println("read: " + (count() >= answers.size()));

        Files.delete(ballast);
        await(() -> answers.size() == committed);
        System.out.println("refused: " + storage.refusal());
        for (int i = 0; i < 10; i++) {
            commitOne();
        }
        await(() -> answers.size() == committed);
        System.out.println("durable: " + answers.stream().allMatch(Commit.Durable.class::isInstance));
        storage.close();

        storage = open();
        System.out.println("there: " + (count() == committed));
        storage.close();
    }

    /** Leaves 3 MiB of the file system. */
    static void fill(Path ballast) throws IOException {
        byte[] block = new byte[64 << 10];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (Files.getFileStore(ballast).getUsableSpace() > LEFT_BYTES) {
                out.write(block);
            }
        }
    }

    private void commitOne() {
        byte[] key = ByteBuffer.allocate(Integer.BYTES).putInt(committed++).array();
        storage.commit(
                new Batch(Urgency.DURABLE)
                        .put(Table.ENTRIES, key, VALUE)
                        .put(Table.SESSIONS, "last".getBytes(UTF_8), key),
                "",
                loop,
                answers::add);
    }

    private void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            loop.runWaiting();
            Thread.onSpinWait();
        }
    }

    private int count() {
        List<Read> found = new ArrayList<>();
        storage.scan(Table.ENTRIES, new byte[0], null, Integer.MAX_VALUE, loop, found::add);
        await(() -> !found.isEmpty());
        return found.getFirst() instanceof Read.Rows rows ? rows.rows().size() : -1;
    }
}
