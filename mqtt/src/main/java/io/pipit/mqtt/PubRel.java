package io.pipit.mqtt;

/**
 * Releases the Packet Identifier of a QoS 2 delivery (section 3.6).
 *
 * @param packetIdentifier 1 to 65,535: that of the PUBLISH
 * @param reasonCode always SUCCESS in 3.x
 */
public record PubRel(int packetIdentifier, ReasonCode reasonCode, Properties properties) implements Packet {
    public PubRel {
        PacketIdentifier.require(packetIdentifier);
    }

    /** One that succeeded, without properties. */
    public PubRel(int packetIdentifier) {
        this(packetIdentifier, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBREL;
    }
}
