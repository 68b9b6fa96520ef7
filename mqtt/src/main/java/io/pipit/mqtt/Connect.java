package io.pipit.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * Opens a connection (section 3.1).
 *
 * @param bridge the high bit of the protocol level (0x83, 0x84), with which mosquitto's bridges ask for
 *     No Local and Retain As Published
 * @param clientIdentifier empty when the server is to assign one
 * @param cleanStart Clean Session in 3.x
 * @param keepAliveSeconds 0 to 65,535; 0 is none
 * @param userName may be present without a password, and in 5.0 absent with one
 */
public record Connect(
        ProtocolVersion version,
        boolean bridge,
        ClientIdentifier clientIdentifier,
        boolean cleanStart,
        int keepAliveSeconds,
        @Nullable Will will,
        @Nullable String userName,
        @Nullable Payload password,
        Properties properties)
        implements Packet {
    public Connect {
        if (keepAliveSeconds < 0 || keepAliveSeconds > 0xFFFF) {
            throw new IllegalArgumentException("Keep Alive " + keepAliveSeconds + " s is not 0 to 65535");
        }
    }

    /** The same with another user name. */
    public Connect withUserName(String name) {
        return new Connect(
                version, bridge, clientIdentifier, cleanStart, keepAliveSeconds, will, name, password, properties);
    }

    @Override
    public PacketType type() {
        return PacketType.CONNECT;
    }
}
