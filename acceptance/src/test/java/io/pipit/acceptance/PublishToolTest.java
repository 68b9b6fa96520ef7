package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.acceptance.Endpoint.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code mosquitto_pub} and {@code pipit pub}, with another client that listens. */
final class PublishToolTest {
    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static final Peer LISTENER = new Peer(Library.HIVEMQ, Version.V5, Transport.TCP);

    private static TestClient listener(String filter) {
        TestClient client = STAGE.connected(LISTENER);
        client.subscribe(filter, 2);
        return client;
    }

    private static void assertEnds(Program program) {
        int code = program.exitCode();
        assertThat(code).as(() -> "exit status; stderr: " + program.stderr()).isZero();
        assertThat(program.rest()).as("stdout").isEmpty();
    }

    /** Runs the publishing command to its end, and feeds it this input. */
    private static void pub(Tools tools, String stdin, String... arguments) {
        try (Program program = tools.pub(STAGE.broker(), arguments)) {
            if (!stdin.isEmpty()) {
                program.feed(stdin);
            }
            assertEnds(program);
        }
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#all")
    void pub_atEachQos_arrives(Tools tools) {
        String topic = STAGE.name("pub/");
        TestClient listener = listener(topic);
        for (int qos = 0; qos <= 2; qos++) {
            pub(tools, "", "-t", topic, "-m", "hello ü", "-q", Integer.toString(qos), "-i", STAGE.name("pub"));
            assertThat(listener.next()).isEqualTo(Message.of(topic, "hello ü").withQos(qos));
        }
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void pub_withLines_sendsEachLine(Tools tools) {
        String topic = STAGE.name("lines/");
        TestClient listener = listener(topic);
        pub(tools, "one\ntwo\nthree\n", "-t", topic, "-l", "-q", "1");
        assertThat(listener.inbox().next(3)).extracting(Message::payload).containsExactly("one", "two", "three");
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void pub_withStdin_sendsAllOfItAsOne(Tools tools) {
        String topic = STAGE.name("stdin/");
        TestClient listener = listener(topic);
        pub(tools, "one\ntwo\n", "-t", topic, "-s");
        assertThat(listener.next().payload()).isEqualTo("one\ntwo\n");
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void pub_ofAFile_sendsItsContent(Tools tools, @TempDir Path directory) throws IOException {
        String topic = STAGE.name("file/");
        TestClient listener = listener(topic);
        Path file = Files.writeString(directory.resolve("payload"), "of a file\n");
        pub(tools, "", "-t", topic, "-f", file.toString(), "-q", "2");
        assertThat(listener.next()).isEqualTo(Message.of(topic, "of a file\n").withQos(2));
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void pub_retainedAndThenNothing_setsAndClears(Tools tools) {
        String root = STAGE.name("retained");
        TestClient publisher = STAGE.connected(LISTENER);
        publisher.publish(Message.of(root + "/kept", "kept").withQos(1).retained());
        pub(tools, "", "-t", root + "/a", "-m", "value", "-r");
        TestClient first = listener(root + "/a");
        assertThat(first.next()).isEqualTo(Message.of(root + "/a", "value").retained());
        pub(tools, "", "-t", root + "/a", "-n", "-r");
        assertThat(first.next()).isEqualTo(Message.of(root + "/a", ""));
        TestClient second = listener(root + "/+");
        assertThat(second.next().topic()).isEqualTo(root + "/kept");
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void pub_repeated_sendsAsOften(Tools tools) {
        String topic = STAGE.name("repeat/");
        TestClient listener = listener(topic);
        pub(tools, "", "-t", topic, "-m", "again", "--repeat", "3", "-q", "1");
        assertThat(listener.inbox().next(3)).extracting(Message::payload).containsOnly("again");
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void pub_withProperties_sendsThem(Tools tools) {
        String topic = STAGE.name("properties/");
        TestClient listener = listener(topic);
        pub(
                tools,
                "",
                "-t",
                topic,
                "-m",
                "x",
                "-q",
                "1",
                "-D",
                "publish",
                "user-property",
                "a",
                "1",
                "-D",
                "publish",
                "user-property",
                "a",
                "2",
                "-D",
                "publish",
                "content-type",
                "text/plain",
                "-D",
                "publish",
                "response-topic",
                topic + "/answer",
                "-D",
                "publish",
                "correlation-data",
                "number 7",
                "-D",
                "publish",
                "payload-format-indicator",
                "1",
                "-D",
                "publish",
                "message-expiry-interval",
                "1000");
        MessageProperties received = listener.next().properties();
        assertThat(received.expirySeconds()).isBetween(990L, 1000L);
        assertThat(received)
                .usingRecursiveComparison()
                .ignoringFields("expirySeconds")
                .isEqualTo(new MessageProperties(
                        List.of(new UserProperty("a", "1"), new UserProperty("a", "2")),
                        null,
                        "text/plain",
                        topic + "/answer",
                        "number 7",
                        true,
                        List.of(),
                        null));
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#all")
    void pub_killed_leavesItsWill(Tools tools) throws IOException {
        String topic = STAGE.name("will/");
        TestClient listener = listener(topic + "/+");
        try (Program program = tools.pub(
                STAGE.broker(),
                "-t",
                topic + "/live",
                "-l",
                "-q",
                "1",
                "--will-topic",
                topic + "/will",
                "--will-payload",
                "gone",
                "--will-qos",
                "2",
                "--will-retain")) {
            program.stdin().write("here\n".getBytes(UTF_8));
            program.stdin().flush();
            assertThat(listener.next().payload()).isEqualTo("here");
        }
        assertThat(listener.next())
                .isEqualTo(Message.of(topic + "/will", "gone").withQos(2));
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void pub_toAUrl_arrives(Tools tools) {
        String topic = STAGE.name("url/");
        TestClient listener = listener(topic);
        String url = STAGE.broker().endpoint(Transport.TCP).uri("mqtt") + "/" + topic;
        try (Program program = tools.run("pub", List.of("-L", url, "-m", "by url", "-q", "1"))) {
            assertEnds(program);
        }
        assertThat(listener.next().payload()).isEqualTo("by url");
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void pub_withNobodyListeningOnThePort_fails(Tools tools) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> arguments = List.of("-h", Endpoint.HOST, "-p", Integer.toString(port), "-t", "a", "-m", "b");
        try (Program program = tools.run("pub", arguments)) {
            assertThat(program.exitCode()).isEqualTo(1);
            assertThat(program.stderr()).contains("refused").doesNotContain("Exception");
        }
    }

    @Test
    @OnlyPipit
    void pub_overWebSocket_arrives() {
        String topic = STAGE.name("ws/");
        TestClient listener = listener(topic);
        Tools tools = new Tools(Tools.Suite.PIPIT, Version.V5);
        String port = Integer.toString(STAGE.broker().port(Transport.WS));
        List<String> flags = List.of("--ws", "-h", Endpoint.HOST, "-p", port, "-t", topic, "-m", "flag", "-q", "2");
        try (Program program = tools.run("pub", flags)) {
            assertEnds(program);
        }
        assertThat(listener.next().payload()).isEqualTo("flag");
        String url = "ws://" + Endpoint.HOST + ":" + port + Endpoint.PATH;
        try (Program program = tools.run("pub", List.of(url, "-t", topic, "-m", "url", "-q", "1"))) {
            assertEnds(program);
        }
        assertThat(listener.next().payload()).isEqualTo("url");
    }
}
