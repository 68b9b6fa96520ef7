package io.pipit.cli;

import static io.pipit.cli.CapturedTerminal.run;
import static io.pipit.cli.CapturedTerminal.runWithInput;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Spec;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** pub and sub, in this process and as processes of their own, with mosquitto and its clients. */
@Tag("mosquitto")
@EnabledIf("io.pipit.cli.Mosquitto#isInstalled")
@Timeout(60)
final class PubSubTest {
    @TempDir
    private static Path directory;

    private static Mosquitto mosquitto;

    @BeforeAll
    static void start() throws IOException {
        mosquitto = Mosquitto.start(directory);
    }

    @AfterAll
    static void stop() throws IOException {
        mosquitto.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
    @Spec("3.1.1:MQTT-7.0.0-2")
    void pub_inEachVersionAndQoS_reachesMosquittoSub(String version) throws Exception {
        String id = "sub-" + version;
        mosquitto.run("mosquitto_sub", "-p", mosquitto.port(), "-i", id, "-c", "-q", "2", "-t", "v/" + version, "-E");

        for (String qos : List.of("0", "1", "2")) {
            assertThat(pub("-V", version, "-t", "v/" + version, "-m", "m" + qos, "-q", qos)
                            .status())
                    .isZero();
        }

        assertThat(mosquitto.run(
                        "mosquitto_sub",
                        "-p",
                        mosquitto.port(),
                        "-i",
                        id,
                        "-c",
                        "-q",
                        "2",
                        "-t",
                        "v/" + version,
                        "-C",
                        "2",
                        "-W",
                        "20"))
                .isEqualTo("m1\nm2\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
    void sub_inEachVersion_getsWhatWaitedForItsSession(String version) throws Exception {
        String[] session = {"-V", version, "-i", "s" + version, "-c", "-q", "2", "-t", "s/" + version};
        assertThat(sub(session, "-E").status()).isZero();
        mosquitto.run("mosquitto_pub", "-p", mosquitto.port(), "-t", "s/" + version, "-m", "one", "-q", "1");
        mosquitto.run("mosquitto_pub", "-p", mosquitto.port(), "-t", "s/" + version, "-m", "two", "-q", "2");
        mosquitto.run("mosquitto_pub", "-p", mosquitto.port(), "-t", "s/" + version, "-m", "three", "-q", "1");

        assertThat(sub(session, "-C", "2", "-v", "-W", "20").out())
                .isEqualTo("s/" + version + " one\ns/" + version + " two\n");
        assertThat(sub(session, "-C", "1", "-W", "20").out()).isEqualTo("three\n");
    }

    @Test
    void pubAndSub_overWebSocket_work() throws Exception {
        String url = "ws://127.0.0.1:" + mosquitto.webSocketPort() + "/mqtt";
        String big = "x".repeat(70_000);

        assertThat(run("pub", url, "-t", "w/s", "-m", big, "-q", "2", "-r").status())
                .isZero();

        assertThat(run("sub", url, "-t", "w/s", "-C", "1", "-W", "20").out()).isEqualTo(big + "\n");
        assertThat(run("sub", "--ws", "-p", mosquitto.webSocketPort(), "-t", "w/s", "-C", "1", "-W", "20")
                        .out())
                .isEqualTo(big + "\n");
    }

    @Test
    void pub_withProperties_deliversThem() throws Exception {
        pub(
                "-t",
                "p/p",
                "-m",
                "x",
                "-r",
                "-D",
                "publish",
                "content-type",
                "t",
                "-D",
                "publish",
                "user-property",
                "k",
                "v");

        assertThat(mosquitto.run(
                        "mosquitto_sub",
                        "-p",
                        mosquitto.port(),
                        "-V",
                        "5",
                        "-t",
                        "p/p",
                        "-C",
                        "1",
                        "-W",
                        "20",
                        "-F",
                        "%C %P"))
                .isEqualTo("t k:v\n");
    }

    @Test
    void pub_ofFileAndInput_sendsAllBytes() throws Exception {
        Path file = Files.writeString(directory.resolve("payload"), "a\nb\n");

        pub("-t", "in/file", "-f", file.toString(), "-r");
        runWithInput("c\nd", "pub", "-p", mosquitto.port(), "-t", "in/all", "-s", "-r");

        assertThat(sub("-t", "in/#", "-C", "2", "-W", "20", "-F", "%t=%p;", "-N")
                        .out())
                .contains("in/file=a\nb\n;", "in/all=c\nd;");
    }

    @Test
    void pub_ofLines_sendsEach() throws Exception {
        String[] session = {"-i", "lines", "-c", "-q", "1", "-t", "lines"};
        sub(session, "-E");

        CapturedTerminal.Run run =
                runWithInput("one\n\nthree", "pub", "-p", mosquitto.port(), "-t", "lines", "-l", "-q", "1");

        assertThat(run.status()).isZero();
        assertThat(sub(session, "-C", "3", "-W", "20", "-F", "<%p>").out()).isEqualTo("<one>\n<>\n<three>\n");
    }

    @Test
    void pub_repeated_publishesSoOften() throws Exception {
        String[] session = {"-i", "repeat", "-c", "-q", "1", "-t", "repeat"};
        sub(session, "-E");

        pub("-t", "repeat", "-m", "x", "-q", "1", "--repeat", "3", "--repeat-delay", "0.01");

        assertThat(sub(session, "-C", "3", "-W", "20").out()).isEqualTo("x\nx\nx\n");
    }

    @Test
    void pub_ofFileThatIsNotThere_saysSo() throws Exception {
        CapturedTerminal.Run run = pub("-t", "a", "-f", "/nowhere/file");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("pipit pub: -f /nowhere/file: there is no such file\n");
    }

    @Test
    void pub_thatIsRefused_exitsWithTheCodeOfConnAck() throws Exception {
        assertThat(run("pub", "-p", mosquitto.closedPort(), "-t", "a", "-m", "b")
                        .status())
                .isEqualTo(5);
        CapturedTerminal.Run run = run("pub", "-p", mosquitto.closedPort(), "-t", "a", "-m", "b", "-V", "5");
        assertThat(run.status()).isEqualTo(0x87);
        assertThat(run.err()).contains("NOT_AUTHORIZED");
        assertThat(run("sub", "-p", mosquitto.closedPort(), "-t", "a", "--quiet"))
                .isEqualTo(new CapturedTerminal.Run(5, "", ""));
    }

    @Test
    void sub_whereNothingComes_timesOutWith27() throws Exception {
        CapturedTerminal.Run run = sub("-t", "nothing", "-W", "0.3");

        assertThat(run.status()).isEqualTo(27);
        assertThat(run.err()).isEqualTo("pipit sub: timed out\n");
    }

    @Test
    void sub_withFilters_printsWhatIsLeft() throws Exception {
        for (String topic : List.of("f/a", "f/b", "f/c")) {
            pub("-t", topic, "-m", topic, "-r");
        }

        assertThat(sub("-t", "f/+", "-T", "f/b", "-C", "2", "-W", "20").out()).isEqualTo("f/a\nf/c\n");
        assertThat(sub("-t", "f/+", "-R", "-W", "0.3").out()).isEmpty();
    }

    @Test
    void sub_removingRetained_clearsThem() throws Exception {
        pub("-t", "rr/a", "-m", "x", "-r");
        pub("-t", "rr/b", "-m", "y", "-r");

        assertThat(sub("-t", "rr/#", "--remove-retained", "-C", "2", "-W", "20").out())
                .contains("x\n", "y\n");

        assertThat(sub("-t", "rr/#", "-W", "0.3").status()).isEqualTo(27);
    }

    @Test
    void sub_ofRetainedOnly_endsAtTheFirstThatIsNot() throws Exception {
        pub("-t", "ro", "-m", "kept", "-r");
        CapturedTerminal terminal = new CapturedTerminal(System.in);
        CompletableFuture<CapturedTerminal.Run> subscriber =
                terminal.start("sub", "-p", mosquitto.port(), "-t", "ro", "--retained-only", "-W", "20");
        terminal.awaitOutput("kept");

        pub("-t", "ro", "-m", "live");

        assertThat(subscriber.get(20, TimeUnit.SECONDS)).isEqualTo(new CapturedTerminal.Run(0, "kept\n", ""));
    }

    @Test
    void sub_withDebug_showsThePacketsAsMosquittoDoes() throws Exception {
        pub("-t", "d/d", "-m", "x", "-r", "-q", "1");

        assertThat(sub("-i", "dbg", "-t", "d/d", "-C", "1", "-d", "-q", "1", "-W", "20")
                        .out())
                .isEqualTo("""
                        Client dbg sending CONNECT
                        Client dbg received CONNACK (0)
                        Client dbg sending SUBSCRIBE (Mid: 1, Topic: d/d, QoS: 1, Options: 0x00)
                        Client dbg received SUBACK
                        Client dbg received PUBLISH (d0, q1, r1, m1, 'd/d', ... (1 bytes))
                        x
                        Client dbg sending PUBACK (m1, rc0)
                        Client dbg sending DISCONNECT
                        """);
    }

    @Test
    void sub_whenTheServerComesBack_connectsAndSubscribesAgain(@TempDir Path other) throws Exception {
        try (Mosquitto restarted = Mosquitto.start(other)) {
            CapturedTerminal terminal = new CapturedTerminal(System.in);
            CompletableFuture<CapturedTerminal.Run> subscriber =
                    terminal.start("sub", "-p", restarted.port(), "-t", "back", "-C", "1", "-d", "-W", "40");
            terminal.awaitOutput("received SUBACK");

            restarted.restart();
            run("pub", "-p", restarted.port(), "-t", "back", "-m", "again", "-r");

            CapturedTerminal.Run run = subscriber.get(40, TimeUnit.SECONDS);
            assertThat(run.status()).isZero();
            assertThat(run.out()).contains("\nagain\n");
            assertThat(run.err()).contains("connecting again");
        }
    }

    @Test
    void sub_asProcessAtSigterm_disconnectsWithoutWill() throws Exception {
        Process process = start(
                "sub",
                "-p",
                mosquitto.port(),
                "-t",
                "sig",
                "-d",
                "--will-topic",
                "sig/will",
                "--will-payload",
                "x",
                "--will-retain");
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.lines().anyMatch(line -> line.endsWith("received SUBACK")))
                    .isTrue();
            process.toHandle().destroy(); // which leaves the streams open
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(process.exitValue()).isZero();
        assertThat(sub("-t", "sig/will", "-W", "0.3").status()).isEqualTo(27);
    }

    @Test
    void pub_asProcess_loadsNothingOfServerOrLogging() throws Exception {
        Process process = start("pub", "-p", mosquitto.port(), "-t", "proc", "-m", "x", "-q", "1", "-r");

        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output)
                .contains("io.pipit.client.MqttClient")
                .doesNotContain(
                        "io.pipit.broker", "io.pipit.server", "io.pipit.transport", "ch.qos.logback", "picocli");
        assertThat(sub("-t", "proc", "-C", "1", "-W", "20").out()).isEqualTo("x\n");
    }

    /** A process of its own, that also says which classes it loads. */
    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load",
                "-cp",
                System.getProperty("java.class.path"),
                "io.pipit.cli.Main"));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static CapturedTerminal.Run pub(String... arguments) throws InterruptedException {
        return run(joined(new String[] {"pub", "-p", mosquitto.port()}, arguments));
    }

    private static CapturedTerminal.Run sub(String... arguments) throws InterruptedException {
        return run(joined(new String[] {"sub", "-p", mosquitto.port()}, arguments));
    }

    private static CapturedTerminal.Run sub(String[] session, String... arguments) throws InterruptedException {
        return sub(joined(session, arguments));
    }

    private static String[] joined(String[] first, String[] second) {
        String[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
