package io.pipit.broker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * The place of one topic among the {@link RetainedMessages}: its message, or none for the short time until the change
 * that took it away is handed in to the storage. Writers take its own lock, readers none.
 */
final class RetainedTopic {
    /** Instead of a version: this place was given up, and another may be there for the topic. */
    static final long REMOVED = -1;

    /** Of the rows: the version of the change, this, when it is cleared, the message. */
    static final int ROW_VERSION = 1;

    private final TopicName name;

    private volatile @Nullable Message message;

    /** When the message goes; written before the message. */
    private long clearsAtMillis = Message.NEVER;

    /** Of the newest change; 0 before the first. */
    @GuardedBy("this")
    private long version;

    /** Of the newest change whose row was handed in; {@link #REMOVED} when this place was given up. */
    @GuardedBy("this")
    private long stored;

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
        if (stored == REMOVED) {
            return REMOVED;
        }
        long next = all.nextVersion();
        if (version == 0) {
            // changes of this topic that are older than this place were all followed by one that cleared it and was
            // handed in: they must not be stored any more
            stored = next - 1;
            all.remember(this);
        }
        version = next;
        replace(newMessage, newClearsAtMillis, all);
        return next;
    }

    /** Takes the message away; returns the version of this change, or {@link #REMOVED}. */
    synchronized long clear(RetainedMessages all) {
        if (stored == REMOVED || version == 0) {
            return REMOVED;
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
            stored = loadedVersion;
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

    /** See {@link RetainedMessages#store}. The row that is written is the newest, also for an older change. */
    synchronized void store(long change, Batch batch, Runnable commit, RetainedMessages all) {
        boolean ends = false;
        if (stored != REMOVED && stored < change) {
            stored = version;
            Message current = message;
            if (current == null) {
                batch.delete(Table.RETAINED, Keys.retained(name));
                stored = REMOVED;
                ends = true;
            } else {
                batch.put(Table.RETAINED, Keys.retained(name), row(current));
            }
        }
        try {
            commit.run();
        } finally {
            if (ends) { // only now: the row of another place for this topic has to follow
                all.forget(this);
            }
        }
    }

    @GuardedBy("this")
    private byte[] row(Message current) {
        RowWriter row = new RowWriter(2 * Long.BYTES + 1 + MessageRow.size(current));
        row.i64(version).u8(ROW_VERSION).i64(clearsAtMillis);
        MessageRow.write(current, row);
        return row.finish();
    }
}
