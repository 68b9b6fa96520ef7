package io.pipit.benchmarks;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.pipit.mqtt.EncodedPublish;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
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

/** Writing a PUBLISH to 100 receivers: encoded once and copied, or encoded for each. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls @Setup first
public class EncodedPublishBenchmark {
    private static final int RECEIVERS = 100;
    private static final ProtocolVersion VERSION = ProtocolVersion.MQTT_5_0;
    private static final TopicName TOPIC = TopicName.of("building/7/floor/3/temperature");

    @Param({"64", "1024"})
    public int payloadSize;

    private Payload payload;
    private Publish publish;
    private EncodedPublish encoded;
    private ByteBuf out;

    @Setup
    public void fill() {
        payload = Payload.owning(new byte[payloadSize]);
        publish = new Publish(false, QoS.AT_LEAST_ONCE, false, TOPIC, 7, Properties.NONE, payload);
        encoded = encodedOnce();
        out = new AdaptiveByteBufAllocator().directBuffer(RECEIVERS * encoded.size());
    }

    private EncodedPublish encodedOnce() {
        return new EncodedPublish(VERSION, TOPIC, QoS.AT_LEAST_ONCE, false, Properties.NONE, payload);
    }

    @Benchmark
    public EncodedPublish encodeOnce() {
        return encodedOnce();
    }

    @Benchmark
    @OperationsPerInvocation(RECEIVERS)
    public ByteBuf writeEncoded() {
        out.clear();
        for (int i = 1; i <= RECEIVERS; i++) {
            encoded.writeTo(out, i, false);
        }
        return out;
    }

    @Benchmark
    @OperationsPerInvocation(RECEIVERS)
    public ByteBuf encodeEach() {
        out.clear();
        for (int i = 1; i <= RECEIVERS; i++) {
            PacketEncoder.encode(publish, VERSION, out);
        }
        return out;
    }
}
