package io.pipit.transport;

import static io.pipit.transport.WireClient.bytes;
import static io.pipit.transport.WireClient.connect;
import static io.pipit.transport.WireClient.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.Spec;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class WebSocketTest {
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private TestBroker broker = newBroker(false);

    private static TestBroker newBroker(boolean requireProtocol) {
        try {
            WebSocketSettings settings =
                    new WebSocketSettings(List.of("/mqtt", "/more"), requireProtocol, Duration.ofSeconds(10));
            return new TestBroker(Engine.best(), 1, settings, recorder -> {
                recorder.connection().established(1 << 22);
                recorder.always(packet -> {
                    if (packet instanceof Publish) {
                        recorder.connection().send(packet, ProtocolVersion.MQTT_3_1_1);
                    }
                });
            });
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @AfterEach
    void closeBroker() {
        broker.close();
    }

    /** A frame as it came from the broker. */
    private record Frame(int opcode, List<Byte> payload) {
        byte[] bytes() {
            byte[] bytes = new byte[payload.size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = payload.get(i);
            }
            return bytes;
        }
    }

    /** A socket that speaks HTTP and frames by hand. */
    private static final class Wire implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;

        Wire(TestBroker broker) throws IOException {
            socket = new Socket(
                    broker.webSocketAddress().getAddress(),
                    broker.webSocketAddress().getPort());
            socket.setSoTimeout(20_000);
            in = new DataInputStream(socket.getInputStream());
        }

        void write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        void request(String requestLine, String... headers) throws IOException {
            write((requestLine + "\r\nHost: localhost\r\n"
                            + String.join(
                                    "",
                                    Arrays.stream(headers)
                                            .map(header -> header + "\r\n")
                                            .toList())
                            + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        }

        /** The head of the response, without its last empty line. */
        String head() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
            return head.substring(0, head.length() - 4);
        }

        String rest() throws IOException {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }

        static byte[] frame(int firstByte, byte[] payload) {
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            frame.write(firstByte);
            if (payload.length < 126) {
                frame.write(0x80 | payload.length);
            } else if (payload.length <= 0xFFFF) {
                frame.write(0x80 | 126);
                frame.writeBytes(
                        ByteBuffer.allocate(2).putShort((short) payload.length).array());
            } else {
                frame.write(0x80 | 127);
                frame.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
            }
            byte[] mask = {0x12, (byte) 0xF4, 0x56, (byte) 0x89};
            frame.writeBytes(mask);
            for (int i = 0; i < payload.length; i++) {
                frame.write(payload[i] ^ mask[i & 3]);
            }
            return frame.toByteArray();
        }

        Frame frame() throws IOException {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            long size = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
            byte[] payload = in.readNBytes((int) size);
            assertThat(first & 0x80).as("the last frame of its message").isEqualTo(0x80);
            Byte[] boxed = new Byte[payload.length];
            Arrays.setAll(boxed, i -> payload[i]);
            return new Frame(first & 0x0F, List.of(boxed));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static String[] upgrade(String... more) {
        String[] headers = {
            "Upgrade: websocket",
            "Connection: keep-alive, Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13"
        };
        String[] all = Arrays.copyOf(headers, headers.length + more.length);
        System.arraycopy(more, 0, all, headers.length, more.length);
        return all;
    }

    private Wire open() throws IOException {
        Wire wire = new Wire(broker);
        wire.request("GET /mqtt HTTP/1.1", upgrade("Sec-WebSocket-Protocol: mqtt"));
        assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
        return wire;
    }

    private static void assertEchoes(Wire wire, Packet... packets) throws IOException {
        byte[] expected = bytes(packets);
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        while (got.size() < expected.length) {
            Frame frame = wire.frame();
            assertThat(frame.opcode()).isEqualTo(BINARY);
            got.writeBytes(frame.bytes());
        }
        assertThat(got.toByteArray()).isEqualTo(expected);
    }

    private static void assertClosed(Wire wire, int code) throws IOException {
        Frame frame = wire.frame();
        assertThat(frame.opcode()).isEqualTo(CLOSE);
        assertThat(frame.bytes()).isEqualTo(new byte[] {(byte) (code >> 8), (byte) code});
        assertThat(wire.in.read()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mqtt|mqtt",
                "mqttv3.1|mqttv3.1",
                "mqttv3.1.1|mqttv3.1.1",
                "chat, mqttv3.1|mqttv3.1",
                "chat mqtt mqttv3.1|mqtt",
                "mqttv3.1, mqttv3.1.1, mqtt|mqtt"
            })
    @Spec({"MQTT-6.0.0-4", "3.1.1:MQTT-6.0.0-4"})
    void upgrade_offeringProtocols_choosesMqttElseItsOlderName(String offered, String chosen) throws Exception {
        try (Wire wire = new Wire(broker)) {
            wire.request("GET /mqtt HTTP/1.1", upgrade("Sec-WebSocket-Protocol: " + offered));

            assertThat(wire.head())
                    .startsWith("HTTP/1.1 101 Switching Protocols")
                    .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                    .contains("Sec-WebSocket-Protocol: " + chosen);
        }
    }

    @Test
    void upgrade_offeringNothing_isAcceptedUnlessAProtocolIsRequired() throws Exception {
        try (Wire wire = new Wire(broker)) {
            wire.request("GET /more?x=1 HTTP/1.1", upgrade());

            assertThat(wire.head()).startsWith("HTTP/1.1 101 ").doesNotContain("Protocol:");
        }
        broker.close();
        broker = newBroker(true);
        try (Wire wire = new Wire(broker)) {
            wire.request("GET /mqtt HTTP/1.1", upgrade());

            assertThat(wire.head()).startsWith("HTTP/1.1 400 ");
            assertThat(wire.rest()).contains("Sec-WebSocket-Protocol must offer mqtt");
        }
    }

    @Test
    void upgrade_offeringOnlyOthers_isRefused() throws Exception {
        try (Wire wire = new Wire(broker)) {
            wire.request("GET /mqtt HTTP/1.1", upgrade("Sec-WebSocket-Protocol: chat"));

            assertThat(wire.head()).startsWith("HTTP/1.1 400 ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1|404 Not Found|MQTT is at /mqtt, /more",
                "GET /mqtt HTTP/1.1|426 Upgrade Required|asks for no upgrade",
                "POST /mqtt HTTP/1.1|405 Method Not Allowed|GET",
                "nonsense|400 Bad Request|no HTTP request"
            })
    void request_forSomethingElse_isToldWhatIsWrong(String line, String status, String why) throws Exception {
        try (Wire wire = new Wire(broker)) {
            wire.request(line);

            assertThat(wire.head()).startsWith("HTTP/1.1 " + status).contains("Connection: close");
            assertThat(wire.rest()).contains(why);
        }
    }

    @Test
    void request_withEndlessHeaders_isRefused() throws Exception {
        try (Wire wire = new Wire(broker)) {
            wire.write(("GET /mqtt HTTP/1.1\r\nX: " + "x".repeat(9000)).getBytes(StandardCharsets.US_ASCII));

            assertThat(wire.head()).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    @Spec({"MQTT-6.0.0-2", "3.1.1:MQTT-6.0.0-2"})
    void frames_withSeveralPacketsAndPartsOfThem_areOneStream() throws Exception {
        Packet small = publish("t", Payload.of("x".repeat(50)));
        Packet middle = publish("t", Payload.of("y".repeat(3000)));
        byte[] stream = bytes(connect("c"), small, middle, small, middle, small);
        for (int size : new int[] {1, 7, 125, 126, 1000, 10_000}) {
            try (Wire wire = open()) {
                for (int from = 0; from < stream.length; from += size) {
                    byte[] part = Arrays.copyOfRange(stream, from, Math.min(stream.length, from + size));
                    wire.write(Wire.frame(0x80 | BINARY, part));
                }

                assertEchoes(wire, small, middle, small, middle, small);
            }
        }
    }

    @Test
    void frames_inFragmentsWithPingsBetween_areOneStream() throws Exception {
        Packet packet = publish("t", Payload.of("z".repeat(500)));
        byte[] stream = bytes(connect("c"), packet);
        try (Wire wire = open()) {
            wire.write(Wire.frame(BINARY, Arrays.copyOf(stream, 100)));
            wire.write(Wire.frame(0x80 | PING, new byte[] {1, 2, 3}));
            wire.write(Wire.frame(0, Arrays.copyOfRange(stream, 100, 200)));
            wire.write(Wire.frame(0x80, Arrays.copyOfRange(stream, 200, stream.length)));

            assertThat(wire.frame()).isEqualTo(new Frame(PONG, List.of((byte) 1, (byte) 2, (byte) 3)));
            assertEchoes(wire, packet);
        }
    }

    @Test
    void frames_byteByByteBehindTheRequest_areOneStream() throws Exception {
        Packet packet = publish("t", Payload.of("hello"));
        try (Wire wire = new Wire(broker)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(("GET /mqtt HTTP/1.1\r\n" + String.join("\r\n", upgrade()) + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            all.writeBytes(Wire.frame(0x80 | BINARY, bytes(connect("c"), packet)));
            for (byte b : all.toByteArray()) {
                wire.write(new byte[] {b});
            }

            assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
            assertEchoes(wire, packet);
        }
    }

    @Test
    void frame_ofMegabytes_isWhole() throws Exception {
        Packet packet = publish("t", Payload.of("0123456789abcdef".repeat(130_000)));
        try (Wire wire = open()) {
            Thread.ofVirtual().start(() -> {
                try {
                    wire.write(Wire.frame(0x80 | BINARY, bytes(connect("c"), packet)));
                } catch (IOException failed) {
                    throw new AssertionError(failed);
                }
            });

            assertEchoes(wire, packet);
        }
    }

    @Test
    @Spec({"MQTT-6.0.0-1", "3.1.1:MQTT-6.0.0-1"})
    void frame_ofText_closesWith1003() throws Exception {
        try (Wire wire = open()) {
            wire.write(Wire.frame(0x80 | TEXT, bytes(connect("c"))));

            assertClosed(wire, 1003);
            assertThat(broker.accepted().next()).isEqualTo(Recorder.Event.CLOSED);
        }
    }

    @Test
    void frame_thatBreaksTheRules_closesWith1002() throws Exception {
        byte[] unmasked = {(byte) (0x80 | BINARY), 1, 0};
        byte[] reservedBit = Wire.frame(0xC0 | BINARY, new byte[1]);
        byte[] unknownOpcode = Wire.frame(0x80 | 3, new byte[1]);
        byte[] continuationOfNothing = Wire.frame(0x80, new byte[1]);
        byte[] fragmentedPing = Wire.frame(PING, new byte[1]);
        byte[] longPing = Wire.frame(0x80 | PING, new byte[126]);
        for (byte[] frame :
                List.of(unmasked, reservedBit, unknownOpcode, continuationOfNothing, fragmentedPing, longPing)) {
            try (Wire wire = open()) {
                wire.write(frame);

                assertClosed(wire, 1002);
            }
        }
    }

    @Test
    void close_byTheClient_isAnsweredAfterWhatWasSent() throws Exception {
        Packet packet = publish("t", Payload.of("last"));
        try (Wire wire = open()) {
            wire.write(Wire.frame(0x80 | BINARY, bytes(connect("c"), packet)));
            wire.write(Wire.frame(0x80 | CLOSE, new byte[] {0x03, (byte) 0xE9}));

            assertEchoes(wire, packet);
            assertClosed(wire, 1001);
        }
    }

    @Test
    void close_byTheBroker_saysSo() throws Exception {
        try (Wire wire = open()) {
            Recorder recorder = broker.accepted();

            recorder.run(recorder.connection()::close);

            assertClosed(wire, 1000);
        }
    }

    @Test
    void request_thatDoesNotCome_isTimedOut() throws Exception {
        broker.close();
        broker = new TestBroker(
                Engine.best(),
                1,
                new WebSocketSettings(List.of("/mqtt"), false, Duration.ofMillis(50)),
                recorder -> {});
        try (Wire wire = new Wire(broker)) {
            assertThat(wire.head()).startsWith("HTTP/1.1 408 ");
        }
    }
}
