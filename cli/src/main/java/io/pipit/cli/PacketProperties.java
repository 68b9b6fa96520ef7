package io.pipit.cli;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.UserProperty;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** The properties that {@code -D packet name value} sets, packet by packet. */
final class PacketProperties {
    /** The packets whose properties can be set, with the names of those that they may have. */
    enum Target {
        CONNECT("authentication-data authentication-method maximum-packet-size receive-maximum"
                + " request-problem-information request-response-information session-expiry-interval"
                + " topic-alias-maximum user-property"),
        PUBLISH("content-type correlation-data message-expiry-interval payload-format-indicator response-topic"
                + " topic-alias user-property"),
        WILL("content-type correlation-data message-expiry-interval payload-format-indicator response-topic"
                + " user-property will-delay-interval"),
        SUBSCRIBE("subscription-identifier user-property"),
        UNSUBSCRIBE("user-property"),
        DISCONNECT("reason-string session-expiry-interval user-property");

        private final String names;

        Target(String names) {
            this.names = names;
        }

        private boolean has(String name) {
            return (" " + names + " ").contains(" " + name + " ");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final long MAXIMUM_FOUR_BYTES = 0xFFFF_FFFFL;

    private final Map<Target, Properties.Builder> builders = new EnumMap<>(Target.class);

    boolean isEmpty() {
        return builders.isEmpty();
    }

    /** Those of one packet. */
    Properties of(Target target) {
        Properties.Builder builder = builders.get(target);
        return builder == null ? Properties.NONE : builder.build();
    }

    /** Adds one to a packet. */
    <T> void add(Target target, Property<T> property, T value) {
        builder(target).add(property, value);
    }

    private Properties.Builder builder(Target target) {
        return builders.computeIfAbsent(target, unset -> Properties.builder());
    }

    /** Reads what follows -D: packet, name and value, or for a user property its name and its value. */
    void parse(Arguments arguments) throws UsageException {
        Target target = target(arguments.value("packet, property and value"));
        String name = arguments.value("property and value").toLowerCase(Locale.ROOT);
        if (!target.has(name)) {
            throw new UsageException("-D " + target + " " + name + ": the properties of " + target + " are "
                    + target.names.replace(" ", ", "));
        }
        Properties.Builder builder = builder(target);
        switch (name) {
            case "authentication-data" ->
                once(builder, Property.AUTHENTICATION_DATA, Payload.of(arguments.value("data")));
            case "authentication-method" -> once(builder, Property.AUTHENTICATION_METHOD, arguments.value("a method"));
            case "content-type" -> once(builder, Property.CONTENT_TYPE, arguments.value("a content type"));
            case "correlation-data" -> once(builder, Property.CORRELATION_DATA, Payload.of(arguments.value("data")));
            case "maximum-packet-size" ->
                once(builder, Property.MAXIMUM_PACKET_SIZE, arguments.number("a size", 1, MAXIMUM_FOUR_BYTES));
            case "message-expiry-interval" ->
                once(builder, Property.MESSAGE_EXPIRY_INTERVAL, arguments.number("seconds", 0, MAXIMUM_FOUR_BYTES));
            case "payload-format-indicator" ->
                once(builder, Property.PAYLOAD_FORMAT_INDICATOR, integer(arguments, 0, 1));
            case "reason-string" -> once(builder, Property.REASON_STRING, arguments.value("a text"));
            case "receive-maximum" -> once(builder, Property.RECEIVE_MAXIMUM, integer(arguments, 1, 0xFFFF));
            case "request-problem-information" ->
                once(builder, Property.REQUEST_PROBLEM_INFORMATION, integer(arguments, 0, 1));
            case "request-response-information" ->
                once(builder, Property.REQUEST_RESPONSE_INFORMATION, integer(arguments, 0, 1));
            case "response-topic" -> once(builder, Property.RESPONSE_TOPIC, arguments.value("a topic"));
            case "session-expiry-interval" ->
                once(builder, Property.SESSION_EXPIRY_INTERVAL, arguments.number("seconds", 0, MAXIMUM_FOUR_BYTES));
            case "subscription-identifier" ->
                once(builder, Property.SUBSCRIPTION_IDENTIFIER, integer(arguments, 1, 268_435_455));
            case "topic-alias" -> once(builder, Property.TOPIC_ALIAS, integer(arguments, 1, 0xFFFF));
            case "topic-alias-maximum" -> once(builder, Property.TOPIC_ALIAS_MAXIMUM, integer(arguments, 0, 0xFFFF));
            case "will-delay-interval" ->
                once(builder, Property.WILL_DELAY_INTERVAL, arguments.number("seconds", 0, MAXIMUM_FOUR_BYTES));
            case "user-property" ->
                builder.add(
                        Property.USER_PROPERTY,
                        new UserProperty(arguments.value("name and value"), arguments.value("a value")));
            default -> throw new IllegalStateException(name + " is listed and not known");
        }
    }

    private static Target target(String text) throws UsageException {
        for (Target target : Target.values()) {
            if (target.name().equalsIgnoreCase(text)) {
                return target;
            }
        }
        throw new UsageException(
                "-D " + text + ": the packet is connect, publish, will, subscribe, unsubscribe or disconnect");
    }

    private static int integer(Arguments arguments, int minimum, int maximum) throws UsageException {
        return (int) arguments.number("the value", minimum, maximum);
    }

    private static <T> void once(Properties.Builder builder, Property<T> property, T value) throws UsageException {
        if (builder.build().has(property)) {
            throw new UsageException("-D: " + property + " is given twice");
        }
        builder.add(property, value);
    }
}
