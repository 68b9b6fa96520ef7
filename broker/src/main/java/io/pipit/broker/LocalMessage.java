package io.pipit.broker;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;

/**
 * An application message between the broker and the program around it, either way. Immutable; any thread.
 *
 * @param qos of one that came: the QoS it was published at
 * @param retain of one to publish: whether the broker is to keep it for later subscribers; of one that came: whether
 *     it was kept, and met a new subscription
 * @param properties Message Expiry Interval, Payload Format Indicator, Content Type, Response Topic, Correlation Data
 *     and User Properties; others are not forwarded
 */
public record LocalMessage(TopicName topic, Payload payload, QoS qos, boolean retain, Properties properties) {
    public LocalMessage {
        payload.keep();
        properties.keep();
    }

    /** Not retained, without properties. */
    public LocalMessage(TopicName topic, Payload payload, QoS qos) {
        this(topic, payload, qos, false, Properties.NONE);
    }

    /**
     * Text at a topic, not retained, without properties.
     *
     * @throws IllegalArgumentException when the topic is no Topic Name
     */
    public static LocalMessage of(String topic, String text, QoS qos) {
        return new LocalMessage(TopicName.of(topic), Payload.of(text), qos);
    }

    /** This message with RETAIN. */
    public LocalMessage retained() {
        return new LocalMessage(topic, payload, qos, true, properties);
    }
}
