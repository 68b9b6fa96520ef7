package io.pipit.mqtt;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.PacketDecoder.Side;

/** Packets to and from the hexadecimal digits of {@link Hex}, with a decoder that is as far as the test needs it. */
public final class Wire {
    private Wire() {}

    /** The packet of these bytes on a connection of this version; a CONNECT is the first on its connection. */
    public static Packet decode(Side receiver, ProtocolVersion version, String hex) throws ProtocolException {
        ByteBuf bytes = Hex.buffer(hex);
        Packet packet = decoder(receiver, version, hex).decode(bytes, new TopicNames(1));
        assertThat(bytes.isReadable()).as("bytes are left over").isFalse();
        return requireNonNull(packet, "the packet is not complete");
    }

    /** The reason for which these bytes are refused, whether they are a whole packet or not. */
    public static ReasonCode refusal(Side receiver, ProtocolVersion version, String hex) {
        PacketDecoder decoder = decoder(receiver, version, hex);
        ProtocolException refused =
                catchThrowableOfType(ProtocolException.class, () -> decoder.decode(Hex.buffer(hex), new TopicNames(1)));
        return requireNonNull(refused, "not refused").reasonCode();
    }

    /** The bytes of a packet. */
    public static String encode(Packet packet, ProtocolVersion version) {
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(packet, version, bytes);
        assertThat(PacketEncoder.size(packet, version)).isEqualTo(bytes.readableBytes());
        return Hex.of(bytes);
    }

    /** A server's decoder that has seen a CONNECT of this version. */
    public static PacketDecoder connected(ProtocolVersion version) {
        PacketDecoder decoder = new PacketDecoder(Side.SERVER, ProtocolVersion.MQTT_3_1_1, 0);
        try {
            assertThat(decoder.decode(Hex.buffer(connect(version)), new TopicNames(1)))
                    .isInstanceOf(Connect.class);
        } catch (ProtocolException refused) {
            throw new AssertionError(refused);
        }
        return decoder;
    }

    private static PacketDecoder decoder(Side receiver, ProtocolVersion version, String hex) {
        boolean opens = hex.startsWith("1");
        return receiver == Side.SERVER && !opens ? connected(version) : new PacketDecoder(receiver, version, 0);
    }

    private static String connect(ProtocolVersion version) {
        return switch (version) {
            case MQTT_3_1 -> "10 0f 0006 'MQIsdp' 03 02 0000 0001 'a'";
            case MQTT_3_1_1 -> "10 0d 0004 'MQTT' 04 02 0000 0001 'a'";
            case MQTT_5_0 -> "10 0e 0004 'MQTT' 05 02 0000 00 0001 'a'";
        };
    }
}
