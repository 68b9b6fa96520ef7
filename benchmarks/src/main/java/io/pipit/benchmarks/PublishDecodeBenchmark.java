package io.pipit.benchmarks;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketDecoder;
import io.pipit.mqtt.PacketDecoder.Side;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.TopicNames;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Decoding a read buffer of 100 PUBLISH packets on ten known topics: time and bytes of heap for each packet. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls @Setup first
public class PublishDecodeBenchmark {
    private static final int PACKETS = 100;

    @Param({"MQTT_3_1_1", "MQTT_5_0"})
    public ProtocolVersion version;

    @Param({"AT_MOST_ONCE", "AT_LEAST_ONCE"})
    public QoS qos;

    @Param({"true", "false"})
    public boolean direct;

    private ByteBuf in;
    private PacketDecoder decoder;
    private final TopicNames topics = new TopicNames(1024);

    @Setup
    public void fill() throws ProtocolException {
        AdaptiveByteBufAllocator allocator = new AdaptiveByteBufAllocator();
        in = direct ? allocator.directBuffer(64 * 1024) : allocator.heapBuffer(64 * 1024);
        decoder = new PacketDecoder(Side.SERVER, version, 1024 * 1024);
        Connect connect =
                new Connect(version, false, new ClientIdentifier("c"), true, 0, null, null, null, Properties.NONE);
        PacketEncoder.encode(connect, version, in);
        decoder.decode(in, topics);
        in.clear();
        for (int i = 0; i < PACKETS; i++) {
            TopicName topic = TopicName.of("building/7/floor/" + i % 10 + "/temperature");
            int packetIdentifier = qos.isAcknowledged() ? i + 1 : 0;
            Publish publish = new Publish(
                    false, qos, false, topic, packetIdentifier, Properties.NONE, Payload.owning(new byte[64]));
            PacketEncoder.encode(publish, version, in);
        }
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public void decode(Blackhole hole) throws ProtocolException {
        in.readerIndex(0);
        for (Packet packet = decoder.decode(in, topics); packet != null; packet = decoder.decode(in, topics)) {
            hole.consume(packet);
        }
    }
}
