package io.pipit.transport;

import static io.pipit.transport.WireClient.bytes;
import static io.pipit.transport.WireClient.connect;
import static io.pipit.transport.WireClient.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.PingReq;
import io.pipit.mqtt.PingResp;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("io.pipit.transport.Layers#streams")
final class ConnectionTest {
    private static final ProtocolVersion VERSION = ProtocolVersion.MQTT_3_1_1;

    private final Layers layers;

    ConnectionTest(Layers layers) {
        this.layers = layers;
    }

    private static void echo(Recorder recorder) {
        recorder.always(packet -> {
            if (packet instanceof Publish) {
                recorder.connection().send(packet, VERSION);
            }
        });
    }

    private static Payload payload(int size, int seed) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31 + seed);
        }
        return Payload.owning(bytes);
    }

    @Test
    void received_packet_isAnsweredAtTheEndOfTheTurn() throws Exception {
        try (TestBroker broker = new TestBroker(layers, 1, ConnectionTest::echo);
                WireClient client = broker.connect()) {
            client.send(connect("c"), publish("a/b", Payload.of("hello")));

            assertThat(client.receive()).isEqualTo(publish("a/b", Payload.of("hello")));
            Recorder recorder = broker.accepted();
            assertThat(recorder.next()).isEqualTo(connect("c"));
            assertThat(recorder.connection().peer().loopback()).isTrue();
            assertThat(recorder.connection().peer().listener()).isEqualTo("mqtt");
            assertThat(recorder.connection().peer().address())
                    .isEqualTo("127.0.0.1:" + client.socket().getLocalPort());
        }
    }

    @Test
    void received_bytesOneByOne_areWholePackets() throws Exception {
        try (TestBroker broker = new TestBroker(layers, 1, ConnectionTest::echo);
                WireClient client = broker.connect()) {
            for (byte b : bytes(connect("c"), publish("a/b", payload(300, 1)), publish("a/c", payload(2, 2)))) {
                client.send(new byte[] {b});
            }

            assertThat(client.receive()).isEqualTo(publish("a/b", payload(300, 1)));
            assertThat(client.receive()).isEqualTo(publish("a/c", payload(2, 2)));
        }
    }

    @Test
    @Spec({"MQTT-4.2.0-1", "3.1.1:MQTT-7.1.1-1"})
    void received_manyPipelined_keepTheirOrder() throws Exception {
        int count = 20_000;
        try (TestBroker broker = new TestBroker(layers, 1, ConnectionTest::echo);
                WireClient client = broker.connect()) {
            Thread sender = Thread.ofVirtual().start(() -> sendNumbered(client, count));

            for (int i = 0; i < count; i++) {
                assertThat(client.receive()).isEqualTo(publish("t", Payload.of("number " + i)));
            }
            sender.join();
            Recorder recorder = broker.accepted();
            TurnOf.loop(recorder.loop()); // the client may have the bytes before the loop has counted them
            assertThat(recorder.bytesReceived()).isEqualTo(recorder.bytesSent() + bytes(connect("c")).length);
        }
    }

    private static void sendNumbered(WireClient client, int count) {
        Packet[] packets = new Packet[count + 1];
        packets[0] = connect("c");
        for (int i = 0; i < count; i++) {
            packets[i + 1] = publish("t", Payload.of("number " + i));
        }
        try {
            client.send(packets);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void received_largePayloads_areWhole() throws Exception {
        try (TestBroker broker = new TestBroker(layers, 1, recorder -> {
                    recorder.connection().established(1 << 24);
                    echo(recorder);
                });
                WireClient client = broker.connect()) {
            Packet small = publish("s", payload(17, 3));
            Packet large = publish("l", payload(3 << 20, 5));
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    client.send(connect("c"), small, large, small, large);
                } catch (IOException failed) {
                    throw new AssertionError(failed);
                }
            });

            assertThat(client.receive()).isEqualTo(small);
            assertThat(client.receive()).isEqualTo(large);
            assertThat(client.receive()).isEqualTo(small);
            assertThat(client.receive()).isEqualTo(large);
            sender.join();
        }
    }

    @Test
    void pause_betweenPackets_holdsTheRestUntilResume() throws Exception {
        try (TestBroker broker = new TestBroker(
                        layers,
                        1,
                        recorder -> recorder.always(packet -> {
                            if (packet instanceof Connect) {
                                recorder.connection().pause();
                            }
                        }));
                WireClient client = broker.connect()) {
            client.send(connect("c"), publish("a", Payload.of("1")));
            Recorder recorder = broker.accepted();
            assertThat(recorder.next()).isEqualTo(connect("c"));
            client.send(publish("b", Payload.of("2")));
            CountDownLatch turn = new CountDownLatch(1);
            recorder.run(turn::countDown);
            assertThat(turn.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(recorder.isSilent()).isTrue();

            recorder.run(recorder.connection()::resume);

            assertThat(recorder.next()).isEqualTo(publish("a", Payload.of("1")));
            assertThat(recorder.next()).isEqualTo(publish("b", Payload.of("2")));
        }
    }

    @Test
    void pause_whilePeerCloses_losesNothing() throws Exception {
        try (TestBroker broker = new TestBroker(
                layers,
                1,
                recorder -> recorder.always(packet -> {
                    if (packet instanceof Connect) {
                        recorder.connection().pause();
                    }
                }))) {
            try (WireClient client = broker.connect()) {
                client.send(
                        connect("c"),
                        publish("a", Payload.of("1")),
                        new Disconnect(ReasonCode.SUCCESS, Properties.NONE));
            }
            Recorder recorder = broker.accepted();
            assertThat(recorder.next()).isEqualTo(connect("c"));

            recorder.run(recorder.connection()::resume);

            assertThat(recorder.next()).isEqualTo(publish("a", Payload.of("1")));
            assertThat(recorder.next()).isInstanceOf(Disconnect.class);
            assertThat(recorder.next()).isEqualTo(Recorder.Event.CLOSED);
        }
    }

    @Test
    void received_noPacket_isToldOnceAndDecodedNoFurther() throws Exception {
        try (TestBroker broker = new TestBroker(layers, 1, recorder -> {});
                WireClient client = broker.connect()) {
            client.send(connect("c"));
            client.send(new byte[] {0x00, 0x00});
            client.send(bytes(new PingReq()));
            client.send(new byte[] {0x00, 0x00});
            Recorder recorder = broker.accepted();
            assertThat(recorder.next()).isEqualTo(connect("c"));
            assertThat(recorder.next()).isInstanceOf(ProtocolException.class);

            client.hangUp();

            assertThat(recorder.next()).isEqualTo(Recorder.Event.CLOSED);
        }
    }

    @Test
    void received_packetAbove64KiBBeforeEstablished_isRefused() throws Exception {
        try (TestBroker broker = new TestBroker(layers, 1, recorder -> {});
                WireClient client = broker.connect()) {
            client.send(connect("c"));
            client.send(Arrays.copyOf(bytes(publish("a", payload(65 << 10, 1))), 100));
            Recorder recorder = broker.accepted();
            assertThat(recorder.next()).isEqualTo(connect("c"));

            Object fault = recorder.next();

            assertThat(fault).isInstanceOf(ProtocolException.class);
            assertThat(((ProtocolException) fault).reasonCode()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
        }
    }

    @Test
    void send_toPeerThatDoesNotRead_waitsAndTellsOnceWhenItIsWritable() throws Exception {
        int count = 400;
        AtomicLong outgoing = new AtomicLong();
        try (TestBroker broker = new TestBroker(layers, 1, recorder -> {});
                WireClient client = broker.connect()) {
            client.send(connect("c"));
            Recorder recorder = broker.accepted();
            assertThat(recorder.next()).isEqualTo(connect("c"));
            CountDownLatch sent = new CountDownLatch(1);
            recorder.run(() -> {
                for (int i = 0; i < count; i++) {
                    recorder.connection().send(publish("t", payload(50_000, i)), VERSION);
                }
                outgoing.set(recorder.connection().outgoingBytes());
                sent.countDown();
            });
            assertThat(sent.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(outgoing.get()).isBetween(1L << 20, count * 51_000L);

            for (int i = 0; i < count; i++) {
                assertThat(client.receive()).isEqualTo(publish("t", payload(50_000, i)));
            }

            assertThat(recorder.next()).isEqualTo(Recorder.Event.WRITABLE);
            assertThat(recorder.connection().outgoingBytes()).isZero();
            client.hangUp();
            assertThat(recorder.next()).isEqualTo(Recorder.Event.CLOSED);
        }
    }

    @Test
    void close_afterSends_saysEverythingFirst() throws Exception {
        try (TestBroker broker = new TestBroker(
                        layers,
                        1,
                        recorder -> recorder.always(packet -> {
                            for (int i = 0; i < 100; i++) {
                                recorder.connection().send(publish("t", payload(20_000, i)), VERSION);
                            }
                            recorder.connection().close();
                            recorder.connection().send(new PingResp(), VERSION);
                        }));
                WireClient client = broker.connect()) {
            client.send(connect("c"), new PingReq());

            for (int i = 0; i < 100; i++) {
                assertThat(client.receive()).isEqualTo(publish("t", payload(20_000, i)));
            }
            assertThat(client.receive()).isNull();
            Recorder recorder = broker.accepted();
            assertThat(recorder.next()).isEqualTo(connect("c"));
            assertThat(recorder.next()).isEqualTo(Recorder.Event.CLOSED);
        }
    }

    @Test
    void abort_whileStalled_closesAtOnce() throws Exception {
        try (TestBroker broker = new TestBroker(
                        layers,
                        1,
                        recorder -> recorder.always(packet -> {
                            for (int i = 0; i < 200; i++) {
                                recorder.connection().send(publish("t", payload(60_000, i)), VERSION);
                            }
                            recorder.connection().abort();
                        }));
                WireClient client = broker.connect()) {
            client.send(connect("c"));
            Recorder recorder = broker.accepted();

            assertThat(recorder.next()).isEqualTo(connect("c"));
            assertThat(recorder.next()).isEqualTo(Recorder.Event.CLOSED);
        }
    }

    @Test
    void received_whereTheHandlerFails_endsOnlyThatConnection() throws Exception {
        try (TestBroker broker = new TestBroker(
                        layers,
                        1,
                        recorder -> recorder.always(packet -> {
                            if (packet instanceof Publish) {
                                throw new IllegalStateException("on purpose");
                            }
                            recorder.connection().send(new PingResp(), VERSION);
                        }));
                WireClient broken = broker.connect();
                WireClient other = broker.connect()) {
            broken.send(connect("a"), publish("t", Payload.EMPTY));
            assertThat(broken.receive()).isNull();

            other.send(connect("b"));

            assertThat(other.receive()).isEqualTo(new PingResp());
            assertThat(broker.loops().faults()).isEqualTo(1);
        }
    }

    @Test
    void atEndOfTurn_sends_areFlushedInThatTurn() throws Exception {
        try (TestBroker broker = new TestBroker(
                        layers,
                        1,
                        recorder -> recorder.always(packet -> recorder.loop()
                                .atEndOfTurn(() -> recorder.loop()
                                        .atEndOfTurn(() -> recorder.connection().send(new PingResp(), VERSION)))));
                WireClient client = broker.connect()) {
            client.send(connect("c"));

            assertThat(client.receive()).isEqualTo(new PingResp());
        }
    }
}
