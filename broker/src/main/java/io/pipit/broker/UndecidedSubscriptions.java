package io.pipit.broker;

import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import java.util.ArrayList;
import java.util.List;
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
    private final List<Change> waiting = new ArrayList<>(2);

    UndecidedSubscriptions(Session session) {
        this.session = session;
    }

    /** These wait for the storage from now on. */
    void add(List<Change> changes) {
        waiting.addAll(changes);
    }

    /** These are durable. */
    void durable(List<Change> changes) {
        waiting.removeAll(changes);
        decided();
    }

    /** These are not durable: what was there before holds again, or comes in the place of what later ones go back to. */
    void refused(List<Change> changes) {
        for (Change change : changes) {
            int place = waiting.indexOf(change);
            Change later = waiting.subList(place + 1, waiting.size()).stream()
                    .filter(other -> other.filter.equals(change.filter))
                    .findFirst()
                    .orElse(null);
            waiting.remove(place);
            if (later != null) {
                later.before = change.before;
            } else if (!session.isEnded()) {
                takeBack(change);
            }
        }
        decided();
    }

    private void decided() {
        if (waiting.isEmpty()) {
            session.allDecided();
        }
    }

    /** Whether a change of the subscription with this filter waits. */
    boolean concern(TopicFilter filter) {
        return waiting.stream().anyMatch(change -> change.filter.equals(filter));
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
