package io.pipit.broker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which subscriptions a Topic Name matches: one for the whole broker, shared by all its loops. Subscriptions are
 * compared by identity.
 *
 * <h2>How it is laid out</h2>
 * Filters without wildcards lie in a hash map by their bytes. Those with wildcards lie in a trie by their levels, in
 * which a level that leads to one filter only ends in a {@link FilterLeaf}, so that a million filters {@code dev/<id>/cmd/+}
 * need one node and a million leaves. The branches of a level and the exact filters are {@link LevelMap}s, the
 * subscriptions of a filter one of {@link SubscriberSets}: neither copies more than a few dozen references for a change,
 * however many children a level and however many subscriptions a filter has.
 *
 * <p>A leaf becomes a node when a second filter needs that level, and a node goes when no filter is left behind it; it
 * does not become a leaf again before.
 *
 * <h2>Who sees what</h2>
 * Any thread may call anything. A change takes the one lock and becomes visible by a single volatile write; readers
 * take no lock. A match reports every subscription that is there from its beginning to its end, none that was taken
 * out before it began, and of a replacement exactly one of the two.
 *
 * <p>A change writes, in this order: the index, then the version of every topic that may match its filter; then it
 * returns. A reader that wants to keep a result reads the version, then matches. If it later reads the same version,
 * then no change had counted itself meanwhile, so every change that had returned before this second reading had
 * counted itself before the first, and the match has seen it: the kept result is what a match would have given then.
 * (It may contain a change that has not returned yet, early; the next version discards it.)
 *
 * <p>All of these reads and writes are volatile and so in one order with every other volatile access of the
 * program. Hence, of a thread that writes A, then reads a version or matches, and a thread that changes the index, then
 * reads A, at least one sees the other; retained messages depend on it.
 *
 * <p>The depth of the recursion is at most the number of levels of the deepest filter, which the limit on topic levels
 * bounds.
 *
 * @param <S> the subscriptions; a shared subscription's group is one
 */
final class SubscriptionIndex<S> {
    private final ReentrantLock lock = new ReentrantLock();
    private final LevelHash hashes;
    private final SubscriberSets<S> sets;
    private final MatchVersions versions;
    private final LevelNode wildcards = new LevelNode(null, 0);

    @GuardedBy("lock")
    private final FilterTails tails;

    private volatile @Nullable Object exact;
    private final AtomicInteger filters = new AtomicInteger();
    private final AtomicInteger size = new AtomicInteger();

    /** An empty index whose larger sets of subscriptions are visited in an order that differs from run to run. */
    SubscriptionIndex() {
        this(System::identityHashCode);
    }

    /**
     * An empty index whose order of visits repeats from run to run if these hashes do.
     *
     * @param hash a hash of a subscription that never changes, and that only few have in common
     */
    SubscriptionIndex(ToIntFunction<? super S> hash) {
        this(hash, new LevelHash());
    }

    /** An empty index over hash functions of the caller's. */
    SubscriptionIndex(ToIntFunction<? super S> hash, LevelHash hashes) {
        this.hashes = hashes;
        this.sets = new SubscriberSets<>(hash);
        this.versions = new MatchVersions(hashes);
        this.tails = new FilterTails(hashes);
    }

    /** Adds a subscription of a filter, which has no Share Name; no effect if it is there. */
    void add(TopicFilter filter, S subscription) {
        make(filter, new SubscriptionChange<>(sets, null, subscription));
    }

    /** Removes a subscription of a filter; returns whether it was there. */
    boolean remove(TopicFilter filter, S subscription) {
        return make(filter, new SubscriptionChange<>(sets, subscription, null));
    }

    /**
     * Puts a subscription in the place of another of the same filter: every match finds exactly one of them.
     *
     * @throws IllegalArgumentException when the old one is not there
     */
    void replace(TopicFilter filter, S old, S replacement) {
        if (!make(filter, new SubscriptionChange<>(sets, old, replacement))) {
            throw new IllegalArgumentException("no subscription of " + filter + " to replace: " + old);
        }
    }

    /**
     * Visits the subscriptions of every filter that matches a Topic Name: each once for each of its filters. The
     * visitor may change the index; whether this match sees that is open.
     */
    void match(TopicName topic, Consumer<? super S> found) {
        byte[] name = topic.utf8();
        Object map = exact;
        if (map != null
                && LevelMap.find(map, name, 0, name.length, hashes.of(name, 0, name.length))
                        instanceof FilterLeaf leaf) {
            sets.forEach(leaf.subscribers, found);
        }
        descend(wildcards, name, 0, found);
    }

    /** The version of the matches of a topic: while it is the same, so are they; see above. */
    long version(TopicName topic) {
        return versions.of(versions.stripeOf(topic.utf8()));
    }

    /** What {@link #version(int)} wants to know of a topic, always the same for it. */
    int stripe(TopicName topic) {
        return versions.stripeOf(topic.utf8());
    }

    /** The version of the matches of all topics of a stripe. */
    long version(int stripe) {
        return versions.of(stripe);
    }

    /** How many subscriptions there are. */
    int size() {
        return size.get();
    }

    /** How many filters have subscriptions. */
    int filters() {
        return filters.get();
    }

    /** Whether it holds nothing, no node left behind by a filter that went away either. */
    boolean isEmpty() {
        return exact == null && wildcards.isEmpty();
    }

    /** Visits what matches behind a node, which stands for all levels of the name before this one. */
    private void descend(LevelNode start, byte[] name, int levelFrom, Consumer<? super S> found) {
        LevelNode node = start;
        int from = levelFrom;
        while (true) {
            int end = Levels.end(name, from);
            if (from > 0 || name[0] != '$') { // [MQTT-4.7.2-1]
                sets.forEach(node.rest, found);
                LevelBranch any = node.any;
                if (any != null) {
                    LevelNode next = follow(any, name, end, found);
                    if (next != null) {
                        descend(next, name, end + 1, found);
                    }
                }
            }
            Object children = node.children;
            if (children == null) {
                return;
            }
            LevelBranch child = LevelMap.find(children, name, from, end, hashes.of(name, from, end));
            LevelNode next = child == null ? null : follow(child, name, end, found);
            if (next == null) {
                return;
            }
            node = next;
            from = end + 1;
        }
    }

    /** Visits what ends at a branch whose level of the name ends here; returns the node if there is more behind it. */
    private @Nullable LevelNode follow(LevelBranch branch, byte[] name, int end, Consumer<? super S> found) {
        return switch (branch) {
            case FilterLeaf leaf -> {
                if (leaf.matchesRest(name, end)) {
                    sets.forEach(leaf.subscribers, found);
                }
                yield null;
            }
            case LevelNode node when end < name.length -> node;
            case LevelNode node -> {
                sets.forEach(node.here, found);
                sets.forEach(node.rest, found); // # includes the parent level
                yield null;
            }
        };
    }

    private boolean make(TopicFilter filter, SubscriptionChange<S> change) {
        if (filter.isShared()) {
            throw new IllegalArgumentException("the index takes filters without a Share Name, not " + filter);
        }
        byte[] bytes = filter.utf8();
        lock.lock();
        try {
            if (filter.hasWildcards()) {
                changeBehind(wildcards, bytes, 0, change);
            } else {
                exact = mapChanged(exact, bytes, 0, bytes.length, change);
            }
            if (!change.isMade()) {
                return false;
            }
            filters.addAndGet(change.filtersMore());
            size.addAndGet(change.subscriptionsMore());
            versions.countChange(bytes);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Changes the filter whose levels from an index on lie behind a node. */
    @GuardedBy("lock")
    private void changeBehind(LevelNode node, byte[] filter, int from, SubscriptionChange<S> change) {
        int end = Levels.end(filter, from);
        switch (filter.length == from ? 0 : filter[from]) {
            case '#' -> node.rest = change.appliedTo(node.rest);
            case '+' -> node.any = branchChanged(node.any, filter, from, end, change);
            default -> node.children = mapChanged(node.children, filter, from, end, change);
        }
    }

    /** The map in which the branch of one level, or of a whole exact filter, has been changed. */
    @GuardedBy("lock")
    private @Nullable Object mapChanged(
            @Nullable Object map, byte[] filter, int from, int end, SubscriptionChange<S> change) {
        LevelBranch old = LevelMap.find(map, filter, from, end, hashes.of(filter, from, end));
        LevelBranch next = branchChanged(old, filter, from, end, change);
        if (next == old) {
            return map;
        }
        if (next != null) {
            return LevelMap.with(map, next);
        }
        return map == null || old == null ? map : LevelMap.without(map, old);
    }

    /** The branch of the level that ends here, changed in place or anew; null when it is empty. */
    @GuardedBy("lock")
    private @Nullable LevelBranch branchChanged(
            @Nullable LevelBranch branch, byte[] filter, int from, int end, SubscriptionChange<S> change) {
        return switch (branch) {
            case null -> {
                Object subscribers = change.appliedTo(null);
                yield subscribers == null ? null : leafOf(filter, from, end, subscribers);
            }
            case FilterLeaf leaf
            when leaf.hasRest(filter, end) -> {
                Object subscribers = change.appliedTo(leaf.subscribers);
                if (subscribers != null) {
                    leaf.subscribers = subscribers;
                }
                yield subscribers == null ? null : leaf;
            }
            case FilterLeaf leaf when !change.createsFilter() -> leaf;
            case FilterLeaf leaf -> branchChanged(nodeOf(leaf), filter, from, end, change);
            case LevelNode node -> {
                if (end == filter.length) {
                    node.here = change.appliedTo(node.here);
                } else {
                    changeBehind(node, filter, end + 1, change);
                }
                yield node.isEmpty() ? null : node;
            }
        };
    }

    /** A node for the level of a leaf with what lies behind that leaf, not yet to be seen by anybody. */
    @GuardedBy("lock")
    private LevelNode nodeOf(FilterLeaf leaf) {
        LevelNode node = new LevelNode(leaf.longKey, leaf.hash);
        byte[] tail = leaf.tail;
        if (leaf.tailFrom == tail.length) {
            node.here = leaf.subscribers;
            return node;
        }
        int from = leaf.tailFrom + 1;
        int end = Levels.end(tail, from);
        switch (tail.length == from ? 0 : tail[from]) {
            case '#' -> node.rest = leaf.subscribers;
            case '+' -> node.any = leafOf(tail, from, end, leaf.subscribers);
            default -> node.children = leafOf(tail, from, end, leaf.subscribers);
        }
        return node;
    }

    @GuardedBy("lock")
    private FilterLeaf leafOf(byte[] filter, int from, int end, Object subscribers) {
        return tails.leafOf(filter, from, end, hashes.of(filter, from, end), subscribers);
    }
}
