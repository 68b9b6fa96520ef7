package io.pipit.broker;

import io.pipit.mqtt.TopicName;
import java.util.HashSet;
import java.util.Set;

/**
 * The topics on which the storage has refused a PUBLISH of a connection in 3.x. That cannot be told to the client, which
 * sends it again on its next connection: so what follows on the topic is refused until then, too, or it would come
 * first [3.1.1:MQTT-4.6.0-6]. Confined to the connection's loop.
 */
final class RefusedTopics {
    /** With more topics than this, all count as refused. */
    private static final int MOST = 1024;

    private final Set<TopicName> topics = new HashSet<>();

    void add(TopicName topic) {
        if (topics.size() < MOST) {
            topics.add(topic);
        }
    }

    boolean contains(TopicName topic) {
        return topics.size() == MOST || topics.contains(topic);
    }
}
