package io.pipit.broker;

import io.pipit.mqtt.EncodedPublish;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import org.jspecify.annotations.Nullable;

/**
 * The encodings of the message that a loop delivers at the moment: once per shape (version, QoS, RETAIN, Subscription
 * Identifiers), however many the receivers. Confined to its loop, and forgotten at the end of each turn.
 */
@SuppressWarnings("ReferenceEquality") // another message that is equal has another expiry at most: it is encoded anew
final class EncodedShapes {
    private static final int SHAPES = 8;

    private final @Nullable ProtocolVersion[] versions = new @Nullable ProtocolVersion[SHAPES];
    private final @Nullable Terms[] terms = new @Nullable Terms[SHAPES];
    private final @Nullable EncodedPublish[] encoded = new @Nullable EncodedPublish[SHAPES];
    private @Nullable Message message;
    private int count;

    /** The PUBLISH of a message by these terms. */
    EncodedPublish of(Message wanted, Terms by, ProtocolVersion version, BrokerTime time) {
        if (wanted != message) {
            forget();
            message = wanted;
        }
        for (int i = 0; i < count; i++) {
            Terms known = terms[i];
            EncodedPublish shape = encoded[i];
            if (versions[i] == version && known != null && known.looksLike(by) && shape != null) {
                return shape;
            }
        }
        EncodedPublish shape = new EncodedPublish(
                version,
                wanted.topic(),
                by.qos(),
                by.retain(),
                version.hasProperties() ? propertiesOf(wanted, by, time) : Properties.NONE,
                wanted.payload());
        if (count < SHAPES) {
            versions[count] = version;
            terms[count] = by;
            encoded[count++] = shape;
        }
        return shape;
    }

    /** The properties of a delivery: the message's, and the identifiers of the subscriptions. */
    static Properties propertiesOf(Message message, Terms terms, BrokerTime time) {
        Properties properties = message.propertiesNow(time);
        if (terms.identifiers().length == 0) {
            return properties;
        }
        Properties.Builder builder = properties.toBuilder();
        for (int identifier : terms.identifiers()) {
            builder.add(Property.SUBSCRIPTION_IDENTIFIER, identifier);
        }
        return builder.build();
    }

    /** Lets go of the message. */
    void forget() {
        message = null;
        while (count > 0) {
            encoded[--count] = null;
        }
    }
}
