package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.tls.CertificateAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of others, and {@code pub} and {@code sub}, by TLS and by WebSocket over it, with certificates of their own. */
@OnlyPipit
@ParameterizedClass
@ValueSource(strings = {"openssl", "jdk"})
final class SecureClientsTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String PAHO = """
            import sys, threading
            import paho.mqtt.client as paho
            transport, port, directory = sys.argv[1], int(sys.argv[2]), sys.argv[3]
            done = threading.Event()
            client = paho.Client(transport=transport)
            client.tls_set(directory + '/ca.crt', directory + '/lamp.crt', directory + '/lamp.key')
            client.on_connect = lambda *of: client.subscribe('paho', 1)
            client.on_subscribe = lambda *of: client.publish('paho', 'x' * 100000, 2)
            client.on_message = lambda of, data, message: (print(len(message.payload), flush=True), done.set())
            client.connect('localhost', port)
            client.loop_start()
            done.wait(20)
            client.disconnect()
            client.loop_stop()
            """;
    private static final String JAVASCRIPT = """
            const fs = require('fs');
            const [url, directory] = process.argv.slice(2);
            const read = name => fs.readFileSync(directory + '/' + name);
            const client = require(process.env.MQTT_JS).connect(url, {
              ca: read('ca.crt'), cert: read('lamp.crt'), key: read('lamp.key'), protocolVersion: 5,
            });
            client.on('error', failed => { console.log(failed.message); process.exit(1); });
            client.on('connect', () => client.subscribe('js', { qos: 2 }, () =>
              client.publish('js', 'x'.repeat(100000), { qos: 2 })));
            client.on('message', (topic, payload) => { console.log(payload.length); client.end(); });
            """;

    private static final Map<String, String> PORTS = new HashMap<>();

    @TempDir
    private static Path directory = Path.of("");

    private static @Nullable Program broker;

    /** One broker, with two listeners for each provider. */
    @BeforeAll
    static void start() throws IOException {
        CertificateAuthority authority = CertificateAuthority.create("Test", Instant.now(), HOUR);
        authority.own().write(file("ca.crt"), file("ca.key"));
        authority
                .issueServer(List.of("localhost", "127.0.0.1"), Instant.now(), HOUR)
                .write(file("server.crt"), file("server.key"));
        authority.issueClient("lamp", Instant.now(), HOUR).write(file("lamp.crt"), file("lamp.key"));
        List<String> arguments =
                new ArrayList<>(List.of("serve", "--port", "off", "--ws-port", "off", "--data", "none"));
        arguments.addAll(List.of(
                "--cert",
                file("server.crt").toString(),
                "--key",
                file("server.key").toString()));
        arguments.addAll(List.of("--set", "tls.ca=" + file("ca.crt"), "--set", "tls.client-certificates=required"));
        arguments.addAll(List.of("--set", "tls.handshake-timeout=1m"));
        List<String> names = new ArrayList<>();
        for (String provider : List.of("openssl", "jdk")) {
            for (String protocol : List.of("mqtts", "wss")) {
                String section = "listeners." + provider + protocol;
                names.add(provider + protocol);
                arguments.addAll(List.of("--set", section + ".protocol=" + protocol, "--set", section + ".port=0"));
                arguments.addAll(List.of("--set", section + ".provider=" + provider));
            }
        }
        Program started = PipitProcess.run(arguments, Map.of());
        broker = started;
        names.forEach(name -> PORTS.put(name, String.valueOf(PipitProcess.port(started.line(), name))));
        assertThat(started.line()).startsWith("ready ");
    }

    @AfterAll
    static void stop() {
        try (Program started = Objects.requireNonNull(broker)) {
            started.terminate();
            assertThat(started.exitCode()).as(started::stderr).isZero();
        }
    }

    private final String mqtts;
    private final String wss;

    SecureClientsTest(String provider) {
        mqtts = PORTS.getOrDefault(provider + "mqtts", "");
        wss = PORTS.getOrDefault(provider + "wss", "");
    }

    private static Path file(String name) {
        return directory.resolve(name);
    }

    private List<String> tls(String... more) {
        List<String> flags = new ArrayList<>(List.of("--cafile", file("ca.crt").toString()));
        flags.addAll(List.of(
                "--cert", file("lamp.crt").toString(), "--key", file("lamp.key").toString()));
        flags.addAll(List.of("-h", "localhost", "-p", mqtts));
        flags.addAll(List.of(more));
        return flags;
    }

    private static void assertPrints(String line, Program program) {
        try (program) {
            assertThat(program.exitCode()).as(program::stderr).isZero();
            assertThat(program.rest()).containsExactly(line);
        }
    }

    @Test
    void tools_ofMosquittoAndPipit_exchangeMessages() {
        for (Tools.Suite suite : Tools.Suite.values()) {
            Tools tools = new Tools(suite, Version.V5);
            for (String version : List.of("tlsv1.2", "tlsv1.3")) {
                String topic = suite + "/" + version;
                List<String> pub = tls("--tls-version", version, "-q", "1", "-r", "-t", topic, "-m", "here");
                try (Program program = tools.run("pub", pub)) {
                    assertThat(program.exitCode()).as(program::stderr).isZero();
                }
                assertPrints(topic + " here", tools.run("sub", tls("-t", topic, "-C", "1", "-W", "20", "-v")));
            }
        }
    }

    @Test
    void tools_withoutCertificate_areRefused() {
        for (Tools.Suite suite : Tools.Suite.values()) {
            List<String> flags = List.of(
                    "--cafile",
                    file("ca.crt").toString(),
                    "-h",
                    "localhost",
                    "-p",
                    mqtts,
                    "-t",
                    "a",
                    "-m",
                    "b",
                    "-q",
                    "1");
            try (Program program = new Tools(suite, Version.V5).run("pub", flags)) {
                assertThat(program.exitCode()).isNotZero();
                assertThat(program.stderr()).isNotEmpty().doesNotContain("Exception");
            }
        }
    }

    @Test
    void paho_ofPython_exchangesMessagesByTlsAndByWebSocket() {
        for (String transport : List.of("tcp", "websockets")) {
            String port = transport.equals("tcp") ? mqtts : wss;
            List<String> command = List.of("/usr/bin/python3", "-c", PAHO, transport, port, directory.toString());
            assertPrints("100000", Program.start(command));
        }
    }

    @Test
    void mqttJs_exchangesMessagesByTlsAndByWebSocket() throws IOException {
        Path packages = Scripts.javaScript().resolveSibling("node_modules/mqtt");
        Path script = Files.writeString(file("client.js"), JAVASCRIPT);
        for (String url : List.of("mqtts://localhost:" + mqtts, "wss://localhost:" + wss + "/mqtt")) {
            List<String> command = List.of("node", script.toString(), url, directory.toString());
            assertPrints("100000", Program.start(command, Map.of("MQTT_JS", packages.toString())));
        }
    }
}
