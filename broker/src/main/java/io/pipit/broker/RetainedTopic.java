package io.pipit.broker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * The place of one topic among the {@link RetainedMessages}: its message, or none for the time until the change that
 * took it away is durable. Writers take its own lock, readers none.
 */
final class RetainedTopic {
    /** Instead of a version: this place was given up, and another may be there for the topic. */
    static final long REMOVED = -1;

    /** Of the rows: the version of the change, this, when it is cleared, the message. */
    private static final int ROW_VERSION = 1;

    private final TopicName name;

    private volatile @Nullable Message message;

    /** When the message goes; written before the message. */
    private long clearsAtMillis = Message.NEVER;

    /** Of the newest change; 0 before the first. */
    @GuardedBy("this")
    private long version;

    /** Of the newest change whose row was handed in. */
    @GuardedBy("this")
    private long handedIn;

    /** Of the newest change whose row is durable; {@link #REMOVED} when this place was given up. */
    @GuardedBy("this")
    private long durable;

    RetainedTopic(TopicName name) {
        this.name = name;
    }

    TopicName name() {
        return name;
    }

    /** The message, unless there is none that has not expired. */
    @Nullable
    Message message(long nowMillis) {
        Message current = message;
        return current == null || current.isExpired(nowMillis) || nowMillis >= clearsAtMillis ? null : current;
    }

    /** Sets the message; returns the version of this change, or {@link #REMOVED}. */
    synchronized long set(Message newMessage, long newClearsAtMillis, RetainedMessages all) {
        if (durable == REMOVED) {
            return REMOVED;
        }
        long next = all.nextVersion();
        if (version == 0) {
            // changes of this topic that are older than this place were all followed by one that cleared it and is
            // durable: they must not be stored any more
            durable = next - 1;
            all.remember(this);
        }
        version = next;
        replace(newMessage, newClearsAtMillis, all);
        return next;
    }

    /** Takes the message away; returns the version of this change, or 0 when this place was given up. */
    synchronized long clear(RetainedMessages all) {
        if (durable == REMOVED) {
            return 0;
        }
        version = all.nextVersion();
        replace(null, Message.NEVER, all);
        return version;
    }

    /** As {@link #clear}, if the message has expired; else returns 0. */
    synchronized long clearIfExpired(long nowMillis, RetainedMessages all) {
        return message != null && message(nowMillis) == null ? clear(all) : 0;
    }

    /** Sets what the storage holds, unless something newer was there. */
    synchronized void load(Message loaded, long loadedClearsAtMillis, long loadedVersion, RetainedMessages all) {
        if (loadedVersion > version) {
            all.remember(this);
            version = loadedVersion;
            durable = loadedVersion;
            replace(loaded, loadedClearsAtMillis, all);
        }
    }

    @GuardedBy("this")
    private void replace(@Nullable Message newMessage, long newClearsAtMillis, RetainedMessages all) {
        Message before = message;
        boolean expiring = clearsAtMillis != Message.NEVER;
        clearsAtMillis = newClearsAtMillis;
        message = newMessage == null ? null : newMessage.at(name);
        all.replaced(name, before, newMessage, expiring, newClearsAtMillis != Message.NEVER);
    }

    /**
     * See {@link RetainedMessages#store}. The row that is written is the newest, also for an older change, and it is
     * written again as long as none that is at least as new is durable: each batch must stand for itself.
     */
    synchronized long store(long change, Batch batch, Runnable commit) {
        long row = 0;
        if (durable != REMOVED && durable < change) {
            row = version;
            handedIn = version;
            Message current = message;
            if (current == null) {
                batch.delete(Table.RETAINED, Keys.retained(name));
            } else {
                batch.put(Table.RETAINED, Keys.retained(name), row(version, clearsAtMillis, current));
            }
        }
        commit.run();
        return row;
    }

    /** See {@link RetainedMessages#settle}. */
    synchronized boolean settle(long row, boolean isDurable, RetainedMessages all) {
        if (durable == REMOVED || row <= durable) {
            return false;
        }
        if (!isDurable) {
            return row == handedIn; // else a newer row is on its way
        }
        durable = row;
        if (row == version && message == null) {
            durable = REMOVED;
            all.forget(this);
        }
        return false;
    }

    /** The value of the row of a retained message. */
    static byte[] row(long version, long clearsAtMillis, Message message) {
        RowWriter row = new RowWriter(2 * Long.BYTES + 1 + MessageRow.size(message));
        row.i64(version).u8(ROW_VERSION).i64(clearsAtMillis);
        MessageRow.write(message, row);
        return row.finish();
    }

    /** Reads the row of a retained message. */
    static StoredRow.Retained decode(Row row) {
        RowReader reader = new RowReader(row.value());
        long version = reader.i64();
        reader.version(ROW_VERSION);
        long clearsAtMillis = reader.i64();
        Message message = MessageRow.read(reader);
        reader.end();
        return new StoredRow.Retained(version, clearsAtMillis, message);
    }
}
