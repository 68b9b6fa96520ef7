package io.pipit.broker;

import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.TopicFilter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages that match one filter, one after the other, as a {@link RetainedCursor} finds their topics.
 * What only the storage has is read ahead, many messages at a time, and counts in the broker's bound for memory until it
 * is passed. It gives each message as it is when it is taken: what was changed since it was read is looked at again.
 * Confined to one loop.
 */
final class RetainedReader {
    private static final int AHEAD_TOPICS = 256;
    private static final int AHEAD_BYTES = 256 << 10;

    /** What stands next. */
    sealed interface Step {
        /** A message. It may be replaced as soon as this turn ends: who cannot take it now has to ask again. */
        record Found(Message message) implements Step {}

        /** So many topics were looked at as allowed, and none matched; there may be more. */
        record Paused() implements Step {}

        /** What the storage has to answer. */
        record Reading() implements Step {}

        /** There are no more. */
        record Finished() implements Step {}
    }

    private static final Step PAUSED = new Step.Paused();
    private static final Step READING = new Step.Reading();
    private static final Step FINISHED = new Step.Finished();

    /** A topic that the cursor has found, and what was read for it. */
    private static final class Place {
        private final RetainedTopic topic;
        private long asked;
        private @Nullable Message read;

        Place(RetainedTopic topic) {
            this.topic = topic;
        }

        /** As {@link RetainedTopic#message}, where what was read is good for as long as its version is the topic's. */
        @Nullable
        Message message(long nowMillis) {
            Message held = topic.message(nowMillis);
            return RetainedTopic.isStored(held) && read != null && topic.version() == asked ? read : held;
        }

        byte[] key() {
            return Keys.retained(topic.name());
        }
    }

    private final BrokerLoop loop;
    private final RetainedMessages messages;
    private final RetainedCursor cursor;
    private final Runnable arrived;
    private final ArrayDeque<Place> ahead = new ArrayDeque<>();
    private boolean reading;
    private boolean closed;

    /**
     * At the first message.
     *
     * @param arrived runs, in a turn of the loop, when what was {@link Step.Reading} has come
     */
    RetainedReader(BrokerLoop loop, TopicFilter filter, Runnable arrived) {
        this.loop = loop;
        this.messages = loop.broker().retained();
        this.cursor = messages.open(filter);
        this.arrived = arrived;
    }

    /**
     * What stands next; it stands there until it is passed.
     *
     * @param maxVisits how many topics to look at, at most; at least 1
     */
    Step next(int maxVisits) {
        long now = messages.nowMillis();
        while (!reading) {
            Place first = ahead.peek();
            if (first == null) {
                switch (cursor.next(maxVisits)) {
                    case RetainedCursor.Step.Found(RetainedTopic topic) -> {
                        first = new Place(topic);
                        ahead.add(first);
                    }
                    case RetainedCursor.Step.Paused() -> {
                        return PAUSED;
                    }
                    case RetainedCursor.Step.Finished() -> {
                        return FINISHED;
                    }
                }
            }
            Message message = first.message(now);
            if (message == null) {
                leave(ahead.remove());
            } else if (RetainedTopic.isStored(message)) {
                readOn(maxVisits);
            } else {
                return new Step.Found(message);
            }
        }
        return READING;
    }

    /** Goes on behind the message that was found. */
    void pass() {
        Place passed = ahead.remove();
        loop.metrics().retainedTaken(passed.asked == 0);
        leave(passed);
    }

    private void leave(Place place) {
        Message read = place.read;
        if (read != null) {
            place.read = null;
            loop.memory().add(-read.bytes());
        }
    }

    /** Lets what was read go, to be read again when it is asked for: nobody takes it, or memory is short. */
    void letGo() {
        ahead.forEach(this::leave);
    }

    /** Nobody asks any more. */
    void close() {
        closed = true;
        letGo();
        ahead.clear();
    }

    /** Reads what is not in memory, from the first message on; it alone while memory is short. */
    private void readOn(int maxVisits) {
        letGo();
        int most = loop.broker().memory().isExceeded() ? 1 : AHEAD_TOPICS;
        long end = cursor.visited() + maxVisits;
        long bytes = 0;
        Iterator<Place> known = List.copyOf(ahead).iterator();
        List<Place> asked = new ArrayList<>();
        while (asked.size() < most && bytes < AHEAD_BYTES) {
            Place place = known.hasNext() ? known.next() : another(end);
            if (place == null) {
                break;
            }
            place.asked = place.topic.storedVersion();
            if (place.asked > 0) {
                asked.add(place);
                bytes += place.topic.bytes();
            }
        }
        if (!asked.isEmpty()) {
            reading = true;
            List<byte[]> keys = asked.stream().map(Place::key).toList();
            loop.get(Table.RETAINED, keys, read -> answered(asked, read));
        }
    }

    /** One more topic that matches, if there is one within so many visits in all. */
    private @Nullable Place another(long end) {
        int visits = (int) (end - cursor.visited());
        if (visits <= 0 || !(cursor.next(visits) instanceof RetainedCursor.Step.Found(RetainedTopic topic))) {
            return null;
        }
        Place place = new Place(topic);
        ahead.add(place);
        return place;
    }

    /** A read that fails, of which an alarm tells, is done again after a while. */
    private void answered(List<Place> asked, Storage.Read read) {
        switch (read) {
            case Storage.Read.Rows(List<Row> rows) -> goOn(() -> take(asked, rows));
            case Storage.Read.Failed failed -> loop.later(() -> goOn(() -> {}));
        }
    }

    private void goOn(Runnable first) {
        if (!closed) {
            reading = false;
            first.run();
            arrived.run();
        }
    }

    /** The rows are in the order in which they were asked for; some may be missing. */
    private void take(List<Place> asked, List<Row> rows) {
        Iterator<Row> rest = rows.iterator();
        Row next = rest.hasNext() ? rest.next() : null;
        for (Place place : asked) {
            Row row = next != null && Arrays.equals(next.key(), place.key()) ? next : null;
            take(place, row);
            if (row != null) {
                next = rest.hasNext() ? rest.next() : null;
            }
        }
    }

    private void take(Place place, @Nullable Row row) {
        RuntimeException unreadable = null;
        Message message = null;
        try {
            message = row == null ? null : messageOf(row, place);
        } catch (RuntimeException fault) {
            unreadable = fault;
        }
        long lost = messages.restore(place.topic, place.asked, message);
        if (lost > 0) {
            if (row != null && unreadable != null) {
                loop.broker().unreadable().copyAside(loop, Table.RETAINED, row, unreadable);
            } else {
                loop.broker().unreadable().missing(Table.RETAINED, place.key());
            }
            new RetainedChange(loop, place.topic.name(), lost).store();
        } else if (message != null) {
            place.read = message;
            loop.memory().add(message.bytes());
        }
    }

    /** The message of a row, if it has the version that was asked for. */
    private static @Nullable Message messageOf(Row row, Place place) {
        StoredRow.Retained stored = RetainedTopic.decode(row);
        return stored.version() == place.asked ? stored.message().at(place.topic.name()) : null;
    }
}
