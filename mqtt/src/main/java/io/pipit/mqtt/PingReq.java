package io.pipit.mqtt;

/** Asks whether the server is there, and says that the client is (section 3.12). */
public record PingReq() implements Packet {
    @Override
    public PacketType type() {
        return PacketType.PINGREQ;
    }
}
