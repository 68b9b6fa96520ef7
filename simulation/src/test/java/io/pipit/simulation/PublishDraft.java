package io.pipit.simulation;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.UserProperty;
import org.jspecify.annotations.Nullable;

/**
 * A PUBLISH in the making, to be sent or to be expected; each word makes a new one. At first it is of QoS 0.
 *
 * @param packetIdentifier 0 for none; of an expected one at QoS 1 and 2, 0 for any
 */
public record PublishDraft(
        boolean dup,
        QoS qos,
        boolean retain,
        @Nullable TopicName topic,
        int packetIdentifier,
        Properties properties,
        Payload payload) {

    static PublishDraft of(@Nullable String topic, Payload payload) {
        return new PublishDraft(
                false,
                QoS.AT_MOST_ONCE,
                false,
                topic == null ? null : TopicName.of(topic),
                0,
                Properties.NONE,
                payload);
    }

    /** The packet. */
    public Publish packet() {
        return new Publish(dup, qos, retain, topic, packetIdentifier, properties, payload);
    }

    /** At QoS 1, to be expected with any Packet Identifier. */
    public PublishDraft qos1() {
        return qos(QoS.AT_LEAST_ONCE, 0);
    }

    /** At QoS 1 with this Packet Identifier. */
    public PublishDraft qos1(int packetIdentifier) {
        return qos(QoS.AT_LEAST_ONCE, packetIdentifier);
    }

    /** At QoS 2, to be expected with any Packet Identifier. */
    public PublishDraft qos2() {
        return qos(QoS.EXACTLY_ONCE, 0);
    }

    /** At QoS 2 with this Packet Identifier. */
    public PublishDraft qos2(int packetIdentifier) {
        return qos(QoS.EXACTLY_ONCE, packetIdentifier);
    }

    /** At QoS 0. */
    public PublishDraft qos0() {
        return qos(QoS.AT_MOST_ONCE, 0);
    }

    public PublishDraft qos(QoS other, int identifier) {
        return new PublishDraft(dup, other, retain, topic, identifier, properties, payload);
    }

    public PublishDraft asDuplicate() {
        return new PublishDraft(true, qos, retain, topic, packetIdentifier, properties, payload);
    }

    public PublishDraft retained() {
        return new PublishDraft(dup, qos, true, topic, packetIdentifier, properties, payload);
    }

    /** Without Topic Name: its Topic Alias says it. */
    public PublishDraft withoutTopic() {
        return new PublishDraft(dup, qos, retain, null, packetIdentifier, properties, payload);
    }

    public <T> PublishDraft with(Property<T> property, T value) {
        return new PublishDraft(dup, qos, retain, topic, packetIdentifier, properties.with(property, value), payload);
    }

    /** With a Message Expiry Interval of so many seconds. */
    public PublishDraft expiry(long seconds) {
        return with(Property.MESSAGE_EXPIRY_INTERVAL, seconds);
    }

    /** With a Will Delay Interval of so many seconds: as a Will Message only. */
    public PublishDraft delay(long seconds) {
        return with(Property.WILL_DELAY_INTERVAL, seconds);
    }

    public PublishDraft alias(int topicAlias) {
        return with(Property.TOPIC_ALIAS, topicAlias);
    }

    public PublishDraft identifier(int subscriptionIdentifier) {
        return with(Property.SUBSCRIPTION_IDENTIFIER, subscriptionIdentifier);
    }

    public PublishDraft userProperty(String name, String value) {
        return with(Property.USER_PROPERTY, new UserProperty(name, value));
    }

    TopicName topicName() {
        if (topic == null) {
            throw new IllegalStateException("no Topic Name");
        }
        return topic;
    }
}
