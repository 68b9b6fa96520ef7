package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A broker on one port and one data directory, whose process is killed and started again. */
final class CrashingBroker implements AutoCloseable {
    /** Below those that the system gives to outgoing connections, which could take the port while no broker runs. */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 10_000;
    /** For a start on a machine that is busy with much else. */
    private static final int PATIENCE_SECONDS = 90;

    private final int port;
    private final List<String> arguments;
    private final Map<String, String> environment;
    private @Nullable Program program;

    private CrashingBroker(int port, List<String> arguments, Map<String, String> environment) {
        this.port = port;
        this.arguments = arguments;
        this.environment = environment;
    }

    /** One that does not run yet; the settings are given with {@code --set}, all others are the defaults. */
    static CrashingBroker of(Path data, Map<String, String> environment, List<String> settings, Random random) {
        int port = freePort(random);
        List<String> arguments = new ArrayList<>(
                List.of("serve", "--port", Integer.toString(port), "--ws-port", "off", "--data", data.toString()));
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        return new CrashingBroker(port, arguments, environment);
    }

    private static int freePort(Random random) {
        for (int i = 0; i < 100; i++) {
            int port = FIRST_PORT + random.nextInt(PORTS);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (IOException taken) {
                // the next one
            }
        }
        throw new AssertionError("no port is free");
    }

    int port() {
        return port;
    }

    /** Starts it, and waits until it is ready. */
    void start() {
        Program started = run();
        String line;
        do {
            line = started.line(PATIENCE_SECONDS);
        } while (!line.startsWith("ready "));
    }

    /** Starts it, and kills it so long after that, ready or not. */
    void startAndKillAfter(Duration time) {
        Program started = run();
        if (started.endsWithin(time)) {
            throw new AssertionError("the broker ended at its start: " + started.stderr());
        }
        kill();
    }

    private Program run() {
        Program started = PipitProcess.run(arguments, environment);
        program = started;
        return started;
    }

    private Program running() {
        if (program == null) {
            throw new IllegalStateException("not started");
        }
        return program;
    }

    /** SIGKILL. */
    void kill() {
        Program killed = running();
        assertThat(killed.isAlive())
                .as("the broker ended by itself: %s", killed.stderr())
                .isTrue();
        boolean sent = killed.handle().destroyForcibly();
        assertThat(sent).isTrue();
        assertThat(killed.exitCode()).isEqualTo(128 + 9);
        requireNoErrors(killed);
    }

    /** SIGTERM, and its regular end. */
    void stop() {
        Program stopped = running();
        stopped.terminate();
        assertThat(stopped.exitCode()).as(() -> stopped.stderr()).isZero();
        requireNoErrors(stopped);
    }

    private static void requireNoErrors(Program ended) {
        assertThat(ended.stderr()).doesNotContain("ERROR", "Exception");
    }

    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
    }
}
