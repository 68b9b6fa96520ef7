package io.pipit.store;

import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/** One file of a table by itself, also one of which blocks cannot be read. */
final class TableFile implements AutoCloseable {
    /** What is done with a row. */
    interface Action {
        void row(Row row) throws RocksDBException;
    }

    private static final int MORE_THAN_A_KEY = 8;

    private final Options options = new Options();
    private final SstFileReader reader = new SstFileReader(options);
    private final Table table;

    /** Opens it; throws when not even its properties can be read. */
    TableFile(Path file) throws RocksDBException {
        try {
            reader.open(file.toString());
            String name = new String(reader.getTableProperties().getColumnFamilyName(), StandardCharsets.UTF_8);
            table = Table.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (RocksDBException | RuntimeException fault) {
            close();
            throw fault instanceof RocksDBException rocks
                    ? rocks
                    : new RocksDBException("a file of no table: " + fault);
        }
    }

    /** What is wrong with a file, or null. */
    static @Nullable String fault(Path file) {
        try (Options options = new Options();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(file.toString());
            reader.verifyChecksum();
            return null;
        } catch (RocksDBException fault) {
            return fault.getMessage();
        }
    }

    Table table() {
        return table;
    }

    /**
     * Does something with every row that can be read.
     *
     * @return the ranges that cannot, for readers: where a file ends with a bad block, that may be wider than it was
     */
    List<String> each(Action action) throws RocksDBException {
        List<String> gaps = new ArrayList<>();
        byte[] last = {};
        byte @Nullable [] next = last;
        try (ReadOptions reads = new ReadOptions()) {
            while (next != null) {
                try (SstFileReaderIterator iterator = reader.newIterator(reads)) {
                    for (iterator.seek(next); iterator.isValid(); iterator.next()) {
                        last = iterator.key();
                        action.row(new Row(last, iterator.value()));
                    }
                    if (isSound(iterator)) {
                        return gaps;
                    }
                }
                next = behindFault(reads, last);
                gaps.add("behind 0x" + HexFormat.of().formatHex(last)
                        + (next == null ? "" : " and before 0x" + HexFormat.of().formatHex(next)));
            }
        }
        return gaps;
    }

    private static boolean isSound(SstFileReaderIterator iterator) {
        try {
            iterator.status();
            return true;
        } catch (RocksDBException fault) {
            return false;
        }
    }

    /** The first key behind the block that cannot be read; null when there is none. Keys are taken for numbers. */
    private byte @Nullable [] behindFault(ReadOptions reads, byte[] last) {
        int width = last.length + MORE_THAN_A_KEY;
        BigInteger end = BigInteger.ONE.shiftLeft(Byte.SIZE * width);
        BigInteger bad = new BigInteger(1, Arrays.copyOf(last, width));
        BigInteger step = BigInteger.ONE;
        BigInteger good = bad.add(step);
        byte @Nullable [] first = firstFrom(reads, good, width);
        while (first == null) {
            bad = good;
            step = step.shiftLeft(1); // more would jump over what is left of a file
            good = bad.add(step);
            if (good.compareTo(end) >= 0) {
                return null;
            }
            first = firstFrom(reads, good, width);
        }
        while (good.subtract(bad).compareTo(BigInteger.ONE) > 0) {
            BigInteger middle = good.add(bad).shiftRight(1);
            byte @Nullable [] found = firstFrom(reads, middle, width);
            if (found == null) {
                bad = middle;
            } else {
                good = middle;
                first = found;
            }
        }
        return first;
    }

    /** The first key from another on, unless its block cannot be read; with an iterator that has met no fault before. */
    private byte @Nullable [] firstFrom(ReadOptions reads, BigInteger key, int width) {
        try (SstFileReaderIterator iterator = reader.newIterator(reads)) {
            iterator.seek(bytes(key, width));
            return iterator.isValid() ? iterator.key() : null;
        }
    }

    private static byte[] bytes(BigInteger number, int width) {
        byte[] signed = number.toByteArray();
        byte[] bytes = new byte[width];
        int length = Math.min(width, signed.length);
        System.arraycopy(signed, signed.length - length, bytes, width - length, length);
        return bytes;
    }

    @Override
    public void close() {
        reader.close();
        options.close();
    }
}
