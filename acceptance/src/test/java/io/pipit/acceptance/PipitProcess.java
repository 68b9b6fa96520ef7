package io.pipit.acceptance;

import io.pipit.acceptance.Endpoint.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code ./pipit serve} on free ports, with nothing on disk unless a directory is named. */
final class PipitProcess implements BrokerUnderTest {
    /** The start script must run what was built, not build. */
    static final Map<String, String> NO_BUILD = Map.of("PIPIT_NO_BUILD", "1");

    private final Program program;
    private final int tcpPort;
    private final int wsPort;

    private PipitProcess(Program program, int tcpPort, int wsPort) {
        this.program = program;
        this.tcpPort = tcpPort;
        this.wsPort = wsPort;
    }

    static PipitProcess start(List<String> settings) {
        return start("none", settings, Map.of());
    }

    /** With its data in this directory. */
    static PipitProcess start(Path data, String... settings) {
        return start(data.toString(), List.of(settings), Map.of());
    }

    /** With its data in this directory, and with these variables. */
    static PipitProcess start(Path data, Map<String, String> environment) {
        return start(data.toString(), List.of(), environment);
    }

    private static PipitProcess start(String data, List<String> settings, Map<String, String> environment) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0", "--ws-port", "0", "--data", data));
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        Program program = run(arguments, environment);
        int tcpPort = port(program.line(), "mqtt");
        int wsPort = port(program.line(), "ws");
        String ready = program.line();
        if (!ready.matches("ready \\d+")) {
            throw new AssertionError("not the line `ready <ms>`: " + ready);
        }
        return new PipitProcess(program, tcpPort, wsPort);
    }

    /** Runs {@code ./pipit} with these arguments. */
    static Program run(List<String> arguments, Map<String, String> environment) {
        List<String> command = new ArrayList<>(List.of(ProjectRoot.pipit().toString()));
        command.addAll(arguments);
        Map<String, String> all = new HashMap<>(NO_BUILD);
        all.putAll(environment);
        return Program.start(command, all);
    }

    /** The port in the line {@code listening <protocol> 127.0.0.1:<port>}. */
    static int port(String line, String protocol) {
        String start = "listening " + protocol + " " + Endpoint.HOST + ":";
        if (!line.matches(Pattern.quote(start) + "\\d+")) {
            throw new AssertionError("not the line `" + start + "<port>`: " + line);
        }
        return Integer.parseInt(line.substring(start.length()));
    }

    Program program() {
        return program;
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
            boolean ran = program.isAlive();
            program.terminate();
            int code = program.exitCode();
            if (!ran || code != 0 || !program.rest().isEmpty()) {
                throw new AssertionError((ran ? "ended with " : "had ended before it was stopped, with ") + code
                        + ", stdout after `ready`: " + program.rest() + ", stderr: " + program.stderr());
            }
        }
    }
}
