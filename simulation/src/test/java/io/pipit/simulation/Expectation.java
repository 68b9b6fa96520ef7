package io.pipit.simulation;

import io.pipit.mqtt.Auth;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.UnsubAck;
import java.util.List;
import java.util.Objects;

/**
 * Whether a packet is the one that was expected. A PUBLISH is so in everything; of the properties of other packets, which
 * are the server's to choose, those count that were named.
 */
final class Expectation {
    private Expectation() {}

    /** A PUBLISH with any Packet Identifier, when none was named. */
    static boolean meets(PublishDraft expected, Packet actual) {
        return actual instanceof Publish publish
                && expected.dup() == publish.dup()
                && expected.qos() == publish.qos()
                && expected.retain() == publish.retain()
                && Objects.equals(expected.topic(), publish.topic())
                && expected.payload().equals(publish.payload())
                && containsAll(expected.properties(), publish.properties())
                && containsAll(publish.properties(), expected.properties())
                && (expected.packetIdentifier() == 0 || expected.packetIdentifier() == publish.packetIdentifier());
    }

    static boolean meets(Packet expected, Packet actual) {
        return expected.getClass() == actual.getClass()
                && withoutProperties(expected).equals(withoutProperties(actual))
                && containsAll(properties(actual), properties(expected));
    }

    private static Packet withoutProperties(Packet packet) {
        return switch (packet) {
            case ConnAck ack -> new ConnAck(ack.sessionPresent(), ack.reasonCode(), Properties.NONE);
            case PubAck ack -> new PubAck(ack.packetIdentifier(), ack.reasonCode(), Properties.NONE);
            case PubRec ack -> new PubRec(ack.packetIdentifier(), ack.reasonCode(), Properties.NONE);
            case PubRel ack -> new PubRel(ack.packetIdentifier(), ack.reasonCode(), Properties.NONE);
            case PubComp ack -> new PubComp(ack.packetIdentifier(), ack.reasonCode(), Properties.NONE);
            case SubAck ack -> new SubAck(ack.packetIdentifier(), Properties.NONE, ack.reasonCodes());
            case UnsubAck ack -> new UnsubAck(ack.packetIdentifier(), Properties.NONE, ack.reasonCodes());
            case Disconnect end -> new Disconnect(end.reasonCode(), Properties.NONE);
            case Auth auth -> new Auth(auth.reasonCode(), Properties.NONE);
            default -> packet;
        };
    }

    static Properties properties(Packet packet) {
        return switch (packet) {
            case ConnAck ack -> ack.properties();
            case Publish publish -> publish.properties();
            case PubAck ack -> ack.properties();
            case PubRec ack -> ack.properties();
            case PubRel ack -> ack.properties();
            case PubComp ack -> ack.properties();
            case SubAck ack -> ack.properties();
            case UnsubAck ack -> ack.properties();
            case Disconnect end -> end.properties();
            case Auth auth -> auth.properties();
            default -> Properties.NONE;
        };
    }

    private static boolean containsAll(Properties actual, Properties expected) {
        // each expected property, taken out of the actual ones, leaves nothing of the expected ones behind
        return expected.only(property -> !same(property, actual, expected)).isEmpty();
    }

    private static <T> boolean same(Property<T> property, Properties actual, Properties expected) {
        return ordered(property, actual).equals(ordered(property, expected));
    }

    /** Values that repeat keep their order, but for Subscription Identifiers, whose order says nothing. */
    private static <T> List<T> ordered(Property<T> property, Properties properties) {
        List<T> values = properties.all(property);
        return property == Property.SUBSCRIPTION_IDENTIFIER
                ? values.stream().sorted().toList()
                : values;
    }
}
