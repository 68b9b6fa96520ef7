package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.acceptance.Endpoint.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** SIGTERM while clients are at work. */
@OnlyPipit
final class StopTest {
    private static final int PUBLISHERS = 4;
    private static final int WINDOW = 64;
    private static final int ENOUGH = 20_000;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int DISCONNECT = 14;
    private static final int SERVER_SHUTTING_DOWN = 0x8B;

    private final CountDownLatch enough = new CountDownLatch(ENOUGH);

    /** What one connection saw: payloads that were acknowledged or received, and the reason code at the end. */
    private record Seen(Set<String> payloads, int reasonCode) {}

    @Test
    void stop_underLoad_losesNothingThatWasAcknowledged() throws Exception {
        PipitProcess broker = PipitProcess.start(List.of());
        try (Program program = broker.program();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int port = broker.port(Transport.TCP);
            RawConnection subscriber = RawConnection.connected(port, Version.V5, "subscriber");
            subscriber.send(Packets.subscribe(Version.V5, 1, "load/+", 1));
            assertThat(subscriber.packet().type()).isEqualTo(9);
            Future<Seen> received = threads.submit(() -> receive(subscriber));
            List<Future<Seen>> acknowledged = new ArrayList<>();
            for (int i = 0; i < PUBLISHERS; i++) {
                String name = "publisher-" + i;
                RawConnection publisher = RawConnection.connected(port, Version.V5, name);
                acknowledged.add(threads.submit(() -> publish(publisher, name)));
            }
            assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();

            long start = System.nanoTime();
            program.terminate();
            assertThat(program.exitCode()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));

            Seen subscriberSaw = received.get(10, TimeUnit.SECONDS);
            assertThat(subscriberSaw.reasonCode()).isEqualTo(SERVER_SHUTTING_DOWN);
            for (Future<Seen> publisher : acknowledged) {
                Seen saw = publisher.get(10, TimeUnit.SECONDS);
                assertThat(saw.payloads()).isNotEmpty();
                Set<String> lost = new HashSet<>(saw.payloads());
                lost.removeAll(subscriberSaw.payloads());
                assertThat(lost).as("acknowledged and not delivered").isEmpty();
                assertThat(saw.reasonCode()).isEqualTo(SERVER_SHUTTING_DOWN);
            }
        }
    }

    private Seen receive(RawConnection connection) {
        Set<String> payloads = new HashSet<>();
        try (connection) {
            for (RawPacket packet : connection) {
                switch (packet.type()) {
                    case PUBLISH -> {
                        payloads.add(packet.message(Version.V5).payload());
                        connection.trySend(Packets.ack(0x40, packet.packetId()));
                        enough.countDown();
                    }
                    case DISCONNECT -> {
                        return new Seen(payloads, packet.at(0));
                    }
                    default -> throw new AssertionError("not expected: " + packet);
                }
            }
        }
        return new Seen(payloads, 0);
    }

    /** Publishes with up to {@link #WINDOW} messages not acknowledged, until the connection ends. */
    private static Seen publish(RawConnection connection, String name) {
        Set<String> payloads = new HashSet<>();
        try (connection) {
            int next = 1;
            while (next <= WINDOW) {
                publish(connection, name, next++);
            }
            int oldest = 1;
            for (RawPacket packet : connection) {
                switch (packet.type()) {
                    case PUBACK -> {
                        assertThat(packet.packetId()).isEqualTo(identifier(oldest));
                        payloads.add(name + ":" + oldest++);
                        publish(connection, name, next++);
                    }
                    case DISCONNECT -> {
                        return new Seen(payloads, packet.at(0));
                    }
                    default -> throw new AssertionError("not expected: " + packet);
                }
            }
        }
        return new Seen(payloads, 0);
    }

    private static void publish(RawConnection connection, String name, int number) {
        Message message = Message.of("load/" + name, name + ":" + number).withQos(1);
        connection.trySend(Packets.publish(Version.V5, identifier(number), message));
    }

    private static int identifier(int number) {
        return 1 + number % 65_535;
    }

    @Test
    void stop_withAnIdleClientOfEachVersion_endsTheirConnections() {
        PipitProcess broker = PipitProcess.start(List.of());
        try (Program program = broker.program()) {
            int port = broker.port(Transport.TCP);
            RawConnection three = RawConnection.connected(port, Version.V3_1_1, "three");
            RawConnection five = RawConnection.connected(port, Version.V5, "five");
            try (three;
                    five) {
                program.terminate();
                assertThat(program.exitCode()).isZero();
                assertThat(three.untilEnd()).isEmpty();
                List<RawPacket> farewell = five.untilEnd();
                assertThat(farewell).extracting(RawPacket::type).containsExactly(DISCONNECT);
                assertThat(farewell.getFirst().at(0)).isEqualTo(SERVER_SHUTTING_DOWN);
            }
        }
    }

    @Test
    void stop_withASecondSignal_endsAtOnce() {
        PipitProcess broker = PipitProcess.start(List.of("stop.timeout=60s"));
        try (Program program = broker.program()) {
            int port = broker.port(Transport.TCP);
            // A subscriber that never reads: what waits for it can never be flushed.
            RawConnection stalled = RawConnection.connected(port, Version.V3_1_1, "stalled");
            RawConnection publisher = RawConnection.connected(port, Version.V3_1_1, "publisher");
            try (stalled;
                    publisher) {
                stalled.send(Packets.subscribe(Version.V3_1_1, 1, "stalled", 1));
                assertThat(stalled.packet().type()).isEqualTo(9);
                Message message = Message.of("stalled", "x".repeat(100_000)).withQos(1);
                for (int i = 1; i <= 200; i++) {
                    publisher.send(Packets.publish(Version.V3_1_1, i, message));
                    assertThat(publisher.packet().type()).isEqualTo(PUBACK);
                }
                program.terminate();
                Awaitility.await("the end of listening")
                        .atMost(Duration.ofSeconds(5))
                        .until(() -> !program.isAlive() || !MosquittoProcess.accepts(port));
                long start = System.nanoTime();
                program.terminate();
                program.exitCode();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            }
        }
    }
}
