package io.pipit.mqtt;

import static io.pipit.mqtt.PacketType.AUTH;
import static io.pipit.mqtt.PacketType.CONNACK;
import static io.pipit.mqtt.PacketType.CONNECT;
import static io.pipit.mqtt.PacketType.DISCONNECT;
import static io.pipit.mqtt.PacketType.PUBACK;
import static io.pipit.mqtt.PacketType.PUBCOMP;
import static io.pipit.mqtt.PacketType.PUBLISH;
import static io.pipit.mqtt.PacketType.PUBREC;
import static io.pipit.mqtt.PacketType.PUBREL;
import static io.pipit.mqtt.PacketType.SUBACK;
import static io.pipit.mqtt.PacketType.SUBSCRIBE;
import static io.pipit.mqtt.PacketType.UNSUBACK;
import static io.pipit.mqtt.PacketType.UNSUBSCRIBE;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A property of MQTT 5.0 (section 2.2.2.2): its identifier, how its value looks on the wire, and the packets
 * that may carry it. The instances here are all there are, so they compare by identity.
 *
 * @param <T> the type of its value: Integer for a byte, two bytes and a Variable Byte Integer, Long for four
 *     bytes, String, {@link Payload} for binary data, {@link UserProperty} for a pair
 */
@SuppressWarnings("UnusedTypeParameter") // it types the values in Properties
public final class Property<T> {
    /** How a value is written. */
    enum Format {
        /** One byte, which in every property that has one is 0 or 1. */
        BYTE,
        TWO_BYTES,
        FOUR_BYTES,
        VARIABLE_BYTES,
        STRING,
        BINARY,
        STRING_PAIR
    }

    private static final @Nullable Property<?>[] BY_IDENTIFIER = emptyTable();

    public static final Property<Integer> PAYLOAD_FORMAT_INDICATOR =
            inWill(0x01, "Payload Format Indicator", Format.BYTE, PUBLISH);
    /** Seconds, 0 to 4,294,967,295. */
    public static final Property<Long> MESSAGE_EXPIRY_INTERVAL =
            inWill(0x02, "Message Expiry Interval", Format.FOUR_BYTES, PUBLISH);

    public static final Property<String> CONTENT_TYPE = inWill(0x03, "Content Type", Format.STRING, PUBLISH);
    /** A Topic Name without wildcards. */
    public static final Property<String> RESPONSE_TOPIC = inWill(0x08, "Response Topic", Format.STRING, PUBLISH);

    public static final Property<Payload> CORRELATION_DATA = inWill(0x09, "Correlation Data", Format.BINARY, PUBLISH);
    /** 1 to 268,435,455; several in a PUBLISH that a server sends. */
    public static final Property<Integer> SUBSCRIPTION_IDENTIFIER =
            in(0x0B, "Subscription Identifier", Format.VARIABLE_BYTES, PUBLISH, SUBSCRIBE);
    /** Seconds; 0xFFFFFFFF never expires. */
    public static final Property<Long> SESSION_EXPIRY_INTERVAL =
            in(0x11, "Session Expiry Interval", Format.FOUR_BYTES, CONNECT, CONNACK, DISCONNECT);

    public static final Property<String> ASSIGNED_CLIENT_IDENTIFIER =
            in(0x12, "Assigned Client Identifier", Format.STRING, CONNACK);
    /** Seconds. */
    public static final Property<Integer> SERVER_KEEP_ALIVE = in(0x13, "Server Keep Alive", Format.TWO_BYTES, CONNACK);

    public static final Property<String> AUTHENTICATION_METHOD =
            in(0x15, "Authentication Method", Format.STRING, CONNECT, CONNACK, AUTH);
    public static final Property<Payload> AUTHENTICATION_DATA =
            in(0x16, "Authentication Data", Format.BINARY, CONNECT, CONNACK, AUTH);
    public static final Property<Integer> REQUEST_PROBLEM_INFORMATION =
            in(0x17, "Request Problem Information", Format.BYTE, CONNECT);
    /** Seconds; of a Will Message only. */
    public static final Property<Long> WILL_DELAY_INTERVAL = inWill(0x18, "Will Delay Interval", Format.FOUR_BYTES);

    public static final Property<Integer> REQUEST_RESPONSE_INFORMATION =
            in(0x19, "Request Response Information", Format.BYTE, CONNECT);
    public static final Property<String> RESPONSE_INFORMATION =
            in(0x1A, "Response Information", Format.STRING, CONNACK);
    public static final Property<String> SERVER_REFERENCE =
            in(0x1C, "Server Reference", Format.STRING, CONNACK, DISCONNECT);
    public static final Property<String> REASON_STRING = in(
            0x1F,
            "Reason String",
            Format.STRING,
            CONNACK,
            PUBACK,
            PUBREC,
            PUBREL,
            PUBCOMP,
            SUBACK,
            UNSUBACK,
            DISCONNECT,
            AUTH);
    /** 1 to 65,535. */
    public static final Property<Integer> RECEIVE_MAXIMUM =
            in(0x21, "Receive Maximum", Format.TWO_BYTES, CONNECT, CONNACK);

    public static final Property<Integer> TOPIC_ALIAS_MAXIMUM =
            in(0x22, "Topic Alias Maximum", Format.TWO_BYTES, CONNECT, CONNACK);
    /** 1 to 65,535. */
    public static final Property<Integer> TOPIC_ALIAS = in(0x23, "Topic Alias", Format.TWO_BYTES, PUBLISH);

    public static final Property<Integer> MAXIMUM_QOS = in(0x24, "Maximum QoS", Format.BYTE, CONNACK);
    public static final Property<Integer> RETAIN_AVAILABLE = in(0x25, "Retain Available", Format.BYTE, CONNACK);
    /** In every packet that has properties, and in a Will Message; any number, in order. */
    public static final Property<UserProperty> USER_PROPERTY = inWill(
            0x26,
            "User Property",
            Format.STRING_PAIR,
            CONNECT,
            CONNACK,
            PUBLISH,
            PUBACK,
            PUBREC,
            PUBREL,
            PUBCOMP,
            SUBSCRIBE,
            SUBACK,
            UNSUBSCRIBE,
            UNSUBACK,
            DISCONNECT,
            AUTH);
    /** Bytes, at least 1. */
    public static final Property<Long> MAXIMUM_PACKET_SIZE =
            in(0x27, "Maximum Packet Size", Format.FOUR_BYTES, CONNECT, CONNACK);

    public static final Property<Integer> WILDCARD_SUBSCRIPTION_AVAILABLE =
            in(0x28, "Wildcard Subscription Available", Format.BYTE, CONNACK);
    public static final Property<Integer> SUBSCRIPTION_IDENTIFIER_AVAILABLE =
            in(0x29, "Subscription Identifier Available", Format.BYTE, CONNACK);
    public static final Property<Integer> SHARED_SUBSCRIPTION_AVAILABLE =
            in(0x2A, "Shared Subscription Available", Format.BYTE, CONNACK);

    private final int identifier;
    private final String name;
    private final Format format;
    private final Set<PacketType> packets;
    private final boolean inWill;

    private Property(int identifier, String name, Format format, boolean inWill, PacketType... packets) {
        this.identifier = identifier;
        this.name = name;
        this.format = format;
        this.inWill = inWill;
        this.packets = EnumSet.noneOf(PacketType.class);
        this.packets.addAll(List.of(packets));
        BY_IDENTIFIER[identifier] = this;
    }

    private static @Nullable Property<?>[] emptyTable() {
        return new @Nullable Property<?>[0x2B];
    }

    private static <T> Property<T> in(int identifier, String name, Format format, PacketType... packets) {
        return new Property<>(identifier, name, format, false, packets);
    }

    private static <T> Property<T> inWill(int identifier, String name, Format format, PacketType... packets) {
        return new Property<>(identifier, name, format, true, packets);
    }

    /** The property with this identifier, or null when MQTT 5.0 defines none. */
    static @Nullable Property<?> of(int identifier) {
        return identifier < 0 || identifier >= BY_IDENTIFIER.length ? null : BY_IDENTIFIER[identifier];
    }

    /** The identifier on the wire, 0x01 to 0x2A. */
    public int identifier() {
        return identifier;
    }

    Format format() {
        return format;
    }

    /** Whether 0 is no value that it may have. */
    boolean isPositive() {
        return this == SUBSCRIPTION_IDENTIFIER
                || this == RECEIVE_MAXIMUM
                || this == TOPIC_ALIAS
                || this == MAXIMUM_PACKET_SIZE;
    }

    /** Whether packets of this type may carry it. */
    boolean belongsTo(PacketType type) {
        return packets.contains(type);
    }

    /** Whether the properties of a Will Message may contain it. */
    boolean belongsToWill() {
        return inWill;
    }

    /** Its name in the specification. */
    @Override
    public String toString() {
        return name;
    }
}
