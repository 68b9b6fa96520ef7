package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.PacketDecoder.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** decode(encode(p)) = p for generated packets of each version and side; {@code -Dpipit.seed} chooses the seed. */
class RoundTripTest {
    private static final int ROUNDS = 3_000;
    private static final long SEED = Long.getLong("pipit.seed", System.nanoTime());

    static Stream<Arguments> conversations() {
        return Stream.of(ProtocolVersion.values())
                .flatMap(version -> Stream.of(Side.values()).map(sender -> Arguments.of(version, sender, SEED)));
    }

    @ParameterizedTest(name = "{0} from {1}, seed {2}")
    @MethodSource("conversations")
    void decode_ofWholePackets_givesWhatWasEncoded(ProtocolVersion version, Side sender, long seed) throws Exception {
        GeneratedPackets packets = new GeneratedPackets(seed, version, sender);
        TopicNames topics = new TopicNames(16);
        PacketDecoder decoder = null;
        for (int i = 0; i < ROUNDS; i++) {
            boolean opening = i % 8 == 0;
            Packet packet = opening ? packets.opening() : packets.next();
            if (decoder == null || opening) {
                decoder = new PacketDecoder(other(sender), version, 0);
            }
            ByteBuf bytes = Unpooled.buffer();
            PacketEncoder.encode(packet, version, bytes);
            assertThat(bytes.readableBytes()).isEqualTo(PacketEncoder.size(packet, version));
            assertThat(decoder.decode(bytes, topics)).isEqualTo(packet);
            assertThat(bytes.isReadable()).isFalse();
            assertThat(decoder.version()).isEqualTo(version);
        }
    }

    @ParameterizedTest(name = "{0} from {1}, seed {2}")
    @MethodSource("conversations")
    void decode_atEverySplit_givesWhatWasEncoded(ProtocolVersion version, Side sender, long seed) throws Exception {
        GeneratedPackets packets = new GeneratedPackets(seed, version, sender);
        TopicNames topics = new TopicNames(16);
        for (int i = 0; i < ROUNDS / 10; i++) {
            Packet opening = packets.opening();
            Packet next = packets.next();
            byte[] bytes = encoded(version, opening, next);
            int step = bytes.length > 2000 ? bytes.length / 40 : 1;
            for (int split = 0; split <= bytes.length; split += step) {
                assertThat(decodeInPieces(bytes, List.of(split), version, sender, topics))
                        .as("split at %s", split)
                        .containsExactly(opening, next);
            }
        }
    }

    @ParameterizedTest(name = "{0} from {1}, seed {2}")
    @MethodSource("conversations")
    void decode_inManyPieces_givesWhatWasEncoded(ProtocolVersion version, Side sender, long seed) throws Exception {
        GeneratedPackets packets = new GeneratedPackets(seed, version, sender);
        SplittableRandom random = new SplittableRandom(seed);
        TopicNames topics = new TopicNames(16);
        for (int i = 0; i < ROUNDS / 30; i++) {
            Packet[] sent = new Packet[8];
            sent[0] = packets.opening();
            for (int k = 1; k < sent.length; k++) {
                sent[k] = packets.next();
            }
            byte[] bytes = encoded(version, sent);
            int longest = 1 + random.nextInt(bytes.length > 2000 ? 5000 : 5);
            List<Integer> splits = new ArrayList<>();
            for (int at = 0; at < bytes.length; at += 1 + random.nextInt(longest)) {
                splits.add(at);
            }
            assertThat(decodeInPieces(bytes, splits, version, sender, topics)).containsExactly(sent);
        }
    }

    private static byte[] encoded(ProtocolVersion version, Packet... packets) {
        ByteBuf bytes = Unpooled.buffer();
        for (Packet packet : packets) {
            PacketEncoder.encode(packet, version, bytes);
        }
        byte[] array = new byte[bytes.readableBytes()];
        bytes.readBytes(array);
        return array;
    }

    /** Feeds the bytes up to each split in turn, keeping what is decoded, as a connection does. */
    private static List<Packet> decodeInPieces(
            byte[] bytes, List<Integer> splits, ProtocolVersion version, Side sender, TopicNames topics)
            throws ProtocolException {
        PacketDecoder decoder = new PacketDecoder(other(sender), version, bytes.length + 5);
        ByteBuf in = Unpooled.buffer(bytes.length);
        List<Packet> packets = new ArrayList<>();
        List<Integer> ends = new ArrayList<>(splits);
        ends.add(bytes.length);
        for (int end : ends) {
            in.writeBytes(bytes, in.writerIndex(), end - in.writerIndex());
            for (Packet packet = decoder.decode(in, topics); packet != null; packet = decoder.decode(in, topics)) {
                packets.add(kept(packet));
            }
        }
        assertThat(decoder.heldBytes()).isZero();
        return packets;
    }

    private static Packet kept(Packet packet) {
        if (packet instanceof Publish publish) {
            publish.payload().keep();
        }
        return packet;
    }

    private static Side other(Side side) {
        return side == Side.CLIENT ? Side.SERVER : Side.CLIENT;
    }
}
