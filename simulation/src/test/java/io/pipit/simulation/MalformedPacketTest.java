package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.publish;

import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 4.13: bytes that are no packet of MQTT 5.0 end their connection, with the reason why. */
final class MalformedPacketTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @ParameterizedTest
    @ValueSource(ints = {0x60, 0x61, 0x63, 0x6A, 0x80, 0x83, 0x8A, 0xA0, 0xA1, 0xAA})
    @Spec({"MQTT-3.6.1-1", "MQTT-3.8.1-1", "MQTT-3.10.1-1"})
    void pubrelSubscribeOrUnsubscribe_withOtherFlags_isMalformed(int firstByte) {
        var alice = broker.connect(connect("alice"));
        alice.sendsBytes(firstByte, 2, 0, 1);
        alice.isClosedAfter(disconnect(ReasonCode.MALFORMED_PACKET));
    }

    @ParameterizedTest
    @ValueSource(ints = {0xE1, 0xE2, 0xE8, 0xF1, 0xF2, 0xF8})
    @Spec({"MQTT-3.14.1-1", "MQTT-3.15.1-1", "MQTT-4.13.1-1"})
    void disconnectOrAuth_withFlags_isMalformed(int firstByte) {
        var alice = broker.connect(connect("alice"));
        alice.sendsBytes(firstByte, 0);
        alice.isClosedAfter(disconnect(ReasonCode.MALFORMED_PACKET));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x36, 0x37})
    @Spec({"MQTT-3.3.1-4", "MQTT-4.13.1-1"})
    void publish_atQoS3_isMalformed(int firstByte) {
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.sendsBytes(firstByte, 6, 0, 1, 't', 0, 1, 0);
        alice.isClosedAfter(disconnect(ReasonCode.MALFORMED_PACKET));
        bob.receivesNothing();
    }

    /** Too long, with a Will QoS of 3, without its Client Identifier, with a User Name that is no UTF-8. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10 0F 00 04 4D 51 54 54 05 02 00 00 00 00 01 61 00",
                "10 12 00 04 4D 51 54 54 05 1E 00 00 00 00 01 61 00 00 01 77",
                "10 0B 00 04 4D 51 54 54 05 02 00 00 00",
                "10 11 00 04 4D 51 54 54 05 82 00 00 00 00 01 61 00 01 FF"
            })
    @Spec("MQTT-3.1.4-1")
    void connect_ofTheWrongForm_isClosed(String hex) {
        var alice = broker.opens("alice");
        alice.sendsBytes(bytes(hex));
        alice.isClosed();
    }

    @Test
    @Spec({"MQTT-3.1.2-3", "MQTT-3.1.4-1"})
    void connect_withTheReservedFlag_isClosed() {
        var alice = broker.opens("alice");
        alice.sendsBytes(bytes("10 0E 00 04 4D 51 54 54 05 03 00 00 00 00 01 61"));
        alice.isClosed();
        var bob = broker.opens("bob");
        bob.sendsBytes(bytes("10 0E 00 04 4D 51 54 54 05 02 00 00 00 00 01 61"));
        bob.receives(connack());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x40, 0x80, 0xC0})
    @Spec({"MQTT-3.8.3-5", "MQTT-4.13.1-1"})
    void subscribe_withReservedOptions_isMalformed(int options) {
        var alice = broker.connect(connect("alice"));
        alice.sendsBytes(0x82, 7, 0, 1, 0, 0, 1, 't', options);
        alice.isClosedAfter(disconnect(ReasonCode.MALFORMED_PACKET));
    }

    @Test
    @Spec({"MQTT-3.14.4-1", "MQTT-3.14.4-2", "MQTT-4.13.2-1"})
    void afterItsDisconnect_theServerSendsNothingMoreAndCloses() {
        var alice = broker.connect(connect("alice").expiry(60)).subscribes("t");
        var bob = broker.connect(connect("bob")).subscribes("t");
        alice.sendsTogether(
                connect("alice").packet(),
                publish("t", "too late").packet(),
                publish("t", "too late").qos1(1).packet());
        alice.isClosedAfter(disconnect(ReasonCode.PROTOCOL_ERROR));
        bob.receivesNothing();
        bob.publishes(publish("t", "hi"));
        bob.receives(publish("t", "hi"));
        alice.isClosed();
    }

    @Test
    @Spec("MQTT-4.13.2-1")
    void refusal_thatTheClientWouldNotAccept_closesWithoutAWord() {
        broker.access().refuse(ReasonCode.NOT_AUTHORIZED);
        broker.tries(connect("alice").maximumPacketSize(4)).isClosed();
    }

    private static int[] bytes(String hex) {
        return Arrays.stream(hex.split(" ", -1))
                .mapToInt(digits -> Integer.parseInt(digits, 16))
                .toArray();
    }
}
