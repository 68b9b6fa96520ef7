package io.pipit.client;

import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** The Topic Aliases that the server has set on one connection (MQTT 5.0, section 3.3.2.3.4). Used by its reader. */
final class TopicAliases {
    private final @Nullable TopicName[] topics;

    /** With 0 the server may use none. */
    TopicAliases(int topicAliasMaximum) {
        this.topics = new @Nullable TopicName[topicAliasMaximum + 1];
    }

    /** The topic of a PUBLISH, whose alias is set or looked up. */
    TopicName resolve(Publish publish) throws ProtocolException {
        TopicName topic = publish.topic();
        Integer alias = publish.properties().get(Property.TOPIC_ALIAS);
        if (alias == null) {
            if (topic == null) {
                throw new ProtocolException("PUBLISH without topic and alias", ReasonCode.PROTOCOL_ERROR);
            }
            return topic;
        }
        if (alias < 1 || alias >= topics.length) { // [MQTT-3.1.2-26]
            throw new ProtocolException(
                    "Topic Alias " + alias + " is not 1 to " + (topics.length - 1), ReasonCode.TOPIC_ALIAS_INVALID);
        }
        if (topic != null) {
            topics[alias] = topic;
            return topic;
        }
        TopicName known = topics[alias];
        if (known == null) {
            throw new ProtocolException("Topic Alias " + alias + " was never set", ReasonCode.PROTOCOL_ERROR);
        }
        return known;
    }
}
