package io.pipit.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tables in RocksDB, each a column family. Its memory is bounded: write buffers, and one cache for blocks, indexes and
 * filters. All families are flushed together, so that the files of one are never ahead of another's whatever becomes
 * of the log.
 */
final class RocksTables implements Tables {
    private static final Logger LOG = LoggerFactory.getLogger(RocksTables.class);
    private static final long CACHE_BYTES = 64L << 20;
    private static final long WRITE_BUFFER_BYTES = 64L << 20;
    private static final long LOG_BYTES = 128L << 20;
    private static final int OPEN_FILES = 512;
    private static final int FILTER_BITS = 10;
    private static final String REMOVALS_IN_MEMORY = "rocksdb.num-deletes-active-mem-table";

    /** So few keys are looked up one by one. */
    private static final int FEW_KEYS = 4;

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final Map<Table, ColumnFamilyHandle> handles = new EnumMap<>(Table.class);
    private final WriteOptions written = new WriteOptions();
    private final WriteOptions synced = new WriteOptions().setSync(true);
    /** Beside what the database does by itself. */
    private final CompactRangeOptions compaction = new CompactRangeOptions().setExclusiveManualCompaction(false);

    private final boolean inMemory;
    private final RocksDB database;

    private RocksTables(Path directory, Durability durability, WALRecoveryMode recovery, Access access, boolean creates)
            throws RocksDBException {
        this.inMemory = durability == Durability.NONE;
        resources.push(written);
        resources.push(synced);
        resources.push(compaction);
        try {
            this.database = open(directory, recovery, access, creates);
        } catch (RocksDBException | RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    /**
     * Opens the database, and makes it when there is none. A log that ends within a record was cut by the end of the
     * machine: that record was never acknowledged. Any other fault in the log is looked at only after a copy of
     * the log was kept, and all that stands before the fault is taken. Where more is damaged, {@link Salvage} follows.
     */
    static RocksTables open(Path directory, Durability durability, Access access) throws RocksDBException {
        if (!Damage.mayHaveRows(directory)) {
            return create(directory, durability);
        }
        try {
            return new RocksTables(directory, durability, WALRecoveryMode.TolerateCorruptedTailRecords, access, false);
        } catch (RocksDBException strict) {
            if (access == Access.READS || !Damage.isDamage(strict)) {
                throw strict;
            }
            LOG.error("The store is damaged: {}", strict.getMessage());
            if (isOfLogAlone(directory)) {
                Damage.keepLogs(directory);
            } else {
                Salvage.run(directory);
            }
            return new RocksTables(directory, durability, WALRecoveryMode.PointInTimeRecovery, access, false);
        }
    }

    private static boolean isOfLogAlone(Path directory) {
        try (RocksTables read = openForReads(directory, false)) {
            return !read.handles.isEmpty();
        } catch (RocksDBException more) {
            return false;
        }
    }

    /** Makes a database where there is none. */
    static RocksTables create(Path directory) throws RocksDBException {
        return create(directory, Durability.FSYNC);
    }

    private static RocksTables create(Path directory, Durability durability) throws RocksDBException {
        return new RocksTables(directory, durability, WALRecoveryMode.TolerateCorruptedTailRecords, Access.ALL, true);
    }

    /**
     * Opens the database for reads, without a change to any file, and reads as much as can be read of a log.
     *
     * @param strictly whether a log that is damaged elsewhere than at its end refuses that
     */
    static RocksTables openForReads(Path directory, boolean strictly) throws RocksDBException {
        WALRecoveryMode recovery =
                strictly ? WALRecoveryMode.TolerateCorruptedTailRecords : WALRecoveryMode.PointInTimeRecovery;
        return new RocksTables(directory, Durability.FSYNC, recovery, Access.READS, false);
    }

    @Override
    public Map<Table, TableFiles> files() {
        Map<Table, TableFiles> files = new EnumMap<>(Table.class);
        for (LiveFileMetaData file : database.getLiveFilesMetaData()) {
            TableFiles one = new TableFiles(file.size(), file.numEntries() - file.numDeletions(), file.numDeletions());
            for (Table table : Table.values()) {
                if (Arrays.equals(file.columnFamilyName(), nameOf(table))) {
                    files.merge(table, one, TableFiles::plus);
                }
            }
        }
        return files;
    }

    @Override
    public long removalsInMemory(Table table) throws RocksDBException {
        return database.getLongProperty(handle(table), REMOVALS_IN_MEMORY);
    }

    @Override
    public void compact(Table table) throws RocksDBException {
        database.compactRange(handle(table), null, null, compaction);
    }

    @Override
    public void cancelCompactions() {
        compaction.setCanceled(true);
    }

    @Override
    public long rowsAbout(Table table) throws RocksDBException {
        return database.getLongProperty(handle(table), "rocksdb.estimate-num-keys");
    }

    private static byte[] nameOf(Table table) {
        return table.name().toLowerCase(Locale.ROOT).getBytes(UTF_8);
    }

    private RocksDB open(Path directory, WALRecoveryMode recovery, Access access, boolean creates)
            throws RocksDBException {
        ColumnFamilyOptions family = keep(familyOptions());
        DBOptions options = keep(databaseOptions(recovery, creates));
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, family));
        for (Table table : Table.values()) {
            descriptors.add(new ColumnFamilyDescriptor(nameOf(table), family));
        }
        List<ColumnFamilyHandle> opened = new ArrayList<>();
        String path = directory.toString();
        RocksDB rocks = switch (access) {
            case ALL -> RocksDB.open(options, path, descriptors, opened);
            case READS -> RocksDB.openReadOnly(options, path, descriptors, opened);
        };
        resources.push(rocks);
        opened.forEach(resources::push);
        Iterator<ColumnFamilyHandle> next = opened.listIterator(1);
        for (Table table : Table.values()) {
            handles.put(table, next.next());
        }
        return rocks;
    }

    private ColumnFamilyOptions familyOptions() {
        BlockBasedTableConfig blocks = new BlockBasedTableConfig()
                .setBlockCache(keep(new LRUCache(CACHE_BYTES)))
                .setFilterPolicy(keep(new BloomFilter(FILTER_BITS)))
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFormatVersion(5)
                .setBlockSize(16 << 10);
        return new ColumnFamilyOptions()
                .setTableFormatConfig(blocks)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(WRITE_BUFFER_BYTES / 2)
                .setLevelCompactionDynamicLevelBytes(true);
    }

    private DBOptions databaseOptions(WALRecoveryMode recovery, boolean creates) {
        return new DBOptions()
                .setCreateIfMissing(creates) // else a manifest that is lost would make an empty database of a full one
                .setCreateMissingColumnFamilies(creates)
                .setParanoidChecks(true)
                .setWalRecoveryMode(recovery)
                .setAtomicFlush(true)
                .setManualWalFlush(inMemory)
                .setDbWriteBufferSize(WRITE_BUFFER_BYTES)
                .setMaxTotalWalSize(LOG_BYTES)
                .setMaxOpenFiles(OPEN_FILES)
                .setMaxBackgroundJobs(2)
                .setBytesPerSync(1L << 20)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(1L << 20)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    private <T extends AutoCloseable> T keep(T resource) {
        resources.push(resource);
        return resource;
    }

    @Override
    public ColumnFamilyHandle handle(Table table) {
        ColumnFamilyHandle handle = handles.get(table);
        if (handle == null) {
            throw new IllegalStateException("no table " + table);
        }
        return handle;
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) throws RocksDBException {
        return database.get(handle(table), key);
    }

    @Override
    public List<Row> get(Table table, List<byte[]> keys) throws RocksDBException {
        List<Row> rows = new ArrayList<>(keys.size());
        if (keys.size() < FEW_KEYS) {
            for (byte[] key : keys) {
                byte[] value = get(table, key);
                if (value != null) {
                    rows.add(new Row(key, value));
                }
            }
            return rows;
        }
        try (RocksIterator iterator = database.newIterator(handle(table))) {
            byte[] at = null;
            for (byte[] key : keys) {
                at = advance(iterator, at, key);
                if (at != null && Arrays.equals(at, key)) {
                    rows.add(new Row(key, iterator.value()));
                }
            }
            iterator.status();
        }
        return rows;
    }

    /**
     * Goes to a key, or to the first one behind it. Who asks for many mostly asks for neighbours, to which a step leads for
     * a fraction of what a look-up costs.
     *
     * @param at where it stands, or null when it is at the end or has not begun
     * @return where it stands then, or null at the end
     */
    private static byte @Nullable [] advance(RocksIterator iterator, byte @Nullable [] at, byte[] key) {
        if (at != null && Arrays.compareUnsigned(at, key) < 0) {
            iterator.next();
            byte[] next = keyAt(iterator);
            if (next == null || Arrays.compareUnsigned(next, key) >= 0) {
                return next;
            }
        }
        iterator.seek(key);
        return keyAt(iterator);
    }

    private static byte @Nullable [] keyAt(RocksIterator iterator) {
        return iterator.isValid() ? iterator.key() : null;
    }

    @Override
    public List<Row> scan(Table table, byte[] from, byte @Nullable [] to, int max) throws RocksDBException {
        List<Row> rows = new ArrayList<>();
        try (Slice end = to == null ? null : new Slice(to);
                ReadOptions options = new ReadOptions()) {
            if (end != null) {
                options.setIterateUpperBound(end);
            }
            try (RocksIterator iterator = database.newIterator(handle(table), options)) {
                for (iterator.seek(from); iterator.isValid() && rows.size() < max; iterator.next()) {
                    rows.add(new Row(iterator.key(), iterator.value()));
                }
                iterator.status();
            }
        }
        return rows;
    }

    @Override
    public void write(WriteBatch batch, boolean sync) throws RocksDBException {
        database.write(sync ? synced : written, batch);
    }

    /** Writes everything that only memory and the log have to the tables' files. */
    void flush() throws RocksDBException {
        try (FlushOptions waiting = new FlushOptions()) {
            database.flush(waiting, List.copyOf(handles.values()));
        }
    }

    @Override
    public void sync() throws RocksDBException {
        database.flushWal(true);
    }

    @Override
    public void close() {
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (Exception failed) {
                LOG.warn("A part of the store did not close", failed);
            }
        }
    }
}
