package io.pipit.acceptance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What MQTT 5.0 adds to an application message, of both directions; all of it absent in {@link #NONE}. */
record MessageProperties(
        List<UserProperty> userProperties,
        @Nullable Long expirySeconds,
        @Nullable String contentType,
        @Nullable String responseTopic,
        @Nullable String correlationData,
        @Nullable Boolean utf8,
        List<Integer> subscriptionIdentifiers,
        @Nullable Integer topicAlias) {

    static final MessageProperties NONE =
            new MessageProperties(List.of(), null, null, null, null, null, List.of(), null);

    MessageProperties {
        userProperties = List.copyOf(userProperties);
        subscriptionIdentifiers = List.copyOf(subscriptionIdentifiers);
    }

    static MessageProperties userProperties(UserProperty... properties) {
        return new MessageProperties(List.of(properties), null, null, null, null, null, List.of(), null);
    }

    static MessageProperties expiry(long seconds) {
        return new MessageProperties(List.of(), seconds, null, null, null, null, List.of(), null);
    }

    static MessageProperties content(String contentType, boolean utf8) {
        return new MessageProperties(List.of(), null, contentType, null, null, utf8, List.of(), null);
    }

    static MessageProperties request(String responseTopic, String correlationData) {
        return new MessageProperties(List.of(), null, null, responseTopic, correlationData, null, List.of(), null);
    }

    static MessageProperties alias(int topicAlias) {
        return new MessageProperties(List.of(), null, null, null, null, null, List.of(), topicAlias);
    }
}
