package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Row;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The retained message of each topic (section 3.3.1.3), for the whole broker. Any thread; readers take no lock,
 * writers of one topic the lock of its {@link RetainedTopic}. Every topic is in memory; its message is as long as the
 * storage does not have it, and after that while the {@link RetainedCache} has room: {@link RetainedReader} gives both.
 *
 * <p>Each change has a version, higher than those before it. It is made here when its PUBLISH is accepted, so that a
 * subscriber sees it in the fan-out or through its cursor, and gets to the storage later, when that PUBLISH has all
 * its queue entries: {@link #store} hands it in so that the rows of one topic follow each other by their versions,
 * whatever loops they come from.
 */
final class RetainedMessages {
    private static final byte[] SYS = {'$', 'S', 'Y', 'S', '/'};

    private final LongSupplier nowMillis;
    private final long expiryMillis;
    private final RetainedCache cache;
    private final ConcurrentNavigableMap<byte[], RetainedTopic> topics =
            new ConcurrentSkipListMap<>(TopicOrder.BY_LEVELS);

    /** The same topics, found ten times faster; a topic enters here after the tree, when its message is set. */
    private final ConcurrentMap<TopicName, RetainedTopic> byName = new ConcurrentHashMap<>();

    private final AtomicLong versions = new AtomicLong();
    private final LongAdder count = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder unsettledBytes = new LongAdder();
    private final LongAdder expiringTopics = new LongAdder();
    private final byte[] beginning = new byte[0];
    private byte[] sweptTo = beginning;

    /**
     * Without any message.
     *
     * @param nowMillis the broker's own time, in which messages expire; any thread
     * @param expiry after which a message goes whatever its Message Expiry Interval; zero for never
     * @param cache of what the storage has
     */
    RetainedMessages(LongSupplier nowMillis, Duration expiry, RetainedCache cache) {
        this.nowMillis = nowMillis;
        this.expiryMillis = expiry.toMillis();
        this.cache = cache;
    }

    /**
     * Makes a message the retained one of its topic [MQTT-3.3.1-5]. It is kept, whatever its RETAIN flag and its
     * payload say.
     *
     * @return the version of this change, for {@link #store}
     */
    long set(Message message) {
        message.keep();
        long expires = message.expiresAtMillis();
        long clearsAtMillis = expiryMillis == 0 ? expires : Math.min(expires, nowMillis.getAsLong() + expiryMillis);
        while (true) {
            long version = topic(message.topic()).set(message, clearsAtMillis, this);
            if (version != RetainedTopic.REMOVED) {
                return version;
            }
        }
    }

    private RetainedTopic topic(TopicName name) {
        RetainedTopic known = byName.get(name);
        if (known != null) {
            return known;
        }
        RetainedTopic fresh = new RetainedTopic(name);
        RetainedTopic other = topics.putIfAbsent(name.utf8(), fresh);
        return other == null ? fresh : other;
    }

    /**
     * Takes the retained message of a topic away [MQTT-3.3.1-6].
     *
     * @return the version of this change, for {@link #store}; 0 when there was nothing, also in the storage
     */
    long clear(TopicName name) {
        RetainedTopic topic = byName.get(name);
        return topic == null ? 0 : topic.clear(this);
    }

    /** The retained message of a topic, or what stands for it, as {@link RetainedTopic#message} gives it. */
    @Nullable
    Message get(TopicName name) {
        RetainedTopic topic = byName.get(name);
        return topic == null ? null : topic.message(nowMillis.getAsLong());
    }

    /** A cursor over the topics that match a filter, its Share Name aside. */
    RetainedCursor open(TopicFilter filter) {
        return new RetainedCursor(this, filter.unshared());
    }

    /**
     * Hands in a batch with the row of a change, unless a row of its topic that is at least as new is durable.
     *
     * @param version of the change
     * @param commit hands the batch to the storage, with the topic as its partition, and does nothing else: it runs
     *     within this call, under the lock of the topic, so that the rows of one topic are handed in in the order of
     *     their versions
     * @return the version of the row, for {@link #settle}; 0 when there is none in the batch
     */
    long store(TopicName name, long version, Batch batch, Runnable commit) {
        RetainedTopic topic = byName.get(name);
        if (topic == null) { // cleared, and that is durable
            commit.run();
            return 0;
        }
        return topic.store(version, batch, commit);
    }

    /**
     * The batch with a row has become durable, or was refused.
     *
     * @param row what {@link #store} has answered
     * @return whether the newest row that was handed in is not durable, so that the change has to be stored again
     */
    boolean settle(TopicName name, long row, boolean durable) {
        RetainedTopic topic = row == 0 ? null : byName.get(name);
        boolean again = topic != null && topic.settle(row, durable, this);
        cache.trim();
        return again;
    }

    /** Lets a change be that is not to be stored: its message never leaves the memory. */
    void keepInMemory(TopicName name, long version) {
        RetainedTopic topic = byName.get(name);
        if (topic != null) {
            topic.keepInMemory(version, this);
        }
    }

    /**
     * The storage was asked for the message of a topic that it alone has: that is in memory now, unless it was changed
     * since.
     *
     * @param asked the version for which it was asked
     * @param read the message of that version, or null when the storage does not have it
     * @return 0; or, when the storage has lost the message, the version of the change that takes it away, for
     *     {@link #store}
     */
    long restore(RetainedTopic topic, long asked, @Nullable Message read) {
        long change = topic.restore(asked, read, this);
        cache.trim();
        return change;
    }

    /** Takes a row that the storage held, at the start, before anything else; of several of a topic the newest wins. */
    void load(Row row) {
        StoredRow.Retained stored = RetainedTopic.decode(row);
        Message message = stored.message();
        versions.accumulateAndGet(stored.version(), Math::max);
        topic(message.topic()).load(message, stored.clearsAtMillis(), stored.version(), this);
    }

    /**
     * Takes away what has expired, a part of all topics at a time: it goes on where it stopped, and from the end to
     * the beginning. One thread at a time.
     *
     * @param maxVisits how many topics to look at, at most
     * @param removed hears of each that went, with the version of this change for {@link #store}
     * @return how many topics it looked at: fewer than {@code maxVisits} when it has reached the end
     */
    int expire(int maxVisits, ObjLongConsumer<TopicName> removed) {
        if (expiringTopics.sum() == 0) {
            sweptTo = beginning;
            return 0;
        }
        long now = nowMillis.getAsLong();
        Iterator<RetainedTopic> rest = from(sweptTo, false);
        for (int visits = 0; visits < maxVisits; visits++) {
            if (!rest.hasNext()) {
                sweptTo = beginning;
                return visits;
            }
            RetainedTopic topic = rest.next();
            sweptTo = topic.name().utf8();
            long version = topic.clearIfExpired(now, this);
            if (version > 0) {
                removed.accept(topic.name(), version);
            }
        }
        return maxVisits;
    }

    /** Whether no topic has one. */
    boolean isEmpty() {
        return topics.isEmpty();
    }

    /**
     * How many topics have a retained message; those that have expired count until they are swept, and what the server
     * says of itself below {@code $SYS} does not count.
     */
    long count() {
        return count.sum();
    }

    /** Rough bytes that these messages take. */
    long bytes() {
        return bytes.sum();
    }

    /** Rough bytes of those of them that no storage has yet. */
    long unsettledBytes() {
        return unsettledBytes.sum();
    }

    RetainedCache cache() {
        return cache;
    }

    /** The topics from a place on in {@link TopicOrder}; sees those that are there throughout. */
    Iterator<RetainedTopic> from(byte[] place, boolean inclusive) {
        return topics.tailMap(place, inclusive).values().iterator();
    }

    long nowMillis() {
        return nowMillis.getAsLong();
    }

    long nextVersion() {
        return versions.incrementAndGet();
    }

    /** A topic's message has changed, and with it what it counts for: 0 when there is none. */
    void replaced(TopicName topic, int bytesBefore, int bytesNow, boolean expiring, boolean expiringNow) {
        if (!isOfTheServer(topic)) {
            count.add((bytesNow == 0 ? 0 : 1) - (bytesBefore == 0 ? 0 : 1));
            bytes.add(bytesNow - bytesBefore);
        }
        expiringTopics.add((expiringNow ? 1 : 0) - (expiring ? 1 : 0));
    }

    /** More bytes, or less, wait for the storage. */
    void unsettled(int more) {
        if (more != 0) {
            unsettledBytes.add(more);
        }
    }

    private static boolean isOfTheServer(TopicName topic) {
        byte[] utf8 = topic.utf8();
        return utf8.length >= SYS.length && Arrays.equals(utf8, 0, SYS.length, SYS, 0, SYS.length);
    }

    /** A topic has got its first message; under its lock. */
    void remember(RetainedTopic topic) {
        byName.put(topic.name(), topic);
    }

    /** A topic has no message, and its last change is durable; under its lock. */
    void forget(RetainedTopic topic) {
        byName.remove(topic.name(), topic);
        topics.remove(topic.name().utf8(), topic);
    }
}
