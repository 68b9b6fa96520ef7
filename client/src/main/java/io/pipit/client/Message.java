package io.pipit.client;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;

/**
 * An application message to be published, free of any one transmission.
 *
 * @param retain whether the server shall keep it for later subscribers
 * @param properties those that PUBLISH may have (MQTT 5.0); not sent by 3.x
 */
public record Message(TopicName topic, Payload payload, QoS qos, boolean retain, Properties properties) {
    public Message {
        if (properties.has(Property.SUBSCRIPTION_IDENTIFIER)) { // [MQTT-3.3.4-6]
            throw new IllegalArgumentException("a Subscription Identifier comes from servers only");
        }
    }

    /** Not retained, without properties. */
    public Message(TopicName topic, Payload payload, QoS qos) {
        this(topic, payload, qos, false, Properties.NONE);
    }

    /** Text at a topic, not retained, without properties. */
    public static Message of(String topic, String text, QoS qos) {
        return new Message(TopicName.of(topic), Payload.of(text), qos);
    }

    /** This, retained. */
    public Message retained() {
        return new Message(topic, payload, qos, true, properties);
    }

    /** This with one more property, such as {@code with(Property.CONTENT_TYPE, "text/plain")}. */
    public <T> Message with(Property<T> property, T value) {
        return new Message(topic, payload, qos, retain, properties.with(property, value));
    }
}
