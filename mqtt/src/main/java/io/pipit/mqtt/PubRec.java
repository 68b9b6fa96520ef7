package io.pipit.mqtt;

/**
 * Says that a PUBLISH at QoS 2 was received (section 3.5).
 *
 * @param packetIdentifier 1 to 65,535: that of the PUBLISH
 * @param reasonCode always SUCCESS in 3.x
 */
public record PubRec(int packetIdentifier, ReasonCode reasonCode, Properties properties) implements Packet {
    public PubRec {
        PacketIdentifier.require(packetIdentifier);
    }

    /** One that succeeded, without properties. */
    public PubRec(int packetIdentifier) {
        this(packetIdentifier, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBREC;
    }
}
