package io.pipit.broker.spi;

import java.util.ArrayList;
import java.util.List;

/**
 * Changes that become durable together or not at all, in the order they were added. Filled by one thread, handed to
 * {@link Storage#commit} once, and not touched after that. Arrays handed in are not copied and must not change.
 */
public final class Batch {
    /** How soon a batch is to be safe. */
    public enum Urgency {
        /** Somebody waits for it. */
        DURABLE,
        /** Reaches the operating system within 50 ms and the disk within 1 s. */
        LAZY
    }

    /** One change. */
    public sealed interface Change {
        /** The table that it changes. */
        Table table();
    }

    /** A row is set to a value. */
    public static final class Put implements Change {
        private final Table table;
        private final byte[] key;
        private final byte[] value;

        Put(Table table, byte[] key, byte[] value) {
            this.table = table;
            this.key = key;
            this.value = value;
        }

        @Override
        public Table table() {
            return table;
        }

        public byte[] key() {
            return key;
        }

        public byte[] value() {
            return value;
        }
    }

    /** A row, if there, is removed. */
    public static final class Delete implements Change {
        private final Table table;
        private final byte[] key;

        Delete(Table table, byte[] key) {
            this.table = table;
            this.key = key;
        }

        @Override
        public Table table() {
            return table;
        }

        public byte[] key() {
            return key;
        }
    }

    /** The rows from a key (inclusive) to another (exclusive) are removed. */
    public static final class DeleteRange implements Change {
        private final Table table;
        private final byte[] from;
        private final byte[] to;

        DeleteRange(Table table, byte[] from, byte[] to) {
            this.table = table;
            this.from = from;
            this.to = to;
        }

        @Override
        public Table table() {
            return table;
        }

        public byte[] from() {
            return from;
        }

        public byte[] to() {
            return to;
        }
    }

    /** A counter (8 bytes, big endian; absent is 0) changes by a number; at 0 its row may be removed later. */
    public static final class Add implements Change {
        private final Table table;
        private final byte[] key;
        private final long amount;

        Add(Table table, byte[] key, long amount) {
            this.table = table;
            this.key = key;
            this.amount = amount;
        }

        @Override
        public Table table() {
            return table;
        }

        public byte[] key() {
            return key;
        }

        public long amount() {
            return amount;
        }
    }

    private final Urgency urgency;
    private final List<Change> changes = new ArrayList<>(4);
    private long bytes;

    /** An empty batch. */
    public Batch(Urgency urgency) {
        this.urgency = urgency;
    }

    public Urgency urgency() {
        return urgency;
    }

    /** The changes in their order. */
    public List<Change> changes() {
        return changes;
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** Whether no row is set by it. */
    public boolean onlyRemoves() {
        for (Change change : changes) {
            if (change instanceof Put) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of the keys and values in it: what it holds of the bound for uncommitted bytes. */
    public long bytes() {
        return bytes;
    }

    public Batch put(Table table, byte[] key, byte[] value) {
        bytes += key.length + value.length;
        changes.add(new Put(table, key, value));
        return this;
    }

    public Batch delete(Table table, byte[] key) {
        bytes += key.length;
        changes.add(new Delete(table, key));
        return this;
    }

    public Batch deleteRange(Table table, byte[] from, byte[] to) {
        bytes += from.length + to.length;
        changes.add(new DeleteRange(table, from, to));
        return this;
    }

    public Batch add(Table table, byte[] key, long amount) {
        bytes += key.length + Long.BYTES;
        changes.add(new Add(table, key, amount));
        return this;
    }

    /** Appends the changes of another batch. */
    public Batch addAll(Batch other) {
        bytes += other.bytes;
        changes.addAll(other.changes);
        return this;
    }
}
