package io.pipit.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * Carries an application message (section 3.3).
 *
 * @param dup this delivery may have been tried before; never at QoS 0 [MQTT-3.3.1-2]
 * @param topic null when the Topic Alias alone names the topic
 * @param packetIdentifier 1 to 65,535 at QoS 1 and 2, 0 at QoS 0
 * @param payload borrowed from the read buffer when it comes from a decoder: see {@link Payload#keep()}
 */
public record Publish(
        boolean dup,
        QoS qos,
        boolean retain,
        @Nullable TopicName topic,
        int packetIdentifier,
        Properties properties,
        Payload payload)
        implements Packet {
    public Publish {
        if (qos.isAcknowledged()) {
            PacketIdentifier.require(packetIdentifier);
        } else if (packetIdentifier != 0 || dup) {
            throw new IllegalArgumentException("QoS 0 has neither Packet Identifier nor DUP");
        }
    }

    /** This with another payload. */
    Publish with(Payload other) {
        return new Publish(dup, qos, retain, topic, packetIdentifier, properties, other);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBLISH;
    }
}
