package io.pipit.mqtt;

/**
 * Acknowledges a PUBLISH at QoS 1 (section 3.4).
 *
 * @param packetIdentifier 1 to 65,535: that of the PUBLISH
 * @param reasonCode always SUCCESS in 3.x
 */
public record PubAck(int packetIdentifier, ReasonCode reasonCode, Properties properties) implements Packet {
    public PubAck {
        PacketIdentifier.require(packetIdentifier);
    }

    /** One that succeeded, without properties. */
    public PubAck(int packetIdentifier) {
        this(packetIdentifier, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBACK;
    }
}
