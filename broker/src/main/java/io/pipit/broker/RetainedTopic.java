package io.pipit.broker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * The place of one topic among the {@link RetainedMessages}: its message, or only what must be known of it when the
 * storage has it and the {@link RetainedCache} has let it go; or none, for the time until the change that took it away is
 * durable. Writers take its own lock, readers none.
 */
final class RetainedTopic {
    /** Instead of a version: this place was given up, and another may be there for the topic. */
    static final long REMOVED = -1;

    /** Of the rows: the version of the change, this, when it is cleared, the message. */
    private static final int ROW_VERSION = 1;

    /** Stands for a message that only the storage has. */
    private static final Message STORED =
            new Message(TopicName.of("/"), Payload.EMPTY, QoS.AT_MOST_ONCE, true, Properties.NONE, Message.NEVER, null);

    private final TopicName name;

    private volatile @Nullable Message message;

    /** When the message goes; written before the message. */
    private long clearsAtMillis = Message.NEVER;

    /** Of the newest change; 0 before the first. Written under the lock, before the message. */
    private volatile long version;

    /** Of the newest change whose row was handed in. */
    @GuardedBy("this")
    private long handedIn;

    /** Of the newest change whose row is durable; {@link #REMOVED} when this place was given up. */
    @GuardedBy("this")
    private long durable;

    /** What the message counts for, wherever it is; 0 when there is none. */
    @GuardedBy("this")
    private int bytes;

    /** Whether the message is in memory though the storage has it. */
    @GuardedBy("this")
    private boolean cached;

    /** Whether it has a place in the order in which messages leave the cache. */
    @GuardedBy("this")
    private boolean queued;

    /** Whether somebody has taken the message since its turn to leave the cache came last. */
    private boolean used;

    RetainedTopic(TopicName name) {
        this.name = name;
    }

    TopicName name() {
        return name;
    }

    /** The version of the newest change. */
    long version() {
        return version;
    }

    /**
     * The message, or what stands for it when only the storage has it ({@link #isStored}); null when there is none that
     * has not expired.
     */
    @Nullable
    Message message(long nowMillis) {
        Message current = message;
        if (current == null || current.isExpired(nowMillis) || nowMillis >= clearsAtMillis) {
            return null;
        }
        if (!used) { // written once: many loops may look at it
            used = true;
        }
        return current;
    }

    /** Whether this stands for a message that only the storage has. */
    @SuppressWarnings("ReferenceEquality") // an equal message would be one
    static boolean isStored(@Nullable Message message) {
        return message == STORED;
    }

    /** Rough bytes of the message, wherever it is. */
    synchronized int bytes() {
        return bytes;
    }

    /** The version of the message that only the storage has; 0 when it is in memory, or there is none. */
    synchronized long storedVersion() {
        return isStored(message) ? version : 0;
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
        change(next, newMessage, newClearsAtMillis, all);
        return next;
    }

    /** Takes the message away; returns the version of this change, or 0 when this place was given up. */
    synchronized long clear(RetainedMessages all) {
        if (durable == REMOVED) {
            return 0;
        }
        change(all.nextVersion(), null, Message.NEVER, all);
        return version;
    }

    /** As {@link #clear}, if the message has expired; else returns 0. */
    synchronized long clearIfExpired(long nowMillis, RetainedMessages all) {
        return message != null && nowMillis >= clearsAtMillis ? clear(all) : 0;
    }

    /** Sets what the storage holds, unless something newer was there. */
    synchronized void load(Message loaded, long loadedClearsAtMillis, long loadedVersion, RetainedMessages all) {
        if (loadedVersion > version) {
            all.remember(this);
            change(loadedVersion, loaded, loadedClearsAtMillis, all);
            settled(loadedVersion, all);
            if (all.cache().hasRoom(bytes)) {
                enter(all.cache());
            } else {
                message = STORED;
            }
        }
    }

    @GuardedBy("this")
    private void change(long next, @Nullable Message newMessage, long newClearsAtMillis, RetainedMessages all) {
        int bytesBefore = bytes;
        boolean expiring = clearsAtMillis != Message.NEVER;
        if (cached) {
            cached = false;
            all.cache().left(bytesBefore);
        }
        all.unsettled(-unsettledBytes());
        version = next;
        bytes = newMessage == null ? 0 : newMessage.bytes();
        clearsAtMillis = newClearsAtMillis;
        message = newMessage == null ? null : newMessage.at(name);
        all.unsettled(unsettledBytes());
        all.replaced(name, bytesBefore, bytes, expiring, newClearsAtMillis != Message.NEVER);
    }

    /** What only memory has of the message. */
    @GuardedBy("this")
    private int unsettledBytes() {
        return durable < version ? bytes : 0;
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
        settled(row, all);
        if (row == version && message != null) {
            enter(all.cache());
        }
        return false;
    }

    /** See {@link RetainedMessages#keepInMemory}. */
    synchronized void keepInMemory(long change, RetainedMessages all) {
        if (durable != REMOVED && change > durable) {
            settled(change, all);
        }
    }

    /** Nothing waits for the storage any more of a change, and of those before it. */
    @GuardedBy("this")
    private void settled(long change, RetainedMessages all) {
        all.unsettled(-unsettledBytes());
        durable = change;
        all.unsettled(unsettledBytes());
        if (change == version && message == null) {
            durable = REMOVED;
            all.forget(this);
        }
    }

    // What the storage has

    @GuardedBy("this")
    private void enter(RetainedCache cache) {
        if (!cache.takes(bytes)) {
            message = STORED;
            return;
        }
        cached = true;
        cache.entered(bytes);
        if (!queued) {
            queued = true;
            cache.queue(this);
        }
    }

    /**
     * Its turn to leave the cache has come.
     *
     * @param wanted whether it stays for once when somebody has taken the message since the last time
     * @return whether it has left the order of those that leave
     */
    synchronized boolean leave(boolean wanted, RetainedCache cache) {
        if (cached && used && wanted) {
            used = false;
            return false;
        }
        queued = false;
        if (cached) {
            cached = false;
            cache.left(bytes);
            message = STORED;
        }
        return true;
    }

    /** See {@link RetainedMessages#restore}. */
    synchronized long restore(long asked, @Nullable Message read, RetainedMessages all) {
        if (version != asked || !isStored(message)) {
            return 0;
        }
        if (read == null) {
            return clear(all);
        }
        message = read;
        enter(all.cache());
        return 0;
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
