package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.acceptance.Endpoint.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process is killed, another one starts with its directory, and everything that was acknowledged is there. */
@OnlyPipit
final class KilledBrokerTest {
    private static final String CLEAN_START = "02";
    private static final String SAME_SESSION = "00";
    private static final int MANY = 200;

    @TempDir
    private Path directory = Path.of("");

    private static String length(String hex) {
        return HexFormat.of().toHexDigits((byte) (hex.length() / 2));
    }

    private static String text(String text) {
        String hex = HexFormat.of().formatHex(text.getBytes(UTF_8));
        return "00" + length(hex) + hex;
    }

    private static byte[] packet(String firstByte, String body) {
        return Packets.hex(firstByte + length(body) + body);
    }

    /** A connection of 5.0 with a session that is kept for an hour. */
    private static RawConnection connect(PipitProcess broker, String client, String flags, int sessionPresent) {
        return connect(broker, client, flags, "", sessionPresent);
    }

    private static RawConnection connect(
            PipitProcess broker, String client, String flags, String will, int sessionPresent) {
        RawConnection connection = RawConnection.to(broker.port(Transport.TCP));
        connection.send(packet("10", text("MQTT") + "05" + flags + "003c" + "0511" + "00000e10" + text(client) + will));
        RawPacket connAck = connection.packet();
        assertThat(connAck.type()).isEqualTo(2);
        assertThat(connAck.at(1)).isZero();
        assertThat(connAck.at(0)).as("Session Present of " + client).isEqualTo(sessionPresent);
        return connection;
    }

    private static void subscribe(RawConnection connection, String filter, int identifier, int qos) {
        String properties = "020b" + HexFormat.of().toHexDigits((byte) identifier);
        connection.send(packet("82", "0001" + properties + text(filter) + "0" + qos));
        assertThat(connection.packet().type()).isEqualTo(9);
    }

    private static RawPacket expect(RawConnection connection, int firstByte) {
        RawPacket packet = connection.packet();
        assertThat(packet.firstByte())
                .as(packet + " instead of %02x", firstByte)
                .isEqualTo(firstByte);
        return packet;
    }

    private static void publishAtLeastOnce(RawConnection publisher, String topic, String payload, boolean retain) {
        publisher.send(Packets.publish(Version.V5, 9, new Message(topic, payload, 1, retain, MessageProperties.NONE)));
        expect(publisher, 0x40);
    }

    private static byte[] exactlyOnce(String topic, String payload, int packetId) {
        return Packets.publish(Version.V5, packetId, new Message(topic, payload, 2, false, MessageProperties.NONE));
    }

    private void before() {
        PipitProcess broker = PipitProcess.start(directory);
        try (Program program = broker.program()) {
            RawConnection offline = connect(broker, "offline", CLEAN_START, 0);
            subscribe(offline, "q/#", 7, 2);
            offline.send(Packets.disconnect());
            RawConnection half = connect(broker, "half", CLEAN_START, 0);
            subscribe(half, "h", 8, 2);
            connect(broker, "heir", CLEAN_START, 0).send(packet("82", "0001" + "00" + text("will") + "01"));
            String willDelayOfASecond = "0518" + "00000001";
            connect(broker, "mortal", "0e", willDelayOfASecond + text("will") + text("gone"), 0);

            RawConnection publisher = connect(broker, "publisher", CLEAN_START, 0);
            publishAtLeastOnce(publisher, "kept", "retained", true);
            for (int i = 0; i < MANY; i++) {
                publishAtLeastOnce(publisher, "q/many", Integer.toString(i), false);
            }
            publisher.send(exactlyOnce("q/half", "once", 5));
            expect(publisher, 0x50); // and no PUBREL
            publisher.send(exactlyOnce("h", "two", 6));
            expect(publisher, 0x50);
            RawPacket received = expect(half, 0x34);
            half.send(Packets.ack(0x50, received.packetId()));
            expect(half, 0x62); // and no PUBCOMP
            program.signal("KILL");
            assertThat(program.exitCode()).isNotZero();
        }
    }

    @Test
    void everythingAcknowledged_isThereAfterTheRestart() {
        before();
        try (PipitProcess broker = PipitProcess.start(directory)) {
            RawConnection publisher = connect(broker, "publisher", SAME_SESSION, 1);
            byte[] again = exactlyOnce("q/half", "once", 5);
            again[0] |= 0x08;
            publisher.send(again);
            expect(publisher, 0x50);
            publisher.send(Packets.ack(0x62, 5));
            expect(publisher, 0x70);

            RawConnection half = connect(broker, "half", SAME_SESSION, 1);
            RawPacket release = expect(half, 0x62);
            half.send(Packets.ack(0x70, release.packetId()));

            RawConnection offline = connect(broker, "offline", SAME_SESSION, 1);
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                expected.add("q/many " + i);
            }
            expected.add("q/half once");
            assertThat(receive(offline, expected.size())).isEqualTo(expected);

            RawConnection heir = connect(broker, "heir", SAME_SESSION, 1);
            assertThat(expect(heir, 0x32).message(Version.V5).payload()).isEqualTo("gone");

            RawConnection fresh = connect(broker, "fresh", CLEAN_START, 0);
            subscribe(fresh, "kept", 9, 0);
            assertThat(expect(fresh, 0x31).message(Version.V5).payload()).isEqualTo("retained");

            // the queue is empty now, and the subscriptions still hold
            publishAtLeastOnce(publisher, "q/later", "more", false);
            assertThat(receive(offline, 1)).containsExactly("q/later more");
        }
    }

    /** Takes so many messages with Subscription Identifier 7, and acknowledges them. */
    private static List<String> receive(RawConnection subscriber, int count) {
        List<String> messages = new ArrayList<>();
        while (messages.size() < count) {
            RawPacket packet = subscriber.packet();
            switch (packet.firstByte() >> 4) {
                case 3 -> {
                    assertThat(packet.body()).contains("020b07");
                    Message message = packet.message(Version.V5);
                    messages.add(message.topic() + " " + message.payload());
                    subscriber.send(Packets.ack(message.qos() == 1 ? 0x40 : 0x50, packet.packetId()));
                    if (message.qos() == 2) {
                        subscriber.send(
                                Packets.ack(0x70, expect(subscriber, 0x62).packetId()));
                    }
                }
                default -> throw new AssertionError("not a PUBLISH: " + packet);
            }
        }
        return messages;
    }
}
