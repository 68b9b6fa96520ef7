package io.pipit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.broker.QueuePolicy;
import io.pipit.broker.Settings;
import io.pipit.store.StoreSettings;
import io.pipit.transport.ListenerSettings;
import io.pipit.transport.WebSocketSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationTest {
    private static final String DEFAULTS = """
            bind: "127.0.0.1"
            port: 1883
            ws-port: 8083
            mqtts-port: "off"
            wss-port: "off"
            data: "~/.local/state/pipit"
            durability: fsync
            anonymous: loopback
            loops: 0
            websocket:
              paths: ["/mqtt"]
              require-protocol: false
              handshake-timeout: 10s
            tls:
              reload-interval: 5s
              cert: none
              key: none
              ca: none
              crl: none
              client-certificates: off
              user-name-from: none
              versions: [1.2, 1.3]
              ciphers: none
              provider: auto
              handshake-timeout: 10s
              max-handshakes: 1000
            stop:
              timeout: 10s
            mqtt:
              maximum-packet-size: 1MiB
              receive-maximum: 1024
              topic-alias-maximum: 64
              outgoing-topic-alias-maximum: 64
              maximum-qos: 2
              retain-available: true
              wildcard-subscription-available: true
              shared-subscription-available: true
              subscription-identifier-available: true
              keep-alive-factor: 1.5
              maximum-keep-alive: 0
              connect-timeout: 10s
              maximum-topic-levels: 128
              response-information: "_response/"
            session:
              default-expiry: 7d
              maximum-expiry: 0
            queue:
              max-messages: 1000000
              max-bytes: 256MiB
              policy: drop-oldest
              qos0: false
            retained:
              expiry: 0
              cache: 0
            sys:
              interval: 10s
              node: "pipit@127.0.0.1"
            limits:
              connections: 0
              subscriptions-per-session: 0
              outgoing-bytes: 1MiB
              memory: 0
              uncommitted-bytes: 64MiB
            disk:
              refuse-after: 10s
              min-free: 512MiB
            """;

    private static ConfigurationSources yaml(String... lines) {
        return new ConfigurationSources().yaml(String.join("\n", lines) + "\n");
    }

    private static void assertRefused(ConfigurationSources sources, String... lines) {
        assertThatThrownBy(sources::read)
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(String.join(System.lineSeparator(), lines));
    }

    private static InetSocketAddress address(Configuration configuration, Protocol protocol) {
        return configuration.listeners().stream()
                .filter(listener -> listener.protocol() == protocol)
                .map(listener -> listener.settings().address())
                .findFirst()
                .orElseThrow();
    }

    private static int port(Configuration configuration, Protocol protocol) {
        return address(configuration, protocol).getPort();
    }

    @Test
    void show_withNothingGiven_pinsEveryDefault() throws ConfigurationException {
        assertThat(new ConfigurationSources().show()).isEqualTo(DEFAULTS);
    }

    @Test
    void read_withNothingGiven_isTheBrokersOwnDefaults() throws ConfigurationException {
        Configuration configuration = new ConfigurationSources().read();

        assertThat(configuration.settings()).isEqualTo(Settings.DEFAULT);
        assertThat(configuration.listeners()).hasSize(2);
        assertThat(address(configuration, Protocol.MQTT))
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1883));
        assertThat(address(configuration, Protocol.WS))
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8083));
        assertThat(configuration.data()).isEqualTo(Path.of(System.getProperty("user.home"), ".local/state/pipit"));
        assertThat(configuration.store()).isEqualTo(StoreSettings.DEFAULT);
        assertThat(configuration.loops()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void show_readBack_isTheSame() throws ConfigurationException {
        ConfigurationSources sources = yaml(
                "port: off",
                "websocket: {paths: [/mqtt, /ws], require-protocol: true}",
                "queue: {policy: refuse-publisher, max-bytes: 3KiB, max-messages: 1_000}",
                "sys: {interval: 1500ms, node: 'a \"quoted\" \\ name'}",
                "data: /var/lib/pipit");

        ConfigurationSources again = new ConfigurationSources().yaml(sources.show());

        assertThat(again.read()).isEqualTo(sources.read());
        ListenerSettings only = again.read().listeners().getFirst().settings();
        assertThat(only.name()).isEqualTo("ws");
        assertThat(only.webSocket())
                .isEqualTo(new WebSocketSettings(List.of("/mqtt", "/ws"), true, Duration.ofSeconds(10)));
        assertThat(again.read().settings().queue())
                .isEqualTo(new Settings.Queue(1000, 3072, QueuePolicy.REFUSE_PUBLISHER, false));
        assertThat(again.read().settings().sys())
                .isEqualTo(new Settings.Sys(Duration.ofMillis(1500), "a \"quoted\" \\ name"));
    }

    @Test
    void read_keyInSeveralPlaces_takesTheStrongest() throws ConfigurationException {
        ConfigurationSources sources = yaml("port: 1", "ws-port: 1", "loops: 1", "stop: {timeout: 1s}")
                .environment(Map.of("PIPIT_PORT", "2", "PIPIT_WS_PORT", "2", "PIPIT_LOOPS", "2"))
                .flag("port", "3", "--port")
                .flag("ws-port", "3", "--ws-port")
                .set("port=4");

        Configuration configuration = sources.read();

        assertThat(port(configuration, Protocol.MQTT)).isEqualTo(4);
        assertThat(port(configuration, Protocol.WS)).isEqualTo(3);
        assertThat(configuration.loops()).isEqualTo(2);
        assertThat(configuration.stopTimeout()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void read_unknownKey_namesLineAndNearestKey() {
        assertRefused(
                yaml("port: 1883", "queue:", "  max-mesages: 5", "prot: 7", "max-messages: 5"),
                "yaml:3: unknown key queue.max-mesages; did you mean queue.max-messages?",
                "yaml:4: unknown key prot; did you mean port?",
                "yaml:5: unknown key max-messages; did you mean queue.max-messages?");
    }

    @Test
    void read_wrongValue_namesKeyValueLineAndWhatIsAllowed() {
        assertRefused(
                yaml("port: abc", "queue:", "  policy: drop", "  max-bytes: 1MB", "stop: {timeout: 10}", "loops:"),
                "yaml:6: loops has no value",
                "yaml:1: port is \"abc\"; allowed is off, or a number from 0 (any free port) to 65535",
                "yaml:5: stop.timeout is \"10\"; allowed is 0, or a number with one of the units"
                        + " ms, s, m, h or d, up to 1d",
                "yaml:4: queue.max-bytes is \"1MB\"; allowed is a number of bytes with one of the units"
                        + " B, KiB, MiB, GiB or TiB, or 0 for no limit",
                "yaml:3: queue.policy is \"drop\"; allowed is drop-oldest, drop-newest, disconnect, refuse-publisher");
    }

    @Test
    void read_keyTwice_namesBothLines() {
        assertRefused(yaml("port: 1", "loops: 1", "port: 2"), "yaml:3: port is already given at yaml:1");
    }

    @Test
    void read_noYaml_namesTheLine() {
        assertThatThrownBy(yaml("port: 1", "loops: [1")::read)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("yaml:")
                .hasMessageContaining("not YAML");
    }

    @Test
    void read_unknownVariable_namesTheNearest() {
        assertRefused(
                new ConfigurationSources()
                        .environment(Map.of(
                                "PIPIT_QUEUE_MAX_MESAGES",
                                "5",
                                "PIPIT_JAVA_OPTS",
                                "-Xmx1g",
                                "PIPIT_NO_BUILD",
                                "1",
                                "PIPIT_CONFIG",
                                "x",
                                "HOME",
                                "/")),
                "environment: unknown key PIPIT_QUEUE_MAX_MESAGES; did you mean PIPIT_QUEUE_MAX_MESSAGES?");
    }

    @Test
    void read_setWithoutValue_isRefused() {
        assertRefused(new ConfigurationSources().set("port"), "--set port: KEY=VALUE is expected");
    }

    @Test
    void read_otherAddressThanLoopback_needsAnonymousAllow() throws ConfigurationException {
        assertThatThrownBy(new ConfigurationSources().set("bind=0.0.0.0")::read)
                .hasMessageContaining("\"anonymous: allow\"")
                .hasMessageContaining("\"bind: 127.0.0.1\"");

        Configuration open = new ConfigurationSources()
                .set("bind=0.0.0.0")
                .set("anonymous=allow")
                .read();
        assertThat(address(open, Protocol.MQTT).getAddress().isAnyLocalAddress())
                .isTrue();
        Configuration local = new ConfigurationSources().set("bind=::1").read();
        assertThat(address(local, Protocol.MQTT).getAddress().isLoopbackAddress())
                .isTrue();
    }

    @Test
    void file_thatIsThere_isReadAndNamedInProblems(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("pipit.yaml");
        Files.writeString(file, "loops: 3\n");
        assertThat(new ConfigurationSources().file(file).read().loops()).isEqualTo(3);

        Files.writeString(file, "\n\nlops: 3\n");

        assertRefused(new ConfigurationSources().file(file), file + ":3: unknown key lops; did you mean loops?");
    }

    @Test
    void file_empty_isTheDefaults(@TempDir Path directory) throws IOException, ConfigurationException {
        Path file = directory.resolve("empty.yaml");
        Files.writeString(file, "# nothing\n");

        assertThat(new ConfigurationSources().file(file).show()).isEqualTo(DEFAULTS);
    }

    @Test
    void file_missing_isRefused(@TempDir Path directory) {
        assertThatThrownBy(new ConfigurationSources().file(directory.resolve("none.yaml"))::read)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("none.yaml");
    }
}
