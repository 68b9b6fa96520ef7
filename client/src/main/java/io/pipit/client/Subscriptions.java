package io.pipit.client;

import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the client has subscribed to, who gets what comes, and what to ask for again when the server has lost it.
 * Guarded by the client's lock.
 */
final class Subscriptions {
    /** One SUBSCRIBE of the application, whose filters share its properties and its listener. */
    static final class Call {
        private final Properties properties;
        private final MessageListener listener;
        private final List<SubscriptionRequest> requests;
        /** What the filters had before, for the case that the server refuses. */
        private final Map<TopicFilter, Entry> before = new LinkedHashMap<>();

        private Call(List<SubscriptionRequest> requests, Properties properties, MessageListener listener) {
            this.requests = List.copyOf(requests);
            this.properties = properties;
            this.listener = listener;
        }

        Properties properties() {
            return properties;
        }
    }

    /** A subscription is no more, of which its listener is to hear. */
    record Loss(MessageListener listener, MqttException cause) {}

    /** One filter; established when the server has granted it. */
    private record Entry(SubscriptionRequest request, Call call, boolean established) {
        Entry granted() {
            return new Entry(request, call, true);
        }
    }

    private final Map<TopicFilter, Entry> entries = new LinkedHashMap<>();
    private final MessageListener unclaimed;

    Subscriptions(MessageListener unclaimed) {
        this.unclaimed = unclaimed;
    }

    /** A SUBSCRIBE is about to be sent: its messages may come before its answer. */
    Call begin(List<SubscriptionRequest> requests, Properties properties, MessageListener listener) {
        Call call = new Call(requests, properties, listener);
        for (SubscriptionRequest request : requests) {
            Entry before = entries.put(request.filter(), new Entry(request, call, false));
            if (before != null) {
                call.before.putIfAbsent(request.filter(), before);
            }
        }
        return call;
    }

    /** The answer to a SUBSCRIBE, or null when none came: what was not granted is as before. */
    void end(Call call, @Nullable SubAck answer) {
        for (int i = 0; i < call.requests.size(); i++) {
            TopicFilter filter = call.requests.get(i).filter();
            Entry entry = entries.get(filter);
            if (entry == null || entry.call != call) {
                continue; // unsubscribed or subscribed anew meanwhile
            }
            boolean granted = answer != null
                    && i < answer.reasonCodes().size()
                    && !answer.reasonCodes().get(i).isError();
            Entry before = call.before.get(filter);
            if (granted) {
                entries.put(filter, entry.granted());
            } else if (before != null && before.established) {
                entries.put(filter, before);
            } else {
                entries.remove(filter);
            }
        }
        call.before.clear();
    }

    void remove(TopicFilter filter) {
        entries.remove(filter);
    }

    /** The server's answer when it was asked again for what it had lost; returns what it refused. */
    List<Loss> restored(Call call, Subscribe asked, SubAck answer) {
        List<Loss> losses = new ArrayList<>();
        for (int i = 0; i < asked.subscriptions().size(); i++) {
            TopicFilter filter = asked.subscriptions().get(i).filter();
            ReasonCode reason =
                    i < answer.reasonCodes().size() ? answer.reasonCodes().get(i) : ReasonCode.UNSPECIFIED_ERROR;
            if (reason.isError() && remove(filter, call)) {
                MqttException cause = new MqttException(
                        Failure.REJECTED,
                        "the server refused to restore the subscription to " + filter + ": "
                                + Connection.reason(reason, answer.properties()),
                        reason,
                        answer.properties());
                losses.add(new Loss(call.listener, cause));
            }
        }
        return losses;
    }

    /** It could not be asked again; returns what is lost. */
    List<Loss> notRestored(Call call, Subscribe asked, MqttException cause) {
        List<Loss> losses = new ArrayList<>();
        for (SubscriptionRequest request : asked.subscriptions()) {
            if (remove(request.filter(), call)) {
                losses.add(new Loss(call.listener, cause));
            }
        }
        return losses;
    }

    /** Removes a filter if it is still that call's; says whether it was. */
    private boolean remove(TopicFilter filter, Call call) {
        Entry entry = entries.get(filter);
        return entry != null && entry.call == call && entries.remove(filter, entry);
    }

    /** The server has none of them, and the application will subscribe by itself. */
    void clear() {
        entries.clear();
    }

    /** The server has lost them all. Returns what it had granted, as it was asked for. */
    Map<Call, List<SubscriptionRequest>> lost() {
        Map<Call, List<SubscriptionRequest>> granted = new LinkedHashMap<>();
        for (Entry entry : entries.values()) {
            entry.call.before.clear();
            if (entry.established) {
                granted.computeIfAbsent(entry.call, call -> new ArrayList<>()).add(entry.request);
            }
        }
        return granted;
    }

    /** Each listener once that has a matching filter, or the one for what nobody claims. */
    List<MessageListener> of(TopicName topic) {
        List<MessageListener> found = new ArrayList<>(1);
        for (Map.Entry<TopicFilter, Entry> each : entries.entrySet()) {
            MessageListener listener = each.getValue().call.listener;
            if (each.getKey().matches(topic) && !found.contains(listener)) {
                found.add(listener);
            }
        }
        return found.isEmpty() ? List.of(unclaimed) : found;
    }

    /** Every listener once. */
    Set<MessageListener> listeners() {
        Set<MessageListener> all = new LinkedHashSet<>();
        for (Entry entry : entries.values()) {
            all.add(entry.call.listener);
        }
        all.add(unclaimed);
        return all;
    }
}
