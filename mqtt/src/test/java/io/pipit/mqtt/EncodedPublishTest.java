package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.PacketDecoder.Side;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A PUBLISH encoded once is the same bytes as each one encoded for itself. */
class EncodedPublishTest {
    private static final long SEED = Long.getLong("pipit.seed", System.nanoTime());

    @ParameterizedTest
    @EnumSource
    void writeTo_ofAnyPublish_givesTheEncodersBytes(ProtocolVersion version) {
        GeneratedPackets packets = new GeneratedPackets(SEED, version, Side.SERVER);
        for (int i = 0; i < 3_000; i++) {
            Publish publish = packets.publish();
            TopicName topic = publish.topic();
            if (topic != null) {
                EncodedPublish encoded = new EncodedPublish(
                        version, topic, publish.qos(), publish.retain(), publish.properties(), publish.payload());
                ByteBuf out = Unpooled.buffer().writeByte(0x55);
                encoded.writeTo(out, publish.packetIdentifier(), publish.dup());
                assertThat(Hex.of(out)).as("seed %s", SEED).isEqualTo("55" + Wire.encode(publish, version));
                assertThat(encoded.size()).isEqualTo(out.readableBytes() - 1);
                assertThat(encoded.qos()).isEqualTo(publish.qos());
            }
        }
    }

    @Test
    void writeTo_manyReceivers_patchesEachForItself() {
        EncodedPublish encoded = encoded(QoS.AT_LEAST_ONCE);
        ByteBuf out = Unpooled.buffer();
        encoded.writeTo(out, 1, true);
        encoded.writeTo(out, 0xFFFF, false);
        encoded.writeTo(out, 0x0102, true);
        assertThat(Hex.of(out)).isEqualTo("3a07000174000168693207000174ffff68693a0700017401026869");
    }

    @Test
    void writeTo_withAPacketIdentifierOrDupAtQoS0_isRefused() {
        EncodedPublish encoded = encoded(QoS.AT_MOST_ONCE);
        ByteBuf out = Unpooled.buffer();
        assertThatThrownBy(() -> encoded.writeTo(out, 1, false)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> encoded.writeTo(out, 0, true)).isInstanceOf(IllegalArgumentException.class);
        assertThat(out.isReadable()).isFalse();
    }

    @Test
    void writeTo_withoutAPacketIdentifierAtQoS1_isRefused() {
        EncodedPublish encoded = encoded(QoS.AT_LEAST_ONCE);
        ByteBuf out = Unpooled.buffer();
        assertThatThrownBy(() -> encoded.writeTo(out, 0, false)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> encoded.writeTo(out, 0x10000, false)).isInstanceOf(IllegalArgumentException.class);
        assertThat(out.isReadable()).isFalse();
    }

    private static EncodedPublish encoded(QoS qos) {
        return new EncodedPublish(
                ProtocolVersion.MQTT_3_1_1, TopicName.of("t"), qos, false, Properties.NONE, Payload.of("hi"));
    }

    @ParameterizedTest
    @ValueSource(ints = {127, 128, 255, 256, 1_000, 65_535})
    void writeTo_ofALongTopic_givesTheEncodersBytes(int size) {
        TopicName topic = TopicName.of("t".repeat(size));
        EncodedPublish encoded = new EncodedPublish(
                ProtocolVersion.MQTT_5_0, topic, QoS.AT_LEAST_ONCE, false, Properties.NONE, Payload.of("p"));
        ByteBuf out = Unpooled.buffer();
        encoded.writeTo(out, 7, false);
        Publish publish = new Publish(false, QoS.AT_LEAST_ONCE, false, topic, 7, Properties.NONE, Payload.of("p"));
        assertThat(Hex.of(out)).isEqualTo(Wire.encode(publish, ProtocolVersion.MQTT_5_0));
    }
}
