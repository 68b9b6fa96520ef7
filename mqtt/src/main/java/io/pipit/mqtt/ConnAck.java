package io.pipit.mqtt;

/**
 * Answers a CONNECT (section 3.2).
 *
 * @param sessionPresent never on the wire in 3.1
 */
public record ConnAck(boolean sessionPresent, ReasonCode reasonCode, Properties properties) implements Packet {
    @Override
    public PacketType type() {
        return PacketType.CONNACK;
    }
}
