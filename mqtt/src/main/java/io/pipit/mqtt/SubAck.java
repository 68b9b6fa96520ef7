package io.pipit.mqtt;

import java.util.List;

/**
 * Answers a SUBSCRIBE, filter by filter in its order (section 3.9).
 *
 * @param packetIdentifier that of the SUBSCRIBE
 * @param reasonCodes the granted QoS, or 0x80 and above; 3.1.1 knows only 0x80 as a failure, 3.1 none
 */
public record SubAck(int packetIdentifier, Properties properties, List<ReasonCode> reasonCodes) implements Packet {
    public SubAck {
        PacketIdentifier.require(packetIdentifier);
        reasonCodes = List.copyOf(reasonCodes);
    }

    @Override
    public PacketType type() {
        return PacketType.SUBACK;
    }
}
