package io.pipit.mqtt;

import java.util.List;

/**
 * Asks for subscriptions (section 3.8).
 *
 * @param packetIdentifier 1 to 65,535
 * @param subscriptions at least one [MQTT-3.8.3-2]
 */
public record Subscribe(int packetIdentifier, Properties properties, List<SubscriptionRequest> subscriptions)
        implements Packet {
    public Subscribe {
        PacketIdentifier.require(packetIdentifier);
        subscriptions = List.copyOf(subscriptions);
        if (subscriptions.isEmpty()) {
            throw new IllegalArgumentException("SUBSCRIBE without a Topic Filter");
        }
    }

    @Override
    public PacketType type() {
        return PacketType.SUBSCRIBE;
    }
}
