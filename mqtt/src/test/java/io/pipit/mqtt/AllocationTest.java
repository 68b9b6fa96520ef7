package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.PacketDecoder.Side;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a hostile or a busy peer makes the decoder allocate. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Far more than an exception with its text, far less than any of the lengths. */
    private static final long LITTLE = 16 * 1024;

    private final TopicNames topics = new TopicNames(64);

    @ParameterizedTest
    @CsvSource({"10 ff ff ff 7f, 65536", "10 ff ff ff 7f 0004, 65536"})
    void decode_of256MbBeforeConnect_allocatesNothing(String hex, int maximum) {
        for (int i = 0; i < 3; i++) {
            PacketDecoder decoder = new PacketDecoder(Side.SERVER, ProtocolVersion.MQTT_3_1_1, maximum);
            ByteBuf in = Hex.buffer(hex);
            long before = allocated();
            ReasonCode refused = refusal(decoder, in);
            long bytes = allocated() - before;
            assertThat(refused).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
            assertThat(bytes).as("run " + i).isLessThan(i == 0 ? 64 * LITTLE : LITTLE);
        }
    }

    @Test
    void decode_of256MbWithoutALimit_allocatesNothingBeforeItComes() throws ProtocolException {
        for (int i = 0; i < 3; i++) {
            PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_5_0);
            ByteBuf subscribe = Hex.buffer("82 ff ff ff 7f 0001 00");
            ByteBuf publish = Hex.buffer("30 ff ff ff 7f 0100");
            long before = allocated();
            Packet first = decoder.decode(subscribe, topics);
            Packet second = decoder.decode(publish, topics);
            long bytes = allocated() - before;
            assertThat(first).isNull();
            assertThat(second).isNull();
            assertThat(decoder.heldBytes()).isZero();
            assertThat(bytes).as("run " + i).isLessThan(LITTLE);
        }
    }

    @Test
    void decode_ofALargePublishAboveTheLimit_allocatesNothing() {
        for (int i = 0; i < 3; i++) {
            PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_5_0);
            decoder.limitPacketSize(1024 * 1024);
            ByteBuf in = Hex.buffer("30 ff ff 7f 0001 't' 00");
            long before = allocated();
            ReasonCode refused = refusal(decoder, in);
            long bytes = allocated() - before;
            assertThat(refused).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
            assertThat(bytes).as("run " + i).isLessThan(i == 0 ? 64 * LITTLE : LITTLE);
        }
    }

    /** 32 and 24 bytes with compact object headers, which the tests run with: two objects and no more. */
    @Test
    void decode_ofAPublishToAKnownTopic_allocatesOnlyItAndItsPayload() throws ProtocolException {
        PacketDecoder decoder = Wire.connected(ProtocolVersion.MQTT_5_0);
        ByteBuf in = Unpooled.buffer();
        Publish publish = new Publish(
                false,
                QoS.AT_MOST_ONCE,
                false,
                TopicName.of("a/topic/of/some/length"),
                0,
                Properties.NONE,
                Payload.of("payload"));
        PacketEncoder.encode(publish, ProtocolVersion.MQTT_5_0, in);
        int rounds = 20_000;
        decodeOften(decoder, in, rounds);
        long before = allocated();
        decodeOften(decoder, in, rounds);
        assertThat((allocated() - before) / rounds).isLessThanOrEqualTo(64);
    }

    @Test
    void writeTo_ofAnEncodedPublish_allocatesNothing() {
        EncodedPublish encoded = new EncodedPublish(
                ProtocolVersion.MQTT_5_0,
                TopicName.of("a/topic"),
                QoS.AT_LEAST_ONCE,
                false,
                Properties.NONE,
                Payload.of("payload"));
        ByteBuf out = Unpooled.buffer(1024);
        int rounds = 20_000;
        writeOften(encoded, out, rounds);
        long before = allocated();
        writeOften(encoded, out, rounds);
        assertThat((allocated() - before) / rounds).isZero();
    }

    private void decodeOften(PacketDecoder decoder, ByteBuf in, int rounds) throws ProtocolException {
        for (int i = 0; i < rounds; i++) {
            in.readerIndex(0);
            if (decoder.decode(in, topics) == null) {
                throw new AssertionError("the packet is not complete");
            }
        }
    }

    private static void writeOften(EncodedPublish encoded, ByteBuf out, int rounds) {
        for (int i = 0; i < rounds; i++) {
            out.clear();
            encoded.writeTo(out, 1 + (i & 0xFF), (i & 1) == 0);
        }
    }

    private static ReasonCode refusal(PacketDecoder decoder, ByteBuf in) {
        try {
            decoder.decode(in, new TopicNames(1));
        } catch (ProtocolException refused) {
            return refused.reasonCode();
        }
        throw new AssertionError("not refused");
    }

    private static long allocated() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }
}
