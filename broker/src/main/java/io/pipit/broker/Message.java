package io.pipit.broker;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * An application message: what was published, free of any one transmission of it.
 *
 * @param retain as its publisher set it
 * @param properties those that are forwarded unaltered: Payload Format Indicator, Content Type, Response Topic,
 *     Correlation Data, User Properties [MQTT-3.3.2-17]
 * @param expiresAtMillis in the broker's own time, or {@link #NEVER}
 * @param publisher whose message it is, for No Local; null when the broker itself publishes
 */
public record Message(
        TopicName topic,
        Payload payload,
        QoS qos,
        boolean retain,
        Properties properties,
        long expiresAtMillis,
        @Nullable ClientIdentifier publisher) {
    /** The expiry of a message without Message Expiry Interval. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Rough bytes of heap beside topic and payload. */
    private static final int OVERHEAD = 96;

    /** Whether a property of a PUBLISH is forwarded with the message, unaltered [MQTT-3.3.2-17]. */
    static boolean isForwarded(Property<?> property) {
        return property == Property.PAYLOAD_FORMAT_INDICATOR
                || property == Property.CONTENT_TYPE
                || property == Property.RESPONSE_TOPIC
                || property == Property.CORRELATION_DATA
                || property == Property.USER_PROPERTY;
    }

    /** Makes it independent of the read buffer and so of turn and thread; returns this. */
    Message keep() {
        payload.keep();
        properties.keep();
        return this;
    }

    /** This message with an equal topic, so that its own need not be kept. */
    @SuppressWarnings("ReferenceEquality") // equal they are; the same saves a copy
    Message at(TopicName equalTopic) {
        return equalTopic == topic
                ? this
                : new Message(equalTopic, payload, qos, retain, properties, expiresAtMillis, publisher);
    }

    /** What it counts for in bounds by bytes. */
    int bytes() {
        return OVERHEAD + topic.size() + payload.size();
    }

    /** Whether its expiry has passed; the moment itself still counts. */
    boolean isExpired(long nowMillis) {
        return nowMillis > expiresAtMillis;
    }

    /** The properties for a delivery now: with the rest of the Message Expiry Interval [MQTT-3.3.2-6]. */
    Properties propertiesNow(BrokerTime time) {
        if (expiresAtMillis == NEVER) {
            return properties;
        }
        long seconds = Math.max(0, expiresAtMillis - time.millis() + 999) / 1000;
        return properties.with(Property.MESSAGE_EXPIRY_INTERVAL, seconds);
    }
}
