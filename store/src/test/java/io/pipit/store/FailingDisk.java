package io.pipit.store;

import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** The real tables on a disk that fails when it is told to: before a write, or after it has happened. */
final class FailingDisk implements RocksStorage.Opening {
    /** What is wrong with the disk. */
    enum Fault {
        NOTHING,
        /** A write does not happen. */
        WRITE,
        /** A write happens, and bringing it to the disk fails. */
        SYNC
    }

    private volatile Fault fault = Fault.NOTHING;
    private volatile boolean opens = true;
    private final Semaphore failures = new Semaphore(0);
    private final Semaphore gate = new Semaphore(Integer.MAX_VALUE / 2);
    private int writes;
    private int syncedWrites;
    private int syncs;

    void become(Fault next) {
        fault = next;
    }

    void refuseToOpen(boolean refuses) {
        opens = !refuses;
    }

    /** Writes wait from now on until {@link #release}. */
    void hold() {
        gate.drainPermits();
    }

    void release() {
        gate.release(Integer.MAX_VALUE / 2);
    }

    void awaitFailure() throws InterruptedException {
        failures.acquire();
    }

    synchronized int writes() {
        return writes;
    }

    synchronized int syncedWrites() {
        return syncedWrites;
    }

    synchronized int syncs() {
        return syncs;
    }

    private synchronized void count(boolean sync) {
        writes++;
        syncedWrites += sync ? 1 : 0;
    }

    @Override
    public Tables open(Path database, Tables.Access access) throws RocksDBException {
        if (!opens && access == Tables.Access.ALL) {
            failures.release();
            throw new RocksDBException("it does not open");
        }
        return new Failing(RocksTables.open(database, Durability.FSYNC, access));
    }

    private void failAt(Fault kind) throws RocksDBException {
        if (fault == kind) {
            failures.release();
            throw new RocksDBException("the disk fails: " + kind);
        }
    }

    private final class Failing implements Tables {
        private final Tables real;
        private boolean broken;

        Failing(Tables real) {
            this.real = real;
        }

        @Override
        public byte @Nullable [] get(Table table, byte[] key) throws RocksDBException {
            return real.get(table, key);
        }

        @Override
        public List<Row> get(Table table, List<byte[]> keys) throws RocksDBException {
            return real.get(table, keys);
        }

        @Override
        public List<Row> scan(Table table, byte[] from, byte @Nullable [] to, int max) throws RocksDBException {
            return real.scan(table, from, to, max);
        }

        @Override
        public Map<Table, TableFiles> files() throws RocksDBException {
            return real.files();
        }

        @Override
        public long removalsInMemory(Table table) throws RocksDBException {
            return real.removalsInMemory(table);
        }

        @Override
        public void compact(Table table) throws RocksDBException {
            real.compact(table);
        }

        @Override
        public void cancelCompactions() {
            real.cancelCompactions();
        }

        @Override
        public long rowsAbout(Table table) throws RocksDBException {
            return real.rowsAbout(table);
        }

        @Override
        public ColumnFamilyHandle handle(Table table) throws RocksDBException {
            return real.handle(table);
        }

        @Override
        public void write(WriteBatch batch, boolean sync) throws RocksDBException {
            gate.acquireUninterruptibly();
            if (broken) {
                throw new RocksDBException("written to after a failure");
            }
            broken = true;
            failAt(Fault.WRITE);
            real.write(batch, sync);
            if (sync) {
                failAt(Fault.SYNC);
            }
            broken = false;
            count(sync);
        }

        @Override
        public void sync() throws RocksDBException {
            failAt(Fault.SYNC);
            real.sync();
            synchronized (FailingDisk.this) {
                syncs++;
            }
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
