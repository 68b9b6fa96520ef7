package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.broker.spi.ConnectionEvents;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.NetworkConnection;
import io.pipit.broker.spi.Peer;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.Publish;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The simulated network keeps the promises of {@link NetworkConnection}, and catches who breaks them. */
final class SimulatedConnectionTest {
    private final SimulatedLoops loops = new SimulatedLoops(2, new SimulatedClock());
    private final SimulatedLoop first = loops.all().get(0);
    private final SimulatedLoop second = loops.all().get(1);
    private final Heard heard = new Heard();
    private final Network network = new Network();
    private final SimulatedConnection connection =
            SimulatedConnection.open(heard::accept, loops, first, new Peer("peer", true, "test"), network);

    @Test
    void receive_ofBytesInPieces_decodesWholePackets() {
        byte[] connect = bytes(Packets.connect("alice").packet());
        for (byte b : connect) {
            connection.peerSends(new byte[] {b});
            loops.runUntilIdle();
        }
        assertThat(heard.packets).containsExactly(Packets.connect("alice").packet());
        assertThat(heard.bytes).isEqualTo(connect.length);
    }

    @Test
    void receive_ofPayloadThatIsNotKept_isOverwrittenAfterTheTurn() {
        send(Packets.connect("alice").packet(), Packets.publish("t", "hello").packet());
        assertThat(heard.packets.get(1))
                .isInstanceOfSatisfying(
                        Publish.class,
                        publish -> assertThat(publish.payload().toText()).isEqualTo("ZZZZZ"));
    }

    @Test
    void pause_whileMoreWasRead_decodesItAfterResume() {
        heard.onPacket = () -> heard.connection().pause();
        send(Packets.connect("alice").packet(), Packets.pingreq());
        assertThat(heard.packets).hasSize(1);

        heard.onPacket = () -> {};
        first.execute(() -> heard.connection().resume());
        loops.runUntilIdle();
        assertThat(heard.packets).hasSize(2);
    }

    @Test
    void move_whenPaused_continuesOnTheOtherLoopWithoutLosingBytes() {
        List<Boolean> arrivedInSecond = new ArrayList<>();
        heard.onPacket = () -> {
            heard.onPacket = () -> {};
            heard.connection().pause();
            heard.connection().send(Packets.pingresp(), ProtocolVersion.MQTT_5_0);
            heard.connection().move(second, () -> {
                arrivedInSecond.add(second.inLoop());
                heard.connection().resume();
            });
        };
        send(Packets.connect("alice").packet(), Packets.pingreq());

        assertThat(arrivedInSecond).containsExactly(true);
        assertThat(heard.packets).hasSize(2);
        assertThat(network.arrived.size()).isEqualTo(2);
    }

    @Test
    void move_whileThePeerCloses_closesInsteadOfArriving() {
        List<String> arrived = new ArrayList<>();
        heard.onPacket = () -> {
            heard.connection().pause();
            heard.connection().move(second, () -> arrived.add("arrived"));
            connection.peerCloses();
        };
        send(Packets.connect("alice").packet());

        assertThat(arrived).isEmpty();
        assertThat(heard.closed).isEqualTo(1);
    }

    @Test
    void move_whenNotPaused_isAFault() {
        heard.onPacket = () -> heard.connection().move(second, () -> {});
        assertThatThrownBy(() -> send(Packets.connect("alice").packet())).hasMessageContaining("not paused");
    }

    @Test
    void call_fromAForeignLoop_isAFault() {
        loops.runUntilIdle();
        second.execute(() -> heard.connection().pause());
        assertThatThrownBy(loops::runUntilIdle).hasMessageContaining("belongs to loop 0");
    }

    @Test
    void send_toAPeerThatStalls_waitsAndTellsWhenWritableAgain() {
        connection.peerTakes(1);
        List<Long> waiting = new ArrayList<>();
        heard.onPacket = () -> heard.connection().send(Packets.pingresp(), ProtocolVersion.MQTT_5_0);
        send(Packets.connect("alice").packet());
        first.execute(() -> waiting.add(heard.connection().outgoingBytes()));
        loops.runUntilIdle();
        assertThat(waiting).containsExactly(1L);
        assertThat(heard.writable).isZero();

        connection.peerTakes(Long.MAX_VALUE);
        loops.runUntilIdle();
        assertThat(heard.writable).isEqualTo(1);
        assertThat(heard.bytesSent).isEqualTo(2);
    }

    @Test
    void close_sendsWhatWaitsFirst() {
        heard.onPacket = () -> {
            heard.connection().send(Packets.pingresp(), ProtocolVersion.MQTT_5_0);
            heard.connection().close();
        };
        send(Packets.connect("alice").packet());
        assertThat(network.arrived.size()).isEqualTo(2);
        assertThat(network.ended).isEqualTo(1);
        assertThat(heard.closed).isEqualTo(1);
    }

    @Test
    void receive_ofWhatIsNoPacket_tellsAndDecodesNothingMore() {
        connection.peerSends(new byte[] {0, 0, 0});
        loops.runUntilIdle();
        send(Packets.connect("alice").packet());
        assertThat(heard.faults).hasSize(1);
        assertThat(heard.packets).isEmpty();
    }

    private void send(Packet... packets) {
        for (Packet packet : packets) {
            connection.peerSends(bytes(packet));
        }
        loops.runUntilIdle();
    }

    private static byte[] bytes(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, ProtocolVersion.MQTT_5_0, out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private static final class Network implements SimulatedConnection.Wire {
        private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        private int ended;

        @Override
        public void arrived(byte[] bytes) {
            arrived.writeBytes(bytes);
        }

        @Override
        public void ended() {
            ended++;
        }
    }

    private static final class Heard implements ConnectionEvents {
        private final List<Packet> packets = new ArrayList<>();
        private final List<ProtocolException> faults = new ArrayList<>();
        private @Nullable NetworkConnection connection;
        private Runnable onPacket = () -> {};
        private long bytes;
        private long bytesSent;
        private int writable;
        private int closed;

        ConnectionEvents accept(NetworkConnection accepted, Loop loop) {
            assertThat(loop.inLoop()).isTrue();
            connection = accepted;
            return this;
        }

        NetworkConnection connection() {
            return Objects.requireNonNull(connection);
        }

        @Override
        public void received(Packet packet) {
            packets.add(packet);
            onPacket.run();
        }

        @Override
        public void malformed(ProtocolException fault) {
            faults.add(fault);
        }

        @Override
        public void bytesReceived(long count) {
            bytes += count;
        }

        @Override
        public void bytesSent(long count) {
            bytesSent += count;
        }

        @Override
        public void writable() {
            writable++;
        }

        @Override
        public void closed() {
            closed++;
        }
    }
}
