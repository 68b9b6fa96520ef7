package io.pipit.broker;

import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one session's subscriptions that hold already and are not durable yet, in their order: one that the
 * storage refuses is taken back, also from under a later one that still waits. Confined to the session's loop.
 */
final class UndecidedSubscriptions {
    /** What one filter of a SUBSCRIBE or UNSUBSCRIBE has changed. */
    static final class Change {
        private final TopicFilter filter;
        private @Nullable Subscription before;

        /**
         * A change.
         *
         * @param before what there was, or null
         */
        Change(TopicFilter filter, @Nullable Subscription before) {
            this.filter = filter;
            this.before = before;
        }
    }

    private final Session session;

    /** By filters, since one packet may change very many, or one very often. */
    private final Map<TopicFilter, Deque<Change>> waiting = new HashMap<>();

    UndecidedSubscriptions(Session session) {
        this.session = session;
    }

    /** These wait for the storage from now on. */
    void add(List<Change> changes) {
        for (Change change : changes) {
            waiting.computeIfAbsent(change.filter, filter -> new ArrayDeque<>(1))
                    .add(change);
        }
    }

    /** These are durable. */
    void durable(List<Change> changes) {
        changes.forEach(this::remove);
        decided();
    }

    /** These are not durable: what was there before holds again, or comes in the place of what later ones go back to. */
    void refused(List<Change> changes) {
        for (Change change : changes) {
            Change later = remove(change);
            if (later != null) {
                later.before = change.before;
            } else if (!session.isEnded()) {
                takeBack(change);
            }
        }
        decided();
    }

    /** Takes one out; returns the next later one of the same filter, or null. */
    private @Nullable Change remove(Change change) {
        Deque<Change> same = waiting.getOrDefault(change.filter, new ArrayDeque<>(0));
        Change later = null;
        for (Iterator<Change> all = same.iterator(); all.hasNext(); ) {
            if (all.next() == change) {
                all.remove();
                later = all.hasNext() ? all.next() : null;
                break;
            }
        }
        if (same.isEmpty()) {
            waiting.remove(change.filter);
        }
        return later;
    }

    private void decided() {
        if (waiting.isEmpty()) {
            session.allDecided();
        }
    }

    /** Whether a change of the subscription with this filter waits. */
    boolean concern(TopicFilter filter) {
        return waiting.containsKey(filter);
    }

    private void takeBack(Change change) {
        Subscription before = change.before;
        if (before != null) {
            session.subscribe(new SubscriptionRequest(change.filter, before.options()), before.identifier());
        } else {
            session.unsubscribe(change.filter);
        }
    }
}
