package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one loop restores: of the rows that all loops are shown it takes those of its own sessions. Their clocks stand
 * still until {@link #begin}. Confined to that loop.
 */
final class RestoredSessions {
    private static final int SLICE = 1024;
    private static final long NONE = -1;

    private final BrokerLoop loop;
    private final Map<Long, Restored> byNumber = new HashMap<>();
    private final List<RestoredWill> wills = new ArrayList<>();

    /** Of rows of one session, which follow one another, only the first costs a search. */
    private long lastNumber = NONE;

    private @Nullable Restored last;

    /**
     * A session, and how it was left.
     *
     * @param offlineSinceMillis of no meaning when it was connected
     */
    private record Restored(Session session, boolean connected, long offlineSinceMillis) {}

    private record RestoredWill(StoredRow.WillMessage will, Session session) {}

    RestoredSessions(BrokerLoop loop) {
        this.loop = loop;
    }

    BrokerLoop loop() {
        return loop;
    }

    /**
     * Takes the rows that are of sessions on this loop; one that cannot be read is set aside.
     *
     * @param table {@code SESSIONS} first, then those whose keys begin with a session's number, each in its order
     * @return which of the rows these are
     */
    BitSet take(Table table, List<Row> rows) {
        BitSet taken = new BitSet(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            try {
                taken.set(i, table == Table.SESSIONS ? takeSession(row) : takePart(table, row));
            } catch (RuntimeException fault) {
                taken.set(i);
                loop.broker().unreadable().setAside(loop, table, row, fault);
            }
        }
        return taken;
    }

    private boolean takeSession(Row row) {
        if (loop.broker().loopOf(Keys.clientIdentifierOf(row.key())) != loop) {
            return false;
        }
        StoredRow.Session stored = SessionRows.decode(row);
        Session session = loop.sessions().restore(stored);
        byNumber.put(stored.number(), new Restored(session, stored.connected(), stored.offlineSinceMillis()));
        return true;
    }

    private boolean takePart(Table table, Row row) {
        Restored restored = find(row.key());
        if (restored == null) {
            return false;
        }
        Session session = restored.session();
        switch (table) {
            case SUBSCRIPTIONS -> SessionRows.subscribe(session, row);
            case ENTRIES ->
                // what was sent before a crash is not known: all of it may have been [MQTT-3.3.1-1]
                session.queue().recovered(Keys.sequenceOf(row.key()), EntryRows.bytesOf(row), restored.connected());
            case RECEIVED -> session.received().restore(Keys.packetIdentifierOf(row.key()));
            case WILLS -> wills.add(new RestoredWill(Wills.decode(row), session));
            default -> throw new IllegalArgumentException("no rows of sessions in " + table);
        }
        return true;
    }

    /** The session of a key, or null when it is none of this loop's. */
    private @Nullable Restored find(byte[] key) {
        if (key.length < Long.BYTES) {
            return null; // whoever looks after what nobody takes will say so
        }
        long number = Keys.numberOf(key);
        if (number != lastNumber) {
            lastNumber = number;
            last = byNumber.get(number);
        }
        return last;
    }

    /** Everything is there: clocks go on, and what is due is done. */
    void begin() {
        Deque<Session> connected = new ArrayDeque<>();
        wills.forEach(one -> loop.wills().recover(one.will(), one.session()));
        for (Restored restored : byNumber.values()) {
            Session session = restored.session();
            session.updateHints();
            beginClock(session, restored);
            if (restored.connected()) {
                connected.add(session);
            }
        }
        byNumber.clear();
        tellOffline(connected);
    }

    private void beginClock(Session session, Restored restored) {
        if (session.expirySeconds() == Session.NEVER_EXPIRES) {
            return;
        }
        long now = loop.time().millis();
        // When a connection ended in a crash nobody knows: now at the latest, and a session never expires early.
        long since = restored.connected() ? now : restored.offlineSinceMillis();
        long passedSeconds = Math.max(0, now - since) / 1000;
        session.expireIn(Math.max(0, session.expirySeconds() - passedSeconds));
    }

    /** Writes of those that were connected that they are not, so many at a time that others need not wait for it. */
    private void tellOffline(Deque<Session> connected) {
        for (int i = 0; i < SLICE && !connected.isEmpty(); i++) {
            Session session = connected.remove();
            if (session.client() == null && !session.isEnded()) {
                session.offline();
            }
        }
        if (!connected.isEmpty() && !loop.isStopping()) {
            loop.commit(new Batch(Batch.Urgency.LAZY), "", behindThem -> {
                switch (behindThem) {
                    case Storage.Commit.Durable() -> tellOffline(connected);
                    case Storage.Commit.Failed failed -> loop.later(() -> tellOffline(connected));
                }
            });
        }
    }
}
