package io.pipit.store;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Table;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * The counters that one group changes, as they are while it is put together: 8 bytes, big endian. Only the committer
 * changes counters, so what it has read stays true until it has written.
 */
final class Counters {
    private final Map<Table, NavigableMap<byte[], Long>> values = new EnumMap<>(Table.class);
    private final Map<Table, NavigableMap<byte[], String>> unreadable = new EnumMap<>(Table.class);

    /** Reads all that these batches add to. */
    Counters(Tables tables, List<Batch> batches) {
        for (Batch batch : batches) {
            for (Batch.Change change : batch.changes()) {
                if (change instanceof Batch.Add add) {
                    read(tables, add);
                }
            }
        }
    }

    private void read(Tables tables, Batch.Add add) {
        NavigableMap<byte[], Long> known = in(values, add.table());
        if (known.containsKey(add.key())) {
            return;
        }
        try {
            known.put(add.key(), valueOf(tables.get(add.table(), add.key())));
        } catch (RocksDBException fault) {
            known.put(add.key(), 0L);
            in(unreadable, add.table()).put(add.key(), String.valueOf(fault.getMessage()));
        }
    }

    private static long valueOf(byte @Nullable [] row) throws RocksDBException {
        if (row == null) {
            return 0;
        }
        if (row.length != Long.BYTES) {
            throw new RocksDBException("a row of " + row.length + " bytes is no counter");
        }
        return ByteBuffer.wrap(row).getLong();
    }

    private static <T> NavigableMap<byte[], T> in(Map<Table, NavigableMap<byte[], T>> tables, Table table) {
        return tables.computeIfAbsent(table, absent -> new TreeMap<>(Arrays::compareUnsigned));
    }

    /** Why a batch cannot be taken: a counter that it adds to cannot be read. Null when it can. */
    @Nullable
    String fault(Batch batch) {
        if (!unreadable.isEmpty()) {
            for (Batch.Change change : batch.changes()) {
                if (change instanceof Batch.Add add
                        && in(unreadable, add.table()).containsKey(add.key())) {
                    return in(unreadable, add.table()).get(add.key());
                }
            }
        }
        return null;
    }

    /** A row was set, which may be a counter. */
    void put(Batch.Put put) {
        NavigableMap<byte[], Long> known = values.get(put.table());
        if (known != null && known.containsKey(put.key()) && put.value().length == Long.BYTES) {
            known.put(put.key(), ByteBuffer.wrap(put.value()).getLong());
        }
    }

    void delete(Batch.Delete delete) {
        NavigableMap<byte[], Long> known = values.get(delete.table());
        if (known != null && known.containsKey(delete.key())) {
            known.put(delete.key(), 0L);
        }
    }

    void delete(Batch.DeleteRange range) {
        NavigableMap<byte[], Long> known = values.get(range.table());
        if (known != null && Arrays.compareUnsigned(range.from(), range.to()) < 0) {
            known.subMap(range.from(), range.to()).replaceAll((key, value) -> 0L);
        }
    }

    /** Changes a counter; returns its new row. */
    byte[] add(Batch.Add add) {
        long sum = in(values, add.table()).merge(add.key(), add.amount(), Long::sum);
        return ByteBuffer.allocate(Long.BYTES).putLong(sum).array();
    }
}
