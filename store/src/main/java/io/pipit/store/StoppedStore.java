package io.pipit.store;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.StoredTables;
import io.pipit.broker.spi.Table;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The store in a directory that no broker uses, for tools: it has the directory's lock as a broker has. What cannot be
 * opened or read is an IOException that names the file and the remedy. One thread.
 */
public final class StoppedStore implements StoredTables, AutoCloseable {
    private static final String REMEDY = "; 'pipit store repair' keeps the files as they are beside the store, and"
            + " makes a store of all that can be read";

    private final DataDirectory directory;
    private final RocksTables tables;
    private final @Nullable String damagedLog;

    private StoppedStore(DataDirectory directory, RocksTables tables, @Nullable String damagedLog) {
        this.directory = directory;
        this.tables = tables;
        this.damagedLog = damagedLog;
    }

    private interface Opening {
        StoppedStore of(DataDirectory directory) throws RocksDBException;
    }

    private static StoppedStore open(DataDirectory directory, Opening opening) throws IOException {
        try {
            NativeLibrary.load(directory.path());
            return opening.of(directory);
        } catch (RocksDBException fault) {
            directory.close();
            throw failure("the store in " + directory.path() + " cannot be opened", fault);
        } catch (RuntimeException | Error fault) {
            directory.close();
            throw fault;
        }
    }

    /** Opens a store that is there, and changes nothing in it. */
    public static StoppedStore openForReads(Path path) throws IOException {
        return open(DataDirectory.openExisting(path), directory -> {
            try {
                return new StoppedStore(directory, RocksTables.openForReads(directory.database(), true), null);
            } catch (RocksDBException strict) {
                if (!Damage.isCorruption(strict)) {
                    throw strict;
                }
                RocksTables lenient = RocksTables.openForReads(directory.database(), false);
                return new StoppedStore(directory, lenient, strict.getMessage());
            }
        });
    }

    /** Opens a store that is there, to change it. */
    public static StoppedStore openExisting(Path path) throws IOException {
        return open(DataDirectory.openExisting(path), StoppedStore::openForAll);
    }

    /** Opens a store, and makes it when there is none. */
    public static StoppedStore open(Path path) throws IOException {
        return open(DataDirectory.open(path), StoppedStore::openForAll);
    }

    private static StoppedStore openForAll(DataDirectory directory) throws RocksDBException {
        RocksTables tables = RocksTables.open(directory.database(), Durability.FSYNC, Tables.Access.ALL);
        return new StoppedStore(directory, tables, null);
    }

    /**
     * What is damaged about the files of a store, one text for each; reads all of them.
     *
     * @throws IOException when there is no store, or another process uses it
     */
    public static List<String> damagedFiles(Path path) throws IOException {
        List<String> damaged = new ArrayList<>();
        try (DataDirectory directory = DataDirectory.openExisting(path)) {
            NativeLibrary.load(directory.path());
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.database(), "*.sst")) {
                for (Path file : files) {
                    String fault = TableFile.fault(file);
                    if (fault != null) {
                        damaged.add(file + ": " + fault);
                    }
                }
            }
        }
        try (StoppedStore store = openForReads(path)) {
            if (store.damagedLog != null) {
                damaged.add("the log: " + store.damagedLog);
            }
        } catch (IOException cannotOpen) {
            damaged.add(String.valueOf(cannotOpen.getMessage()));
        }
        return damaged;
    }

    /**
     * Makes a store of all that can be read of files, and keeps them beside it.
     *
     * @return what was done, for readers
     * @throws IOException when there is no store, or another process uses it, or it could not be done: the store is as
     *     it was then
     */
    public static List<String> repairFiles(Path path) throws IOException {
        try (DataDirectory directory = DataDirectory.openExisting(path)) {
            NativeLibrary.load(directory.path());
            return Salvage.run(directory.database());
        } catch (RocksDBException failed) {
            throw new IOException("the store in " + path + " cannot be repaired: " + failed.getMessage(), failed);
        }
    }

    private static IOException failure(String what, RocksDBException fault) {
        String remedy = Damage.isDamage(fault) ? REMEDY : "";
        return new IOException(what + ": " + fault.getMessage() + remedy, fault);
    }

    @Override
    public List<Row> scan(Table table, byte[] from, int max) throws IOException {
        try {
            return tables.scan(table, from, null, max);
        } catch (RocksDBException fault) {
            throw failure("the table " + table + " in " + directory.path() + " cannot be read", fault);
        }
    }

    @Override
    public void commit(Batch batch) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        try (WriteBatch rows = new WriteBatch()) {
            Group.add(batch, rows, tables, new Counters(tables, List.of(batch)));
            tables.write(rows, true);
        } catch (RocksDBException fault) {
            throw failure("the store in " + directory.path() + " cannot be written", fault);
        }
    }

    /** Where it is. */
    public Path path() {
        return directory.path();
    }

    /** Bytes of the files that hold a table, without what only the log has. */
    public Map<Table, Long> fileBytes() {
        Map<Table, Long> bytes = new EnumMap<>(Table.class);
        tables.files().forEach((table, files) -> bytes.put(table, files.bytes()));
        return bytes;
    }

    /** Bytes of the log: changes that are not in the tables' files yet. */
    public long logBytes() throws IOException {
        return bytes(directory.database(), "*.log");
    }

    /** Bytes of everything in its directory, copies of damaged files included. */
    public long diskBytes() throws IOException {
        try (var all = Files.walk(directory.path())) {
            long sum = 0;
            for (Path file : (Iterable<Path>) all::iterator) {
                sum += Files.isRegularFile(file) ? Files.size(file) : 0;
            }
            return sum;
        }
    }

    private static long bytes(Path directory, String glob) throws IOException {
        long sum = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
            for (Path file : files) {
                sum += Files.size(file);
            }
        }
        return sum;
    }

    @Override
    public void close() throws IOException {
        tables.close();
        directory.close();
    }
}
