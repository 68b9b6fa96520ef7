package io.pipit.mqtt;

import java.util.List;

/**
 * Ends subscriptions (section 3.10).
 *
 * @param packetIdentifier 1 to 65,535
 * @param filters at least one [MQTT-3.10.3-2]
 */
public record Unsubscribe(int packetIdentifier, Properties properties, List<TopicFilter> filters) implements Packet {
    public Unsubscribe {
        PacketIdentifier.require(packetIdentifier);
        filters = List.copyOf(filters);
        if (filters.isEmpty()) {
            throw new IllegalArgumentException("UNSUBSCRIBE without a Topic Filter");
        }
    }

    @Override
    public PacketType type() {
        return PacketType.UNSUBSCRIBE;
    }
}
