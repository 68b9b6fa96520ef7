package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.PacketDecoder.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes at all, to both sides and in all versions: nothing but a {@link ProtocolException} comes out, the same
 * whether the bytes come at once or in pieces, and what is decoded encodes and decodes to itself.
 *
 * <p>The first byte of an input says side, version, and whether a CONNECT goes before; the second into how large
 * pieces the rest is cut. The seeds are the table of packets.
 */
class PacketDecoderFuzzTest {
    private static final int LIMIT = 256 * 1024;
    private static final int CONNECTED = 0x10;
    private static final List<ProtocolVersion> VERSIONS = List.of(ProtocolVersion.values());

    static Stream<byte[]> seeds() {
        return Stream.concat(WirePacket.all().stream().map(PacketDecoderFuzzTest::seed), conversations());
    }

    private static byte[] seed(WirePacket wire) {
        boolean opens = wire.packet() instanceof Connect;
        return seed(wire.receiver(), wire.version(), !opens, 3, Hex.bytes(wire.hex()));
    }

    /** Many packets after each other, with payloads above 16 KiB among them. */
    private static Stream<byte[]> conversations() {
        return Stream.of(ProtocolVersion.values())
                .flatMap(version -> Stream.of(Side.values()).map(sender -> {
                    GeneratedPackets packets = new GeneratedPackets(1, version, sender);
                    ByteBuf bytes = Unpooled.buffer();
                    PacketEncoder.encode(packets.opening(), version, bytes);
                    for (int i = 0; i < 40; i++) {
                        PacketEncoder.encode(packets.next(), version, bytes);
                    }
                    Side receiver = sender == Side.CLIENT ? Side.SERVER : Side.CLIENT;
                    return seed(receiver, version, false, 100, array(bytes));
                }));
    }

    private static byte[] seed(Side receiver, ProtocolVersion version, boolean connected, int piece, byte[] bytes) {
        ByteBuf seed = Unpooled.buffer();
        seed.writeByte((receiver == Side.SERVER ? 0 : 4) | VERSIONS.indexOf(version) | (connected ? CONNECTED : 0));
        seed.writeByte(piece);
        seed.writeBytes(bytes);
        return array(seed);
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "")
    void decode_ofAnything_refusesItOrGivesWhatEncodesToItself(byte[] input) {
        if (input.length < 2) {
            return;
        }
        ProtocolVersion version = VERSIONS.get((input[0] & 3) % 3);
        Side receiver = (input[0] & 4) == 0 ? Side.SERVER : Side.CLIENT;
        boolean connected = (input[0] & CONNECTED) != 0;
        int piece = Math.max(1, input[1] & 0xFF);
        ByteBuf bytes = Unpooled.wrappedBuffer(input).skipBytes(2);
        Outcome whole = decode(decoder(receiver, version, connected), bytes, bytes.readableBytes());
        Outcome pieces = decode(
                decoder(receiver, version, connected),
                Unpooled.wrappedBuffer(input).skipBytes(2),
                piece);
        assertThat(pieces).isEqualTo(whole);
        for (Packet packet : whole.packets()) {
            assertRoundTrip(packet, whole.version(), receiver);
        }
    }

    /** What came of some bytes: packets, and why it ended if it did. */
    private record Outcome(List<Packet> packets, @Nullable ReasonCode refusal, ProtocolVersion version) {}

    private static PacketDecoder decoder(Side receiver, ProtocolVersion version, boolean connected) {
        PacketDecoder decoder = receiver == Side.SERVER && connected
                ? Wire.connected(version)
                : new PacketDecoder(receiver, version, LIMIT);
        decoder.limitPacketSize(LIMIT);
        return decoder;
    }

    private static Outcome decode(PacketDecoder decoder, ByteBuf source, int piece) {
        ByteBuf in = Unpooled.buffer(source.readableBytes());
        TopicNames topics = new TopicNames(4);
        List<Packet> packets = new ArrayList<>();
        try {
            while (source.isReadable()) {
                in.writeBytes(source, Math.min(piece, source.readableBytes()));
                for (Packet packet = decoder.decode(in, topics); packet != null; packet = decoder.decode(in, topics)) {
                    packets.add(packet);
                }
            }
        } catch (ProtocolException refused) {
            return new Outcome(packets, refused.reasonCode(), decoder.version());
        }
        return new Outcome(packets, null, decoder.version());
    }

    private static void assertRoundTrip(Packet packet, ProtocolVersion version, Side receiver) {
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(packet, version, bytes);
        assertThat(bytes.readableBytes()).isEqualTo(PacketEncoder.size(packet, version));
        boolean opens = packet instanceof Connect || receiver == Side.CLIENT;
        PacketDecoder decoder = decoder(receiver, version, !opens);
        decoder.limitPacketSize(0);
        try {
            assertThat(decoder.decode(bytes, new TopicNames(1))).isEqualTo(packet);
        } catch (ProtocolException refused) {
            throw new AssertionError("what was encoded is refused: " + packet, refused);
        }
        assertThat(bytes.isReadable()).isFalse();
    }

    private static byte[] array(ByteBuf bytes) {
        byte[] array = new byte[bytes.readableBytes()];
        bytes.getBytes(bytes.readerIndex(), array);
        return array;
    }
}
