package io.pipit.mqtt;

/** Ends a connection in order (section 3.14). A server sends it in MQTT 5.0 only. */
public record Disconnect(ReasonCode reasonCode, Properties properties) implements Packet {
    /** A normal disconnection. */
    public Disconnect() {
        this(ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.DISCONNECT;
    }
}
