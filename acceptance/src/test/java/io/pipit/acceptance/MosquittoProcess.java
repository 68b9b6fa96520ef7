package io.pipit.acceptance;

import io.pipit.acceptance.Endpoint.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** Debian's mosquitto, as a peer to compare with. */
final class MosquittoProcess implements BrokerUnderTest {
    private final Program program;
    private final int tcpPort;
    private final int wsPort;

    private MosquittoProcess(Program program, int tcpPort, int wsPort) {
        this.program = program;
        this.tcpPort = tcpPort;
        this.wsPort = wsPort;
    }

    static MosquittoProcess start() {
        int tcpPort = freePort();
        int wsPort = freePort();
        String configuration = """
                listener %d 127.0.0.1
                listener %d 127.0.0.1
                protocol websockets
                allow_anonymous true
                max_queued_messages 0
                """.formatted(tcpPort, wsPort);
        try {
            Path directory = Files.createDirectories(ProjectRoot.output());
            Path file = Files.writeString(Files.createTempFile(directory, "mosquitto", ".conf"), configuration);
            Program program = Program.start(List.of("mosquitto", "-c", file.toString()));
            // It does not say when it is ready.
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> accepts(tcpPort) && accepts(wsPort));
            return new MosquittoProcess(program, tcpPort, wsPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether something listens on this port. */
    static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public int port(Transport transport) {
        return switch (transport) {
            case TCP -> tcpPort;
            case WS -> wsPort;
        };
    }

    @Override
    public void close() {
        try (program) {
            program.terminate();
            program.exitCode();
        }
    }
}
