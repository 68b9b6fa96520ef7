package io.pipit.store;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Clock;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The storage on disk. Loops hand their batches to one {@link Committer}, which writes them in groups; reads run on a
 * few threads of their own, since they may wait for the disk. Any thread.
 */
public final class RocksStorage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(RocksStorage.class);
    private static final String CLOSED = "the storage is closed";
    private static final long LAZY_NANOS = 45_000_000L;
    private static final int READERS = 2;

    private final DataDirectory directory;
    private final Durability durability;
    private final OpenTables tables;
    private final Inbox inbox;
    private final DiskUse use;
    private final Committer committer;
    private final Thread committerThread;
    private final ExecutorService readers;
    private final ExecutorService compactor = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("pipit-compact").daemon().factory());
    private final AtomicBoolean closed = new AtomicBoolean();

    private RocksStorage(DataDirectory directory, OpenTables tables, StoreSettings settings, Clock clock) {
        this.directory = directory;
        this.durability = settings.durability();
        this.tables = tables;
        this.inbox = new Inbox(clock, LAZY_NANOS);
        DiskSpace space = new DiskSpace(directory.path(), settings.minFreeBytes());
        space.check();
        KeptFiles kept = new KeptFiles(directory.path());
        kept.check();
        this.use = new DiskUse(directory.path(), clock.nanos());
        Reclamation reclamation = new Reclamation(tables, compactor, clock.nanos());
        this.committer = new Committer(inbox, tables, space, kept, use, reclamation, clock, durability);
        this.committerThread = Thread.ofPlatform().name("pipit-commit").daemon().unstarted(committer);
        this.readers = Executors.newFixedThreadPool(
                READERS, Thread.ofPlatform().name("pipit-read-", 0).daemon().factory());
    }

    /**
     * Opens the storage in a directory, and makes it when there is none.
     *
     * @throws IOException when it cannot be used; the message says which directory, and why
     */
    public static RocksStorage open(Path path, StoreSettings settings, Clock clock) throws IOException {
        return open(
                path, settings, clock, (database, access) -> RocksTables.open(database, settings.durability(), access));
    }

    /** How the database of a directory is opened. */
    interface Opening {
        Tables open(Path database, Tables.Access access) throws RocksDBException;
    }

    static RocksStorage open(Path path, StoreSettings settings, Clock clock, Opening opening) throws IOException {
        DataDirectory directory = DataDirectory.open(path);
        try {
            NativeLibrary.load(directory.path());
            OpenTables tables = new OpenTables(
                    access -> opening.open(directory.database(), access), () -> Salvage.run(directory.database()));
            RocksStorage storage = new RocksStorage(directory, tables, settings, clock);
            storage.committerThread.start();
            return storage;
        } catch (RocksDBException fault) {
            directory.close();
            throw new IOException("cannot keep data in " + directory.path() + ": " + fault.getMessage(), fault);
        } catch (RuntimeException | Error fault) {
            directory.close();
            throw fault;
        }
    }

    @Override
    public void commit(Batch batch, String partition, Loop loop, Consumer<Commit> done) {
        if (!inbox.add(new Pending(batch, loop, done))) {
            loop.execute(() -> done.accept(new Commit.Failed(CLOSED, false)));
        }
    }

    @Override
    public void scan(Table table, byte[] from, byte @Nullable [] to, int max, Loop loop, Consumer<Read> done) {
        if (max < 1) {
            throw new IllegalArgumentException("a scan of at most " + max + " rows");
        }
        read(() -> tables.scan(table, from, to, max), loop, done);
    }

    @Override
    public void get(Table table, List<byte[]> keys, Loop loop, Consumer<Read> done) {
        read(() -> tables.get(table, keys), loop, done);
    }

    private interface Reading {
        List<Row> rows() throws RocksDBException;
    }

    private void read(Reading reading, Loop loop, Consumer<Read> done) {
        try {
            readers.execute(() -> {
                Read answer = answer(reading);
                loop.execute(() -> done.accept(answer));
            });
        } catch (RejectedExecutionException afterClose) {
            loop.execute(() -> done.accept(new Read.Failed(CLOSED)));
        }
    }

    private Read answer(Reading reading) {
        try {
            return new Read.Rows(reading.rows());
        } catch (RocksDBException | RuntimeException failed) {
            if (failed instanceof RocksDBException fault && Damage.isCorruption(fault)) {
                committer.damaged(fault);
            }
            return new Read.Failed("the storage cannot read: " + failed.getMessage());
        }
    }

    @Override
    public @Nullable String refusal() {
        return closed.get() ? CLOSED : committer.refusal();
    }

    @Override
    public @Nullable String damage() {
        return committer.damage();
    }

    @Override
    public Map<String, Long> diskBytes() {
        return use.bytes();
    }

    @Override
    public long rowsAbout(Table table) {
        try {
            return tables.rowsAbout(table);
        } catch (RocksDBException unknown) {
            return 0;
        }
    }

    @Override
    public long pendingBytes() {
        return inbox.bytes();
    }

    /** What waits to be written. */
    @Override
    public long heapBytes() {
        return inbox.bytes();
    }

    @Override
    public String durability() {
        return durability.name().toLowerCase(Locale.ROOT);
    }

    /** Writes what was handed in, brings it to the disk, and gives the directory back. While the disk fails, that is told. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        inbox.close();
        readers.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                committerThread.join();
                compactor.shutdown();
                tables.cancelCompactions();
                awaitEnd(compactor);
                awaitEnd(readers);
                break;
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        tables.close();
        try {
            directory.close();
        } catch (IOException failed) {
            LOG.warn("The lock of {} was not given back", directory.path(), failed);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitEnd(ExecutorService threads) throws InterruptedException {
        boolean ended = threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        assert ended;
    }
}
