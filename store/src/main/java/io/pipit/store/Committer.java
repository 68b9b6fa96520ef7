package io.pipit.store;

import io.pipit.broker.spi.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. It takes what all loops have handed in meanwhile, writes it as one, brings it to the disk
 * when somebody waits for that, and answers; while it does, the next group gathers.
 *
 * <p>A write that fails leaves everything open: whether it happened, and what the disk has of those before it that
 * were not yet brought there. Nobody is answered then. The database is opened anew, as soon as the disk takes files
 * again (for reads alone while it does not), which replaces the log that is not trusted any more; what the disk may lack
 * is written once more, and then what failed. Until then {@link #refusal} tells why nothing new should come. Only a stop ends this without success.
 */
final class Committer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
    private static final long MOST_PAUSE_SECONDS = 16;
    private static final long SECOND = 1_000_000_000L;
    /** A lazy batch has been up to 50 ms in the inbox before. */
    private static final long SYNC_NANOS = 900_000_000L;

    private static final int MOST_SALVAGES = 3;
    private static final long UNSYNCED_BYTES = 16L << 20;

    private final Inbox inbox;
    private final OpenTables tables;
    private final DiskSpace space;
    private final KeptFiles kept;
    private final DiskUse use;
    private final Reclamation reclamation;
    private final Clock clock;
    private final Durability durability;
    private final List<Group> unsynced = new ArrayList<>();
    private long unsyncedBytes;
    private long unsyncedSince;
    private long checkedSpace;
    private int salvages;
    private volatile @Nullable String trouble;
    private volatile @Nullable RocksDBException unreadable;
    private volatile boolean givenUp;

    Committer(
            Inbox inbox,
            OpenTables tables,
            DiskSpace space,
            KeptFiles kept,
            DiskUse use,
            Reclamation reclamation,
            Clock clock,
            Durability durability) {
        this.inbox = inbox;
        this.tables = tables;
        this.space = space;
        this.kept = kept;
        this.use = use;
        this.reclamation = reclamation;
        this.clock = clock;
        this.durability = durability;
        this.checkedSpace = clock.nanos();
    }

    /** Why nothing new should be handed in, or null; any thread. */
    @Nullable
    String refusal() {
        String failure = trouble;
        return failure != null ? failure : space.refusal();
    }

    /** What is damaged or was, or null; any thread. */
    @Nullable
    String damage() {
        RocksDBException fault = unreadable;
        if (fault == null) {
            return kept.text();
        }
        return "the storage is damaged: " + fault.getMessage()
                + (givenUp
                        ? "; it was repaired " + MOST_SALVAGES + " times and is not again: look after the disk, stop"
                                + " the broker, and run 'pipit store repair'"
                        : "");
    }

    /** A read has found that a file is not as it was written; any thread. */
    void damaged(RocksDBException fault) {
        unreadable = fault;
    }

    @Override
    public void run() {
        try {
            while (!inbox.isDone()) {
                List<Pending> members = inbox.take(untilNextDuty());
                if (!members.isEmpty()) {
                    commit(members);
                }
                doDuties();
            }
            if (trouble == null) {
                sync();
            }
        } catch (InterruptedException stopped) {
            trouble = "the storage was interrupted";
            LOG.warn("The store was interrupted: what was not answered is not promised", stopped);
        } catch (RuntimeException | Error fault) {
            trouble = "the storage has stopped: " + fault;
            throw fault;
        } finally {
            synced();
        }
    }

    private long untilNextDuty() {
        long now = clock.nanos();
        long left = checkedSpace + SECOND - now;
        if (!unsynced.isEmpty()) {
            left = Math.min(left, unsyncedSince + SYNC_NANOS - now);
        }
        return Math.max(0, left);
    }

    private void doDuties() throws InterruptedException {
        long now = clock.nanos();
        if (!unsynced.isEmpty() && (now - unsyncedSince >= SYNC_NANOS || unsyncedBytes > UNSYNCED_BYTES)) {
            sync();
        }
        if (now - checkedSpace >= SECOND) {
            checkedSpace = now;
            space.check();
            kept.check();
            use.check(tables, now);
            reclamation.check(now);
            salvage();
        }
    }

    /** Makes good what a read has found. A disk that goes on to damage files is left to its operator. */
    private void salvage() {
        RocksDBException fault = unreadable;
        if (fault == null || givenUp) {
            return;
        }
        LOG.error("The store is damaged, and what can be read of it is brought together", fault);
        trouble = "the storage is being repaired: " + fault.getMessage();
        try {
            bringTogether();
            LOG.info("The store is whole again, without what could not be read");
        } catch (RocksDBException failed) {
            LOG.error("The store could not be repaired", failed);
        }
        trouble = null;
        kept.check();
    }

    private void bringTogether() throws RocksDBException {
        salvages++;
        givenUp = salvages == MOST_SALVAGES;
        tables.salvage();
        unreadable = null;
    }

    private void commit(List<Pending> members) throws InterruptedException {
        Group group;
        try {
            group = new Group(members, tables);
        } catch (RocksDBException closed) {
            inbox.settled(members);
            Group.refuse(members, "the storage cannot write: " + closed.getMessage());
            return;
        }
        boolean sync = group.isDurable() && durability == Durability.FSYNC;
        String failure = group.isEmpty() ? null : write(group, sync);
        inbox.settled(members);
        if (failure != null) {
            group.failed(failure);
            group.close();
            return;
        }
        if (durability != Durability.FSYNC || group.isEmpty()) {
            group.close();
        } else {
            unsyncedSince = unsynced.isEmpty() ? clock.nanos() : unsyncedSince;
            unsynced.add(group);
            unsyncedBytes += group.rows().getDataSize();
            if (sync) {
                synced();
            }
        }
        group.succeeded();
    }

    /** Writes until it has succeeded; or returns why not, when this is to stop. */
    private @Nullable String write(Group group, boolean sync) throws InterruptedException {
        try {
            tables.write(group.rows(), sync);
            return null;
        } catch (RocksDBException failed) {
            return recover(failed, group);
        }
    }

    private void sync() throws InterruptedException {
        try {
            tables.sync();
            synced();
        } catch (RocksDBException failed) {
            if (recover(failed, null) == null) {
                synced();
            }
        }
    }

    /** Everything that was written is as safe as it can be. */
    private void synced() {
        unsynced.forEach(Group::close);
        unsynced.clear();
        unsyncedBytes = 0;
    }

    /**
     * Opens anew, and writes what the disk may lack, and the group whose write failed.
     *
     * @return null when all of it is on the disk; else why not
     */
    private @Nullable String recover(RocksDBException first, @Nullable Group failed) throws InterruptedException {
        RocksDBException failure = first;
        long pauseSeconds = 1;
        LOG.error("The store cannot write, and tries again every few seconds", failure);
        while (true) {
            trouble = "the storage cannot write: " + failure.getMessage();
            if (inbox.isClosed()) {
                return trouble;
            }
            inbox.pause(pauseSeconds * SECOND);
            try {
                space.probe();
                pauseSeconds = Math.min(MOST_PAUSE_SECONDS, 2 * pauseSeconds); // to open may cost much
                if (Damage.isCorruption(failure) && !givenUp) {
                    bringTogether();
                } else {
                    tables.reopen();
                }
                for (Group group : unsynced) {
                    tables.write(group.rows(), false);
                }
                if (failed != null) {
                    tables.write(failed.rows(), false);
                }
                tables.sync();
                trouble = null;
                LOG.info("The store writes again");
                return null;
            } catch (RocksDBException again) {
                failure = again;
            }
        }
    }
}
