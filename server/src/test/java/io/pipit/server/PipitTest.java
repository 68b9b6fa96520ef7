package io.pipit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class PipitTest {
    private static final byte[] CONNECT_A = HexFormat.of().parseHex("100d00044d5154540402003c000161");
    private static final byte[] CONNACK = HexFormat.of().parseHex("20020000");
    private static final byte[] SUBSCRIBE_T = HexFormat.of().parseHex("82060001000174" + "00");
    private static final byte[] SUBACK = HexFormat.of().parseHex("9003000100");
    private static final byte[] PUBLISH_T = HexFormat.of().parseHex("300400017478");

    private static PipitBuilder onFreePorts() {
        return Pipit.builder().port(0).webSocketPort(0);
    }

    private static Set<Thread> threadsOfPipit() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("pipit-"))
                .collect(Collectors.toSet());
    }

    private static Socket connect(Pipit pipit) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), pipit.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void assertReceives(Socket socket, byte[] expected) throws IOException {
        InputStream in = socket.getInputStream();
        assertThat(in.readNBytes(expected.length)).isEqualTo(expected);
    }

    @Test
    void start_onFreePorts_listensAndCarriesAMessage() throws Exception {
        try (Pipit pipit = onFreePorts().start();
                Socket client = connect(pipit)) {
            assertThat(pipit.listening()).extracting(Pipit.Listening::name).containsExactly("mqtt", "ws");
            assertThat(pipit.listening().getFirst().toString()).matches("mqtt 127\\.0\\.0\\.1:[1-9][0-9]*");
            client.getOutputStream().write(CONNECT_A);
            assertReceives(client, CONNACK);
            client.getOutputStream().write(SUBSCRIBE_T);
            assertReceives(client, SUBACK);

            client.getOutputStream().write(PUBLISH_T);

            assertReceives(client, PUBLISH_T);
        }
    }

    @Test
    void close_withClients_leavesNeitherThreadNorPort() throws Exception {
        Pipit pipit = onFreePorts().start();
        int port = pipit.port();
        try (Socket client = connect(pipit)) {
            client.getOutputStream().write(CONNECT_A);
            assertReceives(client, CONNACK);

            pipit.close();
            pipit.close();

            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(threadsOfPipit()).isEmpty();
        try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(again.getLocalPort()).isEqualTo(port);
        }
    }

    @Test
    void start_twiceInOneProcess_areTwoBrokers() throws Exception {
        try (Pipit one = onFreePorts().start();
                Pipit other = onFreePorts().start();
                Socket toOne = connect(one);
                Socket toOther = connect(other)) {
            for (Socket client : List.of(toOne, toOther)) {
                client.getOutputStream().write(CONNECT_A);
                assertReceives(client, CONNACK);
            }
        }
    }

    @Test
    void start_whereThePortIsTaken_saysWhichAndLeavesNoThread() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> onFreePorts().port(taken.getLocalPort()).start())
                    .isInstanceOf(IOException.class)
                    .hasMessage("mqtt cannot listen on 127.0.0.1:" + taken.getLocalPort()
                            + ": Address already in use; set port to another port, or to 0 for any that is free");
        }
        assertThat(threadsOfPipit()).isEmpty();
    }

    @Test
    void start_withAConfiguration_listensWhereThatSays() throws Exception {
        Configuration configuration = new ConfigurationSources()
                .set("port=0")
                .set("ws-port=off")
                .set("data=none")
                .read();
        try (Pipit pipit = Pipit.start(configuration)) {
            assertThat(pipit.listening()).extracting(Pipit.Listening::name).containsExactly("mqtt");
        }
    }

    @Test
    void start_withADirectoryThatCannotBe_saysWhy(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> onFreePorts().data(file).start())
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining(file.toString());
        assertThat(threadsOfPipit()).isEmpty();
    }

    @Test
    void start_withADirectoryThatIsUsed_namesTheProcess(@TempDir Path directory) throws IOException {
        try (Pipit first = onFreePorts().data(directory).start()) {
            assertThatThrownBy(() -> onFreePorts().data(directory).start())
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            assertThat(first.listening()).hasSize(2);
        }
        assertThat(threadsOfPipit()).isEmpty();
    }

    @Test
    void webSocket_withMqttInside_isAnswered() throws Exception {
        try (Pipit pipit = onFreePorts().start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), pipit.webSocketPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("""
                            GET /mqtt HTTP/1.1\r
                            Host: localhost\r
                            Upgrade: websocket\r
                            Connection: Upgrade\r
                            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                            Sec-WebSocket-Protocol: mqtt\r
                            Sec-WebSocket-Version: 13\r
                            \r
                            """.getBytes(StandardCharsets.US_ASCII));
            // A frame whose mask is zero.
            socket.getOutputStream().write(HexFormat.of().parseHex("828f00000000"));
            socket.getOutputStream().write(CONNECT_A);

            byte[] answer = socket.getInputStream().readNBytes(159 + 2 + CONNACK.length);

            assertThat(new String(answer, StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                    .contains("Sec-WebSocket-Protocol: mqtt\r\n")
                    .endsWith("\r\n\r\n\u0082\u0004 \u0002\u0000\u0000");
        }
    }
}
