package io.pipit.mqtt;

import org.jspecify.annotations.Nullable;

/** The MQTT Control Packet types (section 2.1.2), in the order of their values. */
public enum PacketType {
    CONNECT(1),
    CONNACK(2),
    PUBLISH(3),
    PUBACK(4),
    PUBREC(5),
    PUBREL(6),
    PUBCOMP(7),
    SUBSCRIBE(8),
    SUBACK(9),
    UNSUBSCRIBE(10),
    UNSUBACK(11),
    PINGREQ(12),
    PINGRESP(13),
    DISCONNECT(14),
    AUTH(15);

    private static final PacketType[] TYPES = values();

    private final int value;

    PacketType(int value) {
        this.value = value;
    }

    /** The type with this value, or null of 0, which is reserved. */
    static @Nullable PacketType of(int value) {
        return value < 1 || value > 15 ? null : TYPES[value - 1];
    }

    /** The high four bits of the fixed header's first byte, 1 to 15. */
    public int value() {
        return value;
    }
}
