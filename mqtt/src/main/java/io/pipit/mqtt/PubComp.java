package io.pipit.mqtt;

/**
 * Completes a QoS 2 delivery (section 3.7).
 *
 * @param packetIdentifier 1 to 65,535: that of the PUBLISH
 * @param reasonCode always SUCCESS in 3.x
 */
public record PubComp(int packetIdentifier, ReasonCode reasonCode, Properties properties) implements Packet {
    public PubComp {
        PacketIdentifier.require(packetIdentifier);
    }

    /** One that succeeded, without properties. */
    public PubComp(int packetIdentifier) {
        this(packetIdentifier, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBCOMP;
    }
}
