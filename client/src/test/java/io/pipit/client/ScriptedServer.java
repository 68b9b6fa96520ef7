package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.ProtocolVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that plays dialogues of exact bytes, one a connection, each on a thread of its own. */
final class ScriptedServer implements AutoCloseable {
    private static final HexFormat HEX = HexFormat.of();
    private static final int PATIENCE_MILLIS = 20_000;

    /** What the server's side of one connection does. */
    @FunctionalInterface
    interface Script {
        void play(Dialogue dialogue) throws IOException;
    }

    private final ServerSocket listener;
    /** Done when every script so far has its connection. */
    private CompletableFuture<Void> taken = CompletableFuture.completedFuture(null);

    ScriptedServer() throws IOException {
        listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(PATIENCE_MILLIS);
    }

    /** Plays the script with the next client that connects, when all scripts before it have theirs. */
    Play play(Script script) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<Void> before = taken;
        CompletableFuture<Void> mine = new CompletableFuture<>();
        taken = mine;
        Thread.startVirtualThread(() -> {
            before.join();
            try (Socket socket = acceptThen(mine)) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                script.play(new Dialogue(socket));
                done.complete(null);
            } catch (IOException | RuntimeException | AssertionError failed) {
                done.completeExceptionally(failed);
            }
        });
        return new Play(done);
    }

    private Socket acceptThen(CompletableFuture<Void> accepted) throws IOException {
        try {
            return listener.accept();
        } finally {
            accepted.complete(null);
        }
    }

    /** Plays a script that is the same in several versions. */
    Play play(ProtocolVersion version, VersionedDialogue.Script script) {
        return play(dialogue -> script.play(new VersionedDialogue(dialogue, version)));
    }

    ClientOptions.Builder options() {
        return ClientOptions.builder(ServerAddress.tcp("127.0.0.1", listener.getLocalPort()))
                .clientIdentifier("c")
                .keepAliveSeconds(0)
                .withoutReconnect()
                .responseTimeout(Duration.ofSeconds(20));
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    /** A script that is being played. */
    record Play(CompletableFuture<Void> done) {
        /** Waits for its end and fails as it failed. */
        void await() throws InterruptedException {
            try {
                done.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (ExecutionException failed) {
                throw new AssertionError("the dialogue took another course: " + failed.getCause(), failed.getCause());
            } catch (TimeoutException late) {
                throw new AssertionError("the dialogue did not end", late);
            }
        }
    }

    /** The server's side of a connection. Bytes are in hexadecimal, with blanks anywhere. */
    static final class Dialogue {
        private final Socket socket;
        private final InputStream in;

        private Dialogue(Socket socket) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
        }

        Dialogue expect(String hex) throws IOException {
            byte[] expected = bytes(hex);
            assertThat(HEX.formatHex(in.readNBytes(expected.length))).isEqualTo(HEX.formatHex(expected));
            return this;
        }

        Dialogue send(String hex) throws IOException {
            socket.getOutputStream().write(bytes(hex));
            return this;
        }

        Dialogue skip(int bytes) throws IOException {
            in.skipNBytes(bytes);
            return this;
        }

        Dialogue expectEnd() throws IOException {
            assertThat(HEX.formatHex(in.readAllBytes())).isEmpty();
            return this;
        }

        /** Reads the head of an HTTP request, without its last empty line. */
        String readHead() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int octet = in.read();
                assertThat(octet).isNotNegative();
                head.append((char) octet);
            }
            return head.toString();
        }

        Dialogue sendText(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        /** Reads a CONNECT of any content, and accepts it. */
        Dialogue accept(String connAck) throws IOException {
            assertThat(in.read()).isEqualTo(0x10);
            int size = in.read();
            assertThat(size).isBetween(10, 127);
            in.skipNBytes(size);
            return send(connAck);
        }

        /** Ends the connection as if the server had died. */
        void drop() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        private static byte[] bytes(String hex) {
            return HEX.parseHex(hex.replace(" ", ""));
        }
    }
}
