package io.pipit.mqtt;

import io.pipit.mqtt.PacketDecoder.Side;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Which reason codes MQTT 5.0 defines for which packet, and for DISCONNECT and AUTH from which side (section 2.4). */
final class ReasonCodes {
    private static final Map<PacketType, Set<ReasonCode>> FROM_SERVER = fromServer();
    private static final Map<PacketType, Set<ReasonCode>> FROM_CLIENT = fromClient();

    private ReasonCodes() {}

    /** The reason code of a packet that has come in. */
    static ReasonCode of(int code, PacketType packet, Side receiver) throws ProtocolException {
        Set<ReasonCode> defined = defined(packet, receiver);
        ReasonCode reason = ReasonCode.of(code);
        if (reason == null || !defined.contains(reason)) {
            throw new ProtocolException(
                    "%s: reason code 0x%02X is not defined for it".formatted(packet, code), ReasonCode.PROTOCOL_ERROR);
        }
        return reason;
    }

    /** Refuses a reason that MQTT 5.0 defines for this packet from neither side. */
    static void require(ReasonCode reason, PacketType packet) {
        if (reason != ReasonCode.SUCCESS && !isDefined(reason, packet)) {
            throw new IllegalArgumentException(packet + " cannot say " + reason);
        }
    }

    /** Whether MQTT 5.0 defines the reason for this packet from the server, the client or both. */
    static boolean isDefined(ReasonCode reason, PacketType packet) {
        return defined(packet, Side.CLIENT).contains(reason)
                || defined(packet, Side.SERVER).contains(reason);
    }

    /** Those that {@code receiver} may find in a packet. */
    static Set<ReasonCode> defined(PacketType packet, Side receiver) {
        Map<PacketType, Set<ReasonCode>> table = receiver == Side.SERVER ? FROM_CLIENT : FROM_SERVER;
        return table.getOrDefault(packet, Set.of());
    }

    private static Map<PacketType, Set<ReasonCode>> fromServer() {
        Map<PacketType, Set<ReasonCode>> table = new EnumMap<>(PacketType.class);
        putAcknowledgements(table);
        table.put(
                PacketType.CONNACK,
                codes(
                        0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97,
                        0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F)); // [MQTT-3.2.2-8]
        table.put(
                PacketType.SUBACK,
                codes(0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2)); // [MQTT-3.9.3-2]
        table.put(PacketType.UNSUBACK, codes(0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91)); // [MQTT-3.11.3-2]
        table.put(
                PacketType.DISCONNECT,
                codes(
                        0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95,
                        0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1,
                        0xA2)); // [MQTT-3.14.2-1]
        table.put(PacketType.AUTH, codes(0x00, 0x18)); // [MQTT-3.15.2-1]
        return table;
    }

    private static Map<PacketType, Set<ReasonCode>> fromClient() {
        Map<PacketType, Set<ReasonCode>> table = new EnumMap<>(PacketType.class);
        putAcknowledgements(table);
        table.put(
                PacketType.DISCONNECT,
                codes(
                        0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98,
                        0x99)); // [MQTT-3.14.2-1]
        table.put(PacketType.AUTH, codes(0x18, 0x19)); // [MQTT-3.15.2-1]
        return table;
    }

    private static void putAcknowledgements(Map<PacketType, Set<ReasonCode>> table) {
        Set<ReasonCode> received = codes(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99);
        table.put(PacketType.PUBACK, received); // [MQTT-3.4.2-1]
        table.put(PacketType.PUBREC, received); // [MQTT-3.5.2-1]
        Set<ReasonCode> released = codes(0x00, 0x92);
        table.put(PacketType.PUBREL, released); // [MQTT-3.6.2-1]
        table.put(PacketType.PUBCOMP, released); // [MQTT-3.7.2-1]
    }

    private static Set<ReasonCode> codes(int... codes) {
        Set<ReasonCode> reasons = EnumSet.noneOf(ReasonCode.class);
        for (int code : codes) {
            ReasonCode reason = ReasonCode.of(code);
            if (reason == null) {
                throw new IllegalArgumentException("no reason code " + code);
            }
            reasons.add(reason);
        }
        return reasons;
    }
}
