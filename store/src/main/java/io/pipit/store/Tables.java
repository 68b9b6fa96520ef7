package io.pipit.store;

import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The tables of an open database. Reads come from any thread, writes from one; nothing is called during or after
 * {@link #close}. After a write or {@link #sync} has thrown, only reads and {@link #close} have a meaning: what that
 * write became of is known when the database was opened again.
 */
interface Tables extends AutoCloseable {
    /** What opens the database, again and again. */
    @FunctionalInterface
    interface Opening {
        Tables open(Access access) throws RocksDBException;
    }

    /** What tables are opened for. */
    enum Access {
        ALL,
        /** No file is written: what only the log has is read into memory. */
        READS
    }

    byte @Nullable [] get(Table table, byte[] key) throws RocksDBException;

    /** The rows with these keys that are there, in the order of the keys here. */
    List<Row> get(Table table, List<byte[]> keys) throws RocksDBException;

    /** The first rows from a key, inclusive, to another, exclusive; or to the table's end. */
    List<Row> scan(Table table, byte[] from, byte @Nullable [] to, int max) throws RocksDBException;

    /** What the files of each table hold, without what only the log has; nothing of a table that has none. */
    Map<Table, TableFiles> files() throws RocksDBException;

    /** Removals of a table's rows that only memory and the log have. */
    long removalsInMemory(Table table) throws RocksDBException;

    /** Rewrites the files of a table without removed rows; ends early when {@link #cancelCompactions} is called. */
    void compact(Table table) throws RocksDBException;

    /** No compaction runs for long any more; comes before {@link #close}. */
    void cancelCompactions();

    /** About how many rows a table has. */
    long rowsAbout(Table table) throws RocksDBException;

    /** What a batch calls a table; also good for another opening of the same database. */
    ColumnFamilyHandle handle(Table table) throws RocksDBException;

    /** Writes a batch, whole or not at all, and what was written before, too, to the disk when {@code sync} is asked. */
    void write(WriteBatch batch, boolean sync) throws RocksDBException;

    /** Brings everything that was written to the disk. */
    void sync() throws RocksDBException;

    @Override
    void close();
}
