package io.pipit.mqtt;

import java.util.List;

/**
 * Answers an UNSUBSCRIBE (section 3.11).
 *
 * @param packetIdentifier that of the UNSUBSCRIBE
 * @param reasonCodes one a filter in its order; empty in 3.x, whose UNSUBACK has no payload
 */
public record UnsubAck(int packetIdentifier, Properties properties, List<ReasonCode> reasonCodes) implements Packet {
    public UnsubAck {
        PacketIdentifier.require(packetIdentifier);
        reasonCodes = List.copyOf(reasonCodes);
    }

    @Override
    public PacketType type() {
        return PacketType.UNSUBACK;
    }
}
