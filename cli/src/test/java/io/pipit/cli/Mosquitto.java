package io.pipit.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A mosquitto broker of its own for tests, on free ports of loopback; and its clients. */
final class Mosquitto implements AutoCloseable {
    private static final String PROGRAM = "/usr/sbin/mosquitto";

    private final Path configuration;
    private final int port;
    private final int webSocketPort;
    private final int closedPort;
    private Process process;

    private Mosquitto(Path configuration, int port, int webSocketPort, int closedPort) throws IOException {
        this.configuration = configuration;
        this.port = port;
        this.webSocketPort = webSocketPort;
        this.closedPort = closedPort;
        this.process = launch();
    }

    static boolean isInstalled() {
        return Files.isExecutable(Path.of(PROGRAM));
    }

    static Mosquitto start(Path directory) throws IOException {
        int port = freePort();
        int webSocketPort = freePort();
        int closedPort = freePort();
        Path configuration =
                Files.writeString(directory.resolve("mosquitto.conf"), """
                per_listener_settings true
                listener %d 127.0.0.1
                allow_anonymous true
                listener %d 127.0.0.1
                protocol websockets
                allow_anonymous true
                listener %d 127.0.0.1
                allow_anonymous false
                """.formatted(port, webSocketPort, closedPort));
        return new Mosquitto(configuration, port, webSocketPort, closedPort);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process launch() throws IOException {
        Process started = new ProcessBuilder(PROGRAM, "-v", "-c", configuration.toString())
                .redirectErrorStream(true)
                .start();
        BufferedReader log = started.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            said.append(line).append('\n');
            if (line.endsWith(" running")) {
                Thread.startVirtualThread(() -> log.lines().forEach(drained -> {}));
                return started;
            }
        }
        throw new IOException("mosquitto did not start: " + said);
    }

    /** Where anybody may connect. */
    String port() {
        return Integer.toString(port);
    }

    String webSocketPort() {
        return Integer.toString(webSocketPort);
    }

    /** Where nobody may connect. */
    String closedPort() {
        return Integer.toString(closedPort);
    }

    /** Kills it and starts another at the same ports, which knows nothing of the first. */
    void restart() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        process = launch();
    }

    /** Runs one of mosquitto's clients and returns what it wrote to standard output. */
    String run(String... command) throws IOException, InterruptedException {
        Process client = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output;
        try (InputStreamReader out = new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8)) {
            output = out.readAllAsString();
        }
        if (client.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + client.exitValue());
        }
        return output;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
    }
}
