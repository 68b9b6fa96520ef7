package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.acceptance.Endpoint.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts may rely on: arguments, lines on stdout, exit status, precedence of settings. */
@OnlyPipit
final class CommandLineTest {
    private static final int WRONG_FLAG = 2;
    private static final int CONFIGURATION = 3;
    private static final int CANNOT_BIND = 4;
    private static final int DATA_UNUSABLE = 5;

    @TempDir
    private Path directory = Path.of("");

    private static Program pipit(String... arguments) {
        return PipitProcess.run(List.of(arguments), Map.of());
    }

    /** Runs a command that must fail like this; returns what it says on stderr. */
    private static String failing(int expected, String... arguments) {
        try (Program program = pipit(arguments)) {
            assertThat(program.exitCode()).as(() -> program.stderr()).isEqualTo(expected);
            assertThat(program.rest()).as("stdout").isEmpty();
            String stderr = program.stderr();
            assertThat(stderr).isNotBlank().doesNotContain("Exception").doesNotContain("\tat ");
            return stderr;
        }
    }

    private Path configuration(String text) {
        try {
            return Files.writeString(directory.resolve("pipit.yaml"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void serve_untilASignal_saysWhatListensAndEndsWithZero(String signal) {
        try (Program program = pipit("serve", "--port", "0", "--ws-port", "0", "--data", "none")) {
            int port = PipitProcess.port(program.line(), "mqtt");
            PipitProcess.port(program.line(), "ws");
            assertThat(program.line()).matches("ready \\d+");
            RawConnection.connected(port, Version.V5, "signal").close();
            program.signal(signal);
            assertThat(program.exitCode()).isZero();
            assertThat(program.rest()).isEmpty();
        }
    }

    @Test
    void serve_byTheScript_isTheProcessOfTheScript() {
        try (BrokerUnderTest broker = BrokerUnderTest.start()) {
            ProcessHandle process = ((PipitProcess) broker).program().handle();
            assertThat(process.info().command())
                    .hasValueSatisfying(command -> assertThat(command).endsWith("java"));
            assertThat(process.children()).isEmpty();
        }
    }

    @Test
    void serve_withoutItsName_isTheCommand() {
        try (Program program = pipit("--port", "0", "--ws-port", "off", "--data", "none")) {
            PipitProcess.port(program.line(), "mqtt");
            assertThat(program.line()).matches("ready \\d+");
        }
    }

    @Test
    void serve_withThePortOff_listensOnWebSocketOnly() {
        try (Program program = pipit("serve", "--port", "off", "--ws-port", "0", "--data", "none")) {
            PipitProcess.port(program.line(), "ws");
            assertThat(program.line()).matches("ready \\d+");
        }
    }

    @Test
    void serve_onADirectoryThatIsUsed_namesTheProcess() {
        Path data = directory.resolve("data");
        try (PipitProcess first = PipitProcess.start(data)) {
            assertThat(failing(DATA_UNUSABLE, "serve", "--port", "0", "--ws-port", "off", "--data", data.toString()))
                    .contains(data.toString())
                    .contains("process " + first.program().pid());
        }
    }

    @Test
    void serve_withADirectoryByVariable_saysWhereAndHowSafe() {
        Path data = directory.resolve("by-variable");
        Map<String, String> environment = Map.of("PIPIT_DATA", data.toString(), "PIPIT_DURABILITY", "os");
        try (Program program = PipitProcess.run(List.of("--port", "0", "--ws-port", "off"), environment)) {
            PipitProcess.port(program.line(), "mqtt");
            assertThat(program.line()).matches("ready \\d+");
            assertThat(program.stderr()).contains("Data is kept in " + data + ", with durability os");
            assertThat(data.resolve("lock")).hasContent(Long.toString(program.pid()));
        }
    }

    @Test
    void serve_withAnUnknownFlag_namesIt() {
        assertThat(failing(WRONG_FLAG, "serve", "--prot", "0")).contains("--prot");
        assertThat(failing(WRONG_FLAG, "no-such-command")).contains("no-such-command");
    }

    @Test
    void serve_withAnUnknownKey_namesItsLineAndTheNearestKey() {
        Path file = configuration("""
                # the second line is fine
                queue:
                  max-mesages: 10
                """);
        assertThat(failing(CONFIGURATION, "serve", "--config", file.toString(), "--port", "0"))
                .contains("max-mesages")
                .contains("max-messages")
                .containsPattern("(line |:)3\\b");
    }

    @Test
    void serve_withAnUnknownKeySet_namesTheNearestKey() {
        assertThat(failing(CONFIGURATION, "serve", "--set", "queue.max-mesages=10"))
                .contains("queue.max-messages");
        assertThat(failing(CONFIGURATION, "serve", "--set", "queue.max-messages=many"))
                .contains("many");
    }

    @Test
    void serve_withoutItsFile_saysSo() {
        String missing = directory.resolve("missing.yaml").toString();
        assertThat(failing(CONFIGURATION, "serve", "--config", missing)).contains(missing);
    }

    @Test
    void serve_onAPortInUse_namesIt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertThat(failing(CANNOT_BIND, "serve", "--port", port, "--ws-port", "off", "--data", "none"))
                    .contains(port);
        }
    }

    @Test
    void configShow_withoutSettings_printsTheDefaults() {
        assertThat(show(List.of(), Map.of())).contains("max-messages: 1000000");
    }

    @Test
    void settings_fromAllSides_takePrecedenceInOrder() {
        List<String> file = List.of(
                "--config", configuration("queue:\n  max-messages: 11\n").toString());
        Map<String, String> environment = Map.of("PIPIT_QUEUE_MAX_MESSAGES", "12");
        assertThat(show(file, Map.of())).contains("max-messages: 11");
        assertThat(show(file, environment)).contains("max-messages: 12");
        List<String> set = new ArrayList<>(file);
        set.addAll(List.of("--set", "queue.max-messages=13"));
        assertThat(show(set, environment)).contains("max-messages: 13");
    }

    private static String show(List<String> arguments, Map<String, String> environment) {
        List<String> all = new ArrayList<>(List.of("config", "show"));
        all.addAll(arguments);
        try (Program program = PipitProcess.run(all, environment)) {
            assertThat(program.exitCode()).as(() -> program.stderr()).isZero();
            return String.join("\n", program.rest());
        }
    }

    @Test
    void configCheck_ofAGoodAndABadFile_tellsThemApart() {
        try (Program program = pipit(
                "config",
                "check",
                "--config",
                configuration("queue:\n  max-messages: 5\n").toString())) {
            assertThat(program.exitCode()).as(() -> program.stderr()).isZero();
        }
        String bad = configuration("queue:\n  max-messages: many\n").toString();
        assertThat(failing(CONFIGURATION, "config", "check", "--config", bad)).contains("max-messages");
    }

    @Test
    void help_ofEachCommand_endsWithZero() {
        for (List<String> command : List.of(
                List.of("--help"), List.of("serve", "--help"), List.of("pub", "--help"), List.of("sub", "--help"))) {
            try (Program program = PipitProcess.run(command, Map.of())) {
                assertThat(program.exitCode()).as(() -> program.stderr()).isZero();
                assertThat(String.join("\n", program.rest())).contains("Usage:");
            }
        }
    }

    @Test
    void serve_toNobodyElse_listensOnLoopbackOnly() {
        try (BrokerUnderTest broker = BrokerUnderTest.start();
                RawConnection connection =
                        RawConnection.connected(broker.port(Transport.TCP), Version.V3_1_1, "loopback")) {
            connection.send(Packets.pingreq());
            assertThat(connection.packet().type()).isEqualTo(13);
            String said = ((PipitProcess) broker).program().stderr();
            assertThat(said).contains(Endpoint.HOST);
        }
    }
}
