package io.pipit.mqtt;

/** The range of Packet Identifiers, 1 to 65,535; 0 stands where a packet has none. */
final class PacketIdentifier {
    private PacketIdentifier() {}

    /** Refuses what is no Packet Identifier [MQTT-2.2.1-3]. */
    static void require(int packetIdentifier) {
        if (packetIdentifier < 1 || packetIdentifier > 0xFFFF) {
            throw new IllegalArgumentException("Packet Identifier " + packetIdentifier + " is not 1 to 65535");
        }
    }
}
