package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.acceptance.Endpoint.Transport;
import io.pipit.mqtt.Spec;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames on WebSocket that no library sends. */
final class WebSocketDialogueTest {
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int SUBACK = 9;
    private static final int PINGRESP = 13;

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static RawWebSocket open(String... subprotocols) throws ExecutionException {
        return RawWebSocket.open(STAGE.broker().port(Transport.WS), Endpoint.PATH, subprotocols);
    }

    private static byte[] dialogue(String name) {
        return Packets.join(
                Packets.connect(Version.V5, name),
                Packets.subscribe(Version.V5, 1, name, 0),
                Packets.publish(Version.V5, 0, Message.of(name, "payload")),
                Packets.pingreq());
    }

    private static void assertAnswered(RawWebSocket socket) {
        List<Integer> types =
                Stream.generate(() -> socket.packet().type()).limit(4).toList();
        assertThat(types).containsExactlyInAnyOrder(CONNACK, SUBACK, PUBLISH, PINGRESP);
    }

    @Test
    @Spec("MQTT-6.0.0-2")
    void packets_inOneFrame_areAnswered() throws ExecutionException {
        try (RawWebSocket socket = open("mqtt")) {
            socket.send(dialogue(STAGE.name("frame")));
            assertAnswered(socket);
        }
    }

    @Test
    @Spec("MQTT-6.0.0-2")
    void packets_acrossFrames_areAnswered() throws ExecutionException {
        String name = STAGE.name("frames");
        int length = dialogue(name).length;
        for (int split = 1; split < length; split++) {
            byte[] bytes = dialogue(name);
            try (RawWebSocket socket = open("mqtt")) {
                socket.sendPart(bytes, 0, split, true);
                socket.sendPart(bytes, split, length, true);
                assertAnswered(socket);
            }
        }
    }

    @Test
    void packets_inAFragmentedMessage_areAnswered() throws ExecutionException {
        byte[] bytes = dialogue(STAGE.name("fragments"));
        try (RawWebSocket socket = open("mqtt")) {
            for (int i = 0; i < bytes.length; i++) {
                socket.sendPart(bytes, i, i + 1, i == bytes.length - 1);
            }
            assertAnswered(socket);
        }
    }

    static Stream<Arguments> offers() {
        return Stream.of(
                Arguments.of(List.of("mqtt"), "mqtt"),
                Arguments.of(List.of("mqttv3.1"), "mqttv3.1"),
                Arguments.of(List.of("unknown", "mqtt"), "mqtt"),
                Arguments.of(List.of("mqtt", "mqttv3.1"), "mqtt"),
                Arguments.of(List.of("unknown", "mqttv3.1.1", "other"), "mqttv3.1.1"));
    }

    @OnlyPipit
    @ParameterizedTest
    @MethodSource("offers")
    @Spec("MQTT-6.0.0-4")
    void subprotocol_offeredInAList_isChosen(List<String> offered, String chosen) throws ExecutionException {
        try (RawWebSocket socket = open(offered.toArray(new String[0]))) {
            assertThat(socket.subprotocol()).isEqualTo(chosen);
            socket.send(dialogue(STAGE.name("offered")));
            assertAnswered(socket);
        }
    }

    @Test
    @OnlyPipit
    void subprotocol_whenNoneIsOffered_isNotNeeded() throws ExecutionException {
        try (RawWebSocket socket = open()) {
            assertThat(socket.subprotocol()).isEmpty();
            socket.send(dialogue(STAGE.name("none")));
            assertAnswered(socket);
        }
    }

    @Test
    @OnlyPipit
    @Spec("MQTT-6.0.0-1")
    void textFrame_isRefused() throws ExecutionException {
        try (RawWebSocket socket = open("mqtt")) {
            socket.sendText("hello");
            assertThat(socket.awaitClose())
                    .as("cannot accept this kind of data")
                    .isEqualTo(1003);
        }
    }

    @Test
    void ping_isAnsweredWithItsPayload() throws ExecutionException {
        try (RawWebSocket socket = open("mqtt")) {
            socket.ping("are you there");
            assertThat(socket.pong()).isEqualTo("are you there");
        }
    }

    @Test
    void close_isAnsweredWithClose() throws ExecutionException {
        try (RawWebSocket socket = open("mqtt")) {
            socket.sendClose();
            assertThat(socket.awaitClose()).isEqualTo(1000);
        }
    }

    @Test
    void close_withoutDisconnect_publishesTheWill() throws ExecutionException {
        String name = STAGE.name("will");
        try (RawConnection observer =
                        RawConnection.connected(STAGE.broker().port(Transport.TCP), Version.V3_1_1, name + "-o");
                RawWebSocket socket = open("mqtt")) {
            observer.send(Packets.subscribe(Version.V3_1_1, 1, name, 0));
            assertThat(observer.packet().type()).isEqualTo(SUBACK);
            socket.send(Packets.connectWithWill(Version.V3_1_1, name, Message.of(name, "gone")));
            assertThat(socket.packet().type()).isEqualTo(CONNACK);
            socket.sendClose();
            assertThat(observer.packet().message(Version.V3_1_1)).isEqualTo(Message.of(name, "gone"));
        }
    }

    @Test
    @OnlyPipit
    void path_thatIsUnknown_isNotFound() {
        int port = STAGE.broker().port(Transport.WS);
        assertThatThrownBy(() -> RawWebSocket.open(port, "/elsewhere", "mqtt"))
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(404));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 125, 126, 127, 200, 65_400, 65_535, 65_536, 300_000})
    void frame_ofAnyLength_isReadAndWritten(int size) throws ExecutionException {
        Message message = Message.of(STAGE.name("length"), "x".repeat(size));
        try (RawWebSocket socket = open("mqtt")) {
            socket.send(Packets.connect(Version.V3_1_1, message.topic()));
            assertThat(socket.packet().type()).isEqualTo(CONNACK);
            socket.send(Packets.subscribe(Version.V3_1_1, 1, message.topic(), 0));
            assertThat(socket.packet().type()).isEqualTo(SUBACK);
            socket.send(Packets.publish(Version.V3_1_1, 0, message));
            assertThat(socket.packet().message(Version.V3_1_1).equals(message)).isTrue();
        }
    }

    @Test
    void messages_ofManyFrames_keepTheirOrder() throws ExecutionException {
        String name = STAGE.name("many");
        int count = 5000;
        try (RawWebSocket socket = open("mqtt")) {
            socket.send(Packets.connect(Version.V3_1_1, name));
            assertThat(socket.packet().type()).isEqualTo(CONNACK);
            socket.send(Packets.subscribe(Version.V3_1_1, 1, name, 0));
            assertThat(socket.packet().type()).isEqualTo(SUBACK);
            for (int i = 0; i < count; i++) {
                socket.send(Packets.publish(Version.V3_1_1, 0, Message.of(name, Integer.toString(i))));
            }
            List<String> received = Stream.generate(
                            () -> socket.packet().message(Version.V3_1_1).payload())
                    .limit(count)
                    .toList();
            assertThat(received)
                    .isEqualTo(IntStream.range(0, count)
                            .mapToObj(Integer::toString)
                            .toList());
        }
    }
}
