package io.pipit.broker;

import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Topic Aliases of one connection, both ways (section 3.3.2.3.4). Confined to its loop. */
final class TopicAliases {
    private final int incomingMaximum;
    private final int outgoingMaximum;
    private @Nullable TopicName[] incoming = none();
    private @Nullable Map<TopicName, Integer> outgoing;

    /**
     * No aliases yet.
     *
     * @param incomingMaximum the highest that the client may use
     * @param outgoingMaximum the highest that the broker uses
     */
    TopicAliases(int incomingMaximum, int outgoingMaximum) {
        this.incomingMaximum = incomingMaximum;
        this.outgoingMaximum = outgoingMaximum;
    }

    private static @Nullable TopicName[] none() {
        return new @Nullable TopicName[0];
    }

    /** The topic of a PUBLISH from the client; learns its alias when it has both. */
    TopicName resolve(Publish publish) throws ProtocolException {
        TopicName topic = publish.topic();
        if (publish.properties().isEmpty() && topic != null) {
            return topic;
        }
        Integer alias = publish.properties().get(Property.TOPIC_ALIAS);
        if (alias == null) {
            if (topic == null) {
                throw new ProtocolException("PUBLISH without Topic Name and Topic Alias", ReasonCode.PROTOCOL_ERROR);
            }
            return topic;
        }
        if (alias > incomingMaximum) { // [MQTT-3.3.2-9]
            throw new ProtocolException(
                    "Topic Alias " + alias + " is above the maximum of " + incomingMaximum,
                    ReasonCode.TOPIC_ALIAS_INVALID);
        }
        if (incoming.length == 0) {
            incoming = new @Nullable TopicName[incomingMaximum + 1];
        }
        if (topic != null) {
            incoming[alias] = topic;
            return topic;
        }
        TopicName known = incoming[alias];
        if (known == null) {
            throw new ProtocolException("Topic Alias " + alias + " stands for no topic", ReasonCode.PROTOCOL_ERROR);
        }
        return known;
    }

    /** Whether the client takes aliases. */
    boolean areSent() {
        return outgoingMaximum > 0;
    }

    /** The alias that the client knows for a topic, or 0. */
    int known(TopicName topic) {
        return outgoing == null ? 0 : outgoing.getOrDefault(topic, 0);
    }

    /** A new alias for a topic, or 0 when all are in use. */
    int assign(TopicName topic) {
        Map<TopicName, Integer> aliases = outgoing;
        if (aliases == null) {
            aliases = new HashMap<>();
            outgoing = aliases;
        }
        if (aliases.size() >= outgoingMaximum) {
            return 0;
        }
        aliases.put(topic, aliases.size() + 1);
        return aliases.size();
    }

    /** The PUBLISH that was to tell the client of the newest alias was not sent. */
    void forget(TopicName topic) {
        Map<TopicName, Integer> aliases = outgoing;
        if (aliases != null) {
            aliases.remove(topic);
        }
    }
}
