package io.pipit.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Tables that can be opened anew while others read. A read that comes meanwhile waits; one that comes before goes on with
 * the tables as they are, also when these cannot be written any more.
 */
final class OpenTables implements Tables {
    /** What makes a database of all that can be read of a damaged one. */
    interface Salvaging {
        void run() throws RocksDBException;
    }

    private final Opening opening;
    private final Salvaging salvaging;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    @GuardedBy("lock")
    private @Nullable Tables tables;

    OpenTables(Opening opening, Salvaging salvaging) throws RocksDBException {
        this.opening = opening;
        this.salvaging = salvaging;
        this.tables = opening.open(Access.ALL);
    }

    /** Closes and opens again; when that fails, for reads alone; when that fails, too, they stay closed. */
    void reopen() throws RocksDBException {
        reopen(() -> {});
    }

    /** As {@link #reopen}, and makes a database of all that can be read in between. */
    void salvage() throws RocksDBException {
        reopen(salvaging);
    }

    private void reopen(Salvaging meanwhile) throws RocksDBException {
        cancelCompactions(); // which read until they end
        lock.writeLock().lock();
        try {
            closeLocked();
            try {
                meanwhile.run();
                tables = opening.open(Access.ALL);
            } catch (RocksDBException failed) {
                openForReads(failed);
                throw failed;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @GuardedBy("lock")
    private void openForReads(RocksDBException why) {
        try {
            tables = opening.open(Access.READS);
        } catch (RocksDBException unreadable) {
            why.addSuppressed(unreadable);
        }
    }

    private interface Work<T> {
        T with(Tables tables) throws RocksDBException;
    }

    private <T> T locked(Work<T> work) throws RocksDBException {
        lock.readLock().lock();
        try {
            if (tables == null) {
                throw new RocksDBException("the storage is not open");
            }
            return work.with(tables);
        } finally {
            lock.readLock().unlock();
        }
    }

    private interface Action {
        void on(Tables tables) throws RocksDBException;
    }

    private void run(Action action) throws RocksDBException {
        boolean done = locked(open -> {
            action.on(open);
            return true;
        });
        assert done;
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) throws RocksDBException {
        List<Row> found = locked(open -> {
            byte[] value = open.get(table, key);
            return value == null ? List.of() : List.of(new Row(key, value));
        });
        return found.isEmpty() ? null : found.getFirst().value();
    }

    @Override
    public List<Row> get(Table table, List<byte[]> keys) throws RocksDBException {
        return locked(open -> open.get(table, keys));
    }

    @Override
    public List<Row> scan(Table table, byte[] from, byte @Nullable [] to, int max) throws RocksDBException {
        return locked(open -> open.scan(table, from, to, max));
    }

    @Override
    public Map<Table, TableFiles> files() throws RocksDBException {
        return locked(Tables::files);
    }

    @Override
    public long removalsInMemory(Table table) throws RocksDBException {
        return locked(open -> open.removalsInMemory(table));
    }

    @Override
    public void compact(Table table) throws RocksDBException {
        run(open -> open.compact(table));
    }

    @Override
    public void cancelCompactions() {
        lock.readLock().lock();
        try {
            if (tables != null) {
                tables.cancelCompactions();
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public long rowsAbout(Table table) throws RocksDBException {
        return locked(open -> open.rowsAbout(table));
    }

    @Override
    public ColumnFamilyHandle handle(Table table) throws RocksDBException {
        return locked(open -> open.handle(table));
    }

    @Override
    public void write(WriteBatch batch, boolean sync) throws RocksDBException {
        run(open -> open.write(batch, sync));
    }

    @Override
    public void sync() throws RocksDBException {
        run(Tables::sync);
    }

    @Override
    public void close() {
        cancelCompactions();
        lock.writeLock().lock();
        try {
            closeLocked();
        } finally {
            lock.writeLock().unlock();
        }
    }

    @GuardedBy("lock")
    private void closeLocked() {
        if (tables != null) {
            tables.close();
            tables = null;
        }
    }
}
