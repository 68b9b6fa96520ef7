package io.pipit.mqtt;

/** Answers a PINGREQ (section 3.13). */
public record PingResp() implements Packet {
    @Override
    public PacketType type() {
        return PacketType.PINGRESP;
    }
}
