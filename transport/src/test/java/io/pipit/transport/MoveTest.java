package io.pipit.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.ConnectionEvents;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.NetworkConnection;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.Publish;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Channels that change their loop while their clients send in fragments, pipeline, and give up at any point: not a
 * byte may be lost or out of order, and every event must come on the right loop.
 */
@ParameterizedClass
@MethodSource("io.pipit.transport.Layers#all")
@Timeout(120)
final class MoveTest {
    private static final int LOOPS = 4;
    private static final int CLIENTS = 2000;
    /** Each of whom costs a handshake on both sides. */
    private static final int SECURE_CLIENTS = 500;

    private static final int AT_A_TIME = 200;
    private static final long SEED = 20_260_101;

    private final Layers layers;
    private final AtomicInteger moved = new AtomicInteger();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final int clientCount;
    private final CountDownLatch allClosed;

    MoveTest(Layers layers) {
        this.layers = layers;
        this.clientCount = layers.tls() == null ? CLIENTS : SECURE_CLIENTS;
        this.allClosed = new CountDownLatch(clientCount);
    }

    /** Moves its connection to the loop that the client identifier names, and echoes messages, which are numbered. */
    private final class Mover implements ConnectionEvents {
        private final NetworkConnection connection;
        private final List<Loop> loops;
        private Loop loop;
        private int next;
        private boolean closed;

        Mover(NetworkConnection connection, Loop loop, List<Loop> loops) {
            this.connection = connection;
            this.loop = loop;
            this.loops = loops;
        }

        @Override
        public void received(Packet packet) {
            requireLoop("received");
            switch (packet) {
                case Connect connect -> {
                    Loop target = loops.get(
                            Integer.parseInt(connect.clientIdentifier().value()) % LOOPS);
                    connection.pause();
                    connection.move(target, () -> {
                        loop = target;
                        requireLoop("arrived");
                        moved.incrementAndGet();
                        connection.resume();
                    });
                }
                case Publish publish -> {
                    String text = publish.payload().toText();
                    if (!text.startsWith(next + " ")) {
                        wrong.add("message " + next + " is " + text);
                    }
                    next++;
                    connection.send(publish, ProtocolVersion.MQTT_3_1_1);
                }
                default -> wrong.add("a " + packet);
            }
        }

        private void requireLoop(String event) {
            if (!loop.inLoop()) {
                wrong.add(event + " outside of the loop");
            }
            if (closed) {
                wrong.add(event + " after closed");
            }
        }

        @Override
        public void malformed(ProtocolException fault) {
            wrong.add("malformed: " + fault.getMessage());
        }

        @Override
        public void bytesReceived(long bytes) {
            requireLoop("bytesReceived");
        }

        @Override
        public void bytesSent(long bytes) {}

        @Override
        public void writable() {
            requireLoop("writable");
        }

        @Override
        public void closed() {
            if (closed) {
                wrong.add("closed twice");
            }
            closed = true;
            allClosed.countDown();
        }
    }

    @Test
    void move_underLoad_losesNothing() throws Exception {
        try (EventLoops loops = new EventLoops(LOOPS, layers.engine());
                Listener listener = Listener.open(
                        layers.listener(), loops, (connection, loop) -> new Mover(connection, loop, loops.loops()));
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Semaphore room = new Semaphore(AT_A_TIME);
            List<Future<Integer>> outcomes = new ArrayList<>();
            for (int i = 0; i < clientCount; i++) {
                int number = i;
                room.acquire();
                outcomes.add(clients.submit(() -> {
                    try {
                        return client(number, listener.address());
                    } finally {
                        room.release();
                    }
                }));
            }
            int echoed = 0;
            for (Future<Integer> outcome : outcomes) {
                echoed += outcome.get();
            }

            assertThat(allClosed.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(wrong).isEmpty();
            assertThat(loops.faults()).isZero();
            assertThat(moved.get()).isBetween(clientCount / 3, clientCount);
            assertThat(echoed).isPositive();
        }
    }

    /** Returns how many echoes came back. Of five clients two stay to the end. */
    private int client(int number, InetSocketAddress address) throws Exception {
        Random random = new Random(SEED + number);
        int count = random.nextInt(200);
        Packet[] packets = new Packet[count + 1];
        packets[0] = WireClient.connect(Integer.toString(number));
        for (int i = 0; i < count; i++) {
            packets[i + 1] = WireClient.publish("t", Payload.of(i + " " + "x".repeat(random.nextInt(300))));
        }
        byte[] bytes = WireClient.bytes(packets);
        boolean stays = number % 5 < 2;
        int until = stays ? bytes.length : random.nextInt(bytes.length + 1);
        try (WireClient client = layers.connect(address)) {
            client.socket().setSoLinger(!stays && random.nextBoolean(), 0);
            sendInFragments(client, bytes, until, random);
            for (int i = 0; stays && i < count; i++) {
                assertThat(client.receive()).isEqualTo(packets[i + 1]);
            }
            return stays ? count : 0;
        }
    }

    private static void sendInFragments(WireClient client, byte[] bytes, int until, Random random) throws IOException {
        int largest = random.nextBoolean() ? 40 : 20_000;
        int from = 0;
        while (from < until) {
            int size = Math.min(until - from, 1 + random.nextInt(largest));
            client.send(Arrays.copyOfRange(bytes, from, from + size));
            from += size;
        }
    }
}
