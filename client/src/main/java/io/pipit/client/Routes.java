package io.pipit.client;

import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which listener gets what: the filters that the client has subscribed to. Guarded by the client's lock. */
final class Routes {
    private final Map<TopicFilter, MessageListener> byFilter = new LinkedHashMap<>();
    private final MessageListener unclaimed;

    Routes(MessageListener unclaimed) {
        this.unclaimed = unclaimed;
    }

    void add(TopicFilter filter, MessageListener listener) {
        byFilter.put(filter, listener);
    }

    void remove(TopicFilter filter) {
        byFilter.remove(filter);
    }

    /** Each listener once that has a matching filter, or the one for what nobody claims. */
    List<MessageListener> of(TopicName topic) {
        List<MessageListener> found = new ArrayList<>(1);
        for (Map.Entry<TopicFilter, MessageListener> route : byFilter.entrySet()) {
            if (route.getKey().matches(topic) && !found.contains(route.getValue())) {
                found.add(route.getValue());
            }
        }
        return found.isEmpty() ? List.of(unclaimed) : found;
    }

    /** Every listener once. */
    Set<MessageListener> all() {
        Set<MessageListener> all = new LinkedHashSet<>(byFilter.values());
        all.add(unclaimed);
        return all;
    }
}
