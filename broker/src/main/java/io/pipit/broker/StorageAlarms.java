package io.pipit.broker;

import io.pipit.broker.spi.Storage;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with the storage, as alarms: raised when a commit or a read fails, durable work is refused, or files
 * are damaged; cleared when that has an end. Any thread.
 */
final class StorageAlarms {
    private static final String WRITES = "storage-writes";
    private static final String READS = "storage-reads";
    private static final String DAMAGED = "storage-damaged";
    private static final String REFUSES = "storage-refuses";

    private final Alarms alarms;
    private volatile boolean writesFail;
    private volatile boolean readsFail;

    StorageAlarms(Alarms alarms) {
        this.alarms = alarms;
    }

    void committed(Storage.Commit commit) {
        if (commit instanceof Storage.Commit.Failed(String reason, boolean full)) {
            writesFail = true;
            alarms.raise(WRITES, reason);
        } else if (writesFail) {
            writesFail = false;
            alarms.clear(WRITES);
        }
    }

    void read(Storage.Read read) {
        if (read instanceof Storage.Read.Failed(String reason)) {
            readsFail = true;
            alarms.raise(READS, reason);
        } else if (readsFail) {
            readsFail = false;
            alarms.clear(READS);
        }
    }

    /** What is damaged, or null when nothing is. */
    void isDamaged(@Nullable String what) {
        if (what == null) {
            alarms.clear(DAMAGED);
        } else {
            alarms.raise(DAMAGED, what);
        }
    }

    /** Why durable work is refused now, or null when it is not. */
    void refuses(@Nullable String reason) {
        if (reason == null) {
            alarms.clear(REFUSES);
        } else {
            alarms.raise(REFUSES, reason);
        }
    }
}
