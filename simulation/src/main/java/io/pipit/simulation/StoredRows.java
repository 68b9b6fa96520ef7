package io.pipit.simulation;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.StoredTables;
import io.pipit.broker.spi.Table;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The rows of a simulated storage: what is durable. */
final class StoredRows implements StoredTables {
    private final Map<Table, NavigableMap<byte[], byte[]>> tables = new EnumMap<>(Table.class);

    /** None. */
    StoredRows() {
        for (Table table : Table.values()) {
            tables.put(table, new TreeMap<>(Arrays::compareUnsigned));
        }
    }

    /** How many rows a table has. */
    int count(Table table) {
        return rowsOf(table).size();
    }

    /** Makes all changes of a batch. */
    void apply(Batch batch) {
        batch.changes().forEach(this::apply);
    }

    /** The rows from a key (inclusive) to another (exclusive, or null for the end), so many at most. */
    List<Row> scan(Table table, byte[] from, byte @Nullable [] to, int max) {
        NavigableMap<byte[], byte[]> rows = rowsOf(table).tailMap(from, true);
        NavigableMap<byte[], byte[]> range = to == null ? rows : rows.headMap(to, false);
        return range.entrySet().stream().limit(max).map(StoredRows::row).toList();
    }

    @Override
    public List<Row> scan(Table table, byte[] from, int max) {
        return scan(table, from, null, max);
    }

    @Override
    public void commit(Batch batch) {
        apply(batch);
    }

    /** The rows with these keys that are there. */
    List<Row> get(Table table, List<byte[]> keys) {
        List<Row> found = new ArrayList<>();
        for (byte[] key : keys) {
            byte[] value = rowsOf(table).get(key);
            if (value != null) {
                found.add(new Row(key.clone(), value.clone()));
            }
        }
        return found;
    }

    /** The first row of a table becomes this. */
    void replaceFirst(Table table, byte[] value) {
        rowsOf(table).put(rowsOf(table).firstKey(), value.clone());
    }

    private void apply(Batch.Change change) {
        NavigableMap<byte[], byte[]> rows = rowsOf(change.table());
        switch (change) {
            case Batch.Put put -> rows.put(put.key().clone(), put.value().clone());
            case Batch.Delete delete -> rows.remove(delete.key());
            case Batch.DeleteRange range ->
                rows.subMap(range.from(), true, range.to(), false).clear();
            case Batch.Add add -> rows.put(add.key().clone(), sum(rows.get(add.key()), add.amount()));
        }
    }

    private NavigableMap<byte[], byte[]> rowsOf(Table table) {
        NavigableMap<byte[], byte[]> rows = tables.get(table);
        if (rows == null) {
            throw new IllegalStateException("no table " + table);
        }
        return rows;
    }

    private static Row row(Map.Entry<byte[], byte[]> entry) {
        return new Row(entry.getKey().clone(), entry.getValue().clone());
    }

    private static byte[] sum(byte @Nullable [] counter, long amount) {
        long before = counter == null ? 0 : ByteBuffer.wrap(counter).getLong();
        return ByteBuffer.allocate(Long.BYTES).putLong(before + amount).array();
    }
}
