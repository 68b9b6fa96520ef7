package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.acceptance.Endpoint.Transport;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes on TCP that no library sends. */
final class RawDialogueTest {
    private static final int CONNECT_TIMEOUT_SECONDS = 2;
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int PUBREC = 5;
    private static final int PUBCOMP = 7;
    private static final int SUBACK = 9;
    private static final int PINGRESP = 13;
    private static final int DISCONNECT = 14;

    @RegisterExtension
    static final Stage STAGE = new Stage("mqtt.connect-timeout=" + CONNECT_TIMEOUT_SECONDS + "s");

    private static RawConnection open() {
        return RawConnection.to(STAGE.broker().port(Transport.TCP));
    }

    private static RawConnection connected(Version version) {
        return RawConnection.connected(STAGE.broker().port(Transport.TCP), version, STAGE.name("raw"));
    }

    /** A whole dialogue: connect, subscribe, publish at QoS 2 to oneself, ping. */
    private static byte[] dialogue(Version version, String name) {
        return Packets.join(
                Packets.connect(version, name),
                Packets.subscribe(version, 1, name, 0),
                Packets.publish(version, 2, Message.of(name, "payload").withQos(2)),
                Packets.ack(0x62, 2),
                Packets.pingreq());
    }

    private static void assertAnswered(RawConnection connection, Version version, String name) {
        List<Integer> types = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            RawPacket packet = connection.packet();
            types.add(packet.type());
            if (packet.type() == PUBLISH) {
                assertThat(packet.message(version)).isEqualTo(Message.of(name, "payload"));
            }
        }
        assertThat(types).containsExactlyInAnyOrder(CONNACK, SUBACK, PUBREC, PUBLISH, PUBCOMP, PINGRESP);
        assertThat(types).containsSubsequence(CONNACK, SUBACK, PUBREC, PUBCOMP, PINGRESP);
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void packets_splitAtEachByte_areAnsweredAsWhole(Version version) {
        String name = STAGE.name("split");
        int length = dialogue(version, name).length;
        for (int split = 1; split < length; split++) {
            byte[] bytes = dialogue(version, name);
            try (RawConnection connection = open()) {
                connection.send(bytes, 0, split);
                connection.send(bytes, split, length);
                assertAnswered(connection, version, name);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void packets_byteByByte_areAnsweredAsWhole(Version version) {
        String name = STAGE.name("bytes");
        byte[] bytes = dialogue(version, name);
        try (RawConnection connection = open()) {
            for (int i = 0; i < bytes.length; i++) {
                connection.send(bytes, i, i + 1);
            }
            assertAnswered(connection, version, name);
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void packets_inOneWrite_areAnsweredInOrder(Version version) {
        String name = STAGE.name("joined");
        try (RawConnection connection = open()) {
            connection.send(dialogue(version, name));
            assertAnswered(connection, version, name);
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    @Spec("MQTT-4.4.0-1")
    void publish_unacknowledged_isRepeatedWithTheSameIdentifierOnReconnect(Version version) {
        String name = STAGE.name("again");
        Message message = Message.of(name, "once more").withQos(1);
        int identifier;
        try (RawConnection first = open()) {
            first.send(Packets.join(
                    storedConnect(version, name),
                    Packets.subscribe(version, 1, name, 1),
                    Packets.publish(version, 2, message)));
            RawPacket publish = first.packet();
            while (publish.type() != PUBLISH) {
                publish = first.packet();
            }
            identifier = publish.packetId();
            assertThat(publish.firstByte()).isEqualTo(0x32);
        }
        try (RawConnection second = open()) {
            second.send(storedConnect(version, name));
            assertThat(second.packet().type()).isEqualTo(CONNACK);
            RawPacket publish = second.packet();
            assertThat(publish.firstByte()).as("DUP and QoS 1").isEqualTo(0x3A);
            assertThat(publish.packetId()).isEqualTo(identifier);
            assertThat(publish.message(version)).isEqualTo(message);
        }
    }

    /** A CONNECT of a session that outlives its connection. */
    private static byte[] storedConnect(Version version, String name) {
        if (version != Version.V5) {
            return Packets.connect(version, name, 0, 60);
        }
        byte[] connect = Packets.connect(version, name, 0, 60);
        // The empty properties of byte 12 become a Session Expiry Interval of 100 seconds.
        return Packets.join(
                new byte[] {connect[0], (byte) (connect[1] + 5)},
                Arrays.copyOfRange(connect, 2, 12),
                Packets.hex("05 11 00000064"),
                Arrays.copyOfRange(connect, 13, connect.length));
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    @Spec("MQTT-3.1.2-22")
    @OnlyPipit
    void connection_silentBeyondItsKeepAlive_isClosed(Version version) {
        try (RawConnection connection = open()) {
            long start = System.nanoTime(); // the broker's clock starts between CONNECT and CONNACK, whichever is late
            connection.send(Packets.connect(version, STAGE.name("silent"), 2, 1));
            assertThat(connection.packet().type()).isEqualTo(CONNACK);
            List<RawPacket> farewell = connection.untilEnd();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1400));
            if (version == Version.V5) {
                assertFarewell(farewell, 0x8D);
            }
        }
    }

    @Test
    @OnlyPipit
    void connection_withoutConnect_isClosedInTime() {
        try (RawConnection connection = open()) {
            assertThat(connection.untilEnd()).isEmpty();
        }
    }

    @Test
    @OnlyPipit
    void connection_withHalfAConnect_isClosedInTime() {
        try (RawConnection connection = open()) {
            byte[] connect = Packets.connect(Version.V5, STAGE.name("half"));
            connection.send(connect, 0, connect.length / 2);
            assertThat(connection.untilEnd()).isEmpty();
        }
    }

    @Test
    @Spec("MQTT-3.1.0-1")
    void firstPacket_otherThanConnect_closes() {
        try (RawConnection connection = open()) {
            connection.send(Packets.pingreq());
            assertThat(connection.untilEnd()).isEmpty();
        }
    }

    private static void assertFarewell(List<RawPacket> farewell, int reasonCode) {
        assertThat(farewell).extracting(RawPacket::type).containsExactly(DISCONNECT);
        assertThat(farewell.getFirst().at(0)).isEqualTo(reasonCode);
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    @Spec("MQTT-3.1.0-2")
    @OnlyPipit
    void connect_aSecondTime_closes(Version version) {
        try (RawConnection connection = connected(version)) {
            connection.send(Packets.connect(version, STAGE.name("second")));
            List<RawPacket> farewell = connection.untilEnd();
            if (version == Version.V5) {
                assertFarewell(farewell, 0x82);
            }
        }
    }

    @Test
    @OnlyPipit
    void length_of256MegabytesBeforeConnect_isRefusedAtOnceWithoutMemory() {
        long before = memory();
        for (int i = 0; i < 20; i++) {
            try (RawConnection connection = open()) {
                connection.send(Packets.hex("10 ff ff ff 7f 00 04"));
                assertThat(connection.untilEnd()).isEmpty();
            }
        }
        assertThat(memory() - before).as("growth of resident memory").isLessThan(64L << 20);
    }

    /** Resident memory of the broker in bytes, 0 where the system does not say. */
    private static long memory() {
        return STAGE.broker() instanceof PipitProcess pipit ? pipit.program().residentBytes() : 0;
    }

    @Test
    void length_ofFiveBytes_closes() {
        try (RawConnection connection = open()) {
            connection.send(Packets.hex("10 ff ff ff ff 7f 00 04"));
            assertThat(connection.untilEnd()).isEmpty();
        }
    }

    @Test
    @Spec("MQTT-3.1.2-2")
    void connect_ofAnUnknownVersion_isAnsweredAndClosed() {
        try (RawConnection connection = open()) {
            connection.send(Packets.hex("10 0d 0004 4d515454 09 02 003c 0001 78"));
            RawPacket answer = connection.packet();
            assertThat(answer.type()).isEqualTo(CONNACK);
            assertThat(answer.at(1))
                    .as("unacceptable protocol version, or unsupported")
                    .isIn(0x01, 0x84);
            assertThat(connection.untilEnd()).isEmpty();
        }
    }

    @Test
    void publish_manyAtQosOneWithoutReading_areAllAcknowledgedInOrder() {
        int count = 20_000;
        try (RawConnection connection = connected(Version.V3_1_1)) {
            Message message = Message.of(STAGE.name("unread"), "x").withQos(1);
            Thread sender = Thread.ofVirtual()
                    .start(() -> IntStream.rangeClosed(1, count)
                            .forEach(i -> connection.send(Packets.publish(Version.V3_1_1, i, message))));
            for (int i = 1; i <= count; i++) {
                RawPacket ack = connection.packet();
                assertThat(ack.type()).isEqualTo(4);
                assertThat(ack.packetId()).isEqualTo(i);
            }
            assertThat(sender.isAlive()).isFalse();
        }
    }
}
