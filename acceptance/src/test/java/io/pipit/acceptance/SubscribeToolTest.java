package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.acceptance.Endpoint.Transport;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code mosquitto_sub} and {@code pipit sub}, with another client that publishes. */
final class SubscribeToolTest {
    private static final int TIMED_OUT = 27;

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static final Peer DRIVER = new Peer(Library.HIVEMQ, Version.V5, Transport.TCP);

    /** A client that has left a retained message, by which a subscriber's first line shows that it has subscribed. */
    private static TestClient driver(String topic) {
        TestClient driver = STAGE.connected(DRIVER);
        driver.publish(Message.of(topic, "ready").withQos(1).retained());
        return driver;
    }

    private static List<String> assertEnds(Program program, int expected) {
        int code = program.exitCode();
        assertThat(code).as(() -> "exit status; stderr: " + program.stderr()).isEqualTo(expected);
        return program.rest();
    }

    private static List<String> sub(Tools tools, String... arguments) {
        try (Program program = tools.sub(STAGE.broker(), arguments)) {
            return assertEnds(program, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#all")
    void sub_toWildcards_printsWhatMatchesUntilTheCount(Tools tools) {
        String root = STAGE.name("sub");
        TestClient driver = driver(root + "/ready");
        String[] arguments = {
            "-t",
            root + "/ready",
            "-t",
            root + "/+/x",
            "-t",
            root + "/all/#",
            "-T",
            root + "/all/not/#",
            "-q",
            "2",
            "-v",
            "-C",
            "5"
        };
        try (Program program = tools.sub(STAGE.broker(), arguments)) {
            assertThat(program.line()).isEqualTo(root + "/ready ready");
            for (String topic : List.of("/a/x", "/a/b/x", "/all", "/all/not/this", "/all/b/c", "/ready")) {
                driver.publish(Message.of(root + topic, "ü " + topic).withQos(2));
            }
            assertThat(assertEnds(program, 0))
                    .containsExactly(
                            root + "/a/x ü /a/x",
                            root + "/all ü /all",
                            root + "/all/b/c ü /all/b/c",
                            root + "/ready ü /ready");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#all")
    void sub_ofAStoredSession_printsWhatCameWhileItWasAway(Tools tools) {
        String name = STAGE.name("away");
        TestClient driver = STAGE.connected(DRIVER);
        sub(tools, "-c", "-i", name, "-t", name + "/t", "-q", "2", "-E");
        for (int i = 0; i < 4; i++) {
            driver.publish(Message.of(name + "/t", "nr " + i).withQos(1));
        }
        assertThat(sub(tools, "-c", "-i", name, "-t", name + "/t", "-q", "2", "-C", "4"))
                .containsExactly("nr 0", "nr 1", "nr 2", "nr 3");
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#all")
    void sub_killed_leavesItsWill(Tools tools) {
        String root = STAGE.name("will");
        TestClient driver = driver(root + "/ready");
        driver.subscribe(root + "/will", 1);
        String[] arguments = {
            "-t", root + "/ready", "--will-topic", root + "/will", "--will-payload", "gone", "--will-qos", "1"
        };
        try (Program program = tools.sub(STAGE.broker(), arguments)) {
            assertThat(program.line()).isEqualTo("ready");
        }
        assertThat(driver.next()).isEqualTo(Message.of(root + "/will", "gone").withQos(1));
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void sub_withAFormat_printsTheParts(Tools tools) {
        String topic = STAGE.name("format/");
        TestClient driver = STAGE.connected(DRIVER);
        MessageProperties properties = new MessageProperties(
                List.of(new UserProperty("a", "1")), null, "text/plain", "answer/here", "c-7", true, List.of(), null);
        driver.publish(Message.of(topic, "AB c").withQos(1).retained().with(properties));
        String format = "%t|%p|%q|%r|%l|%x|%X|%C|%R|%D|%P|%F|%%|\\t|";
        assertThat(sub(tools, "-t", topic, "-q", "1", "-C", "1", "-F", format))
                .containsExactly(topic + "|AB c|1|1|4|41422063|41422063|text/plain|answer/here|c-7|a:1|1|%|\t|");
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void sub_withRetainedFlags_printsAndRemovesThem(Tools tools) {
        String root = STAGE.name("flags");
        TestClient driver = driver(root + "/ready");
        driver.publish(Message.of(root + "/a", "one").withQos(1).retained());
        String[] removing = {"-t", root + "/a", "--retained-only", "--remove-retained", "-W", "1", "-v"};
        try (Program program = tools.sub(STAGE.broker(), removing)) {
            // The message that clears ends both, but mosquitto's waits for an acknowledgement that has come before.
            int expected = tools.suite() == Tools.Suite.MOSQUITTO ? TIMED_OUT : 0;
            assertThat(assertEnds(program, expected)).containsExactly(root + "/a one");
        }
        try (Program program = tools.sub(STAGE.broker(), "-t", root + "/a", "-R", "-N", "-C", "1")) {
            // Nothing tells when it has subscribed, so it is told until it ends.
            while (program.isAlive()) {
                driver.publish(Message.of(root + "/a", "live").withQos(1));
            }
            assertThat(assertEnds(program, 0)).containsExactly("live");
        }
        TestClient late = STAGE.connected(DRIVER);
        late.subscribe(root + "/+", 1);
        assertThat(late.next().topic()).isEqualTo(root + "/ready");
        assertThat(late.inbox().waiting()).isZero();
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void sub_thatHearsNothingInTime_endsWithItsOwnStatus(Tools tools) {
        try (Program program = tools.sub(STAGE.broker(), "-t", STAGE.name("silence/"), "-W", "1")) {
            assertThat(assertEnds(program, TIMED_OUT)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void sub_toAnInvalidFilter_fails(Tools tools) {
        try (Program program = tools.sub(STAGE.broker(), "-t", "a/#/b")) {
            assertThat(program.exitCode()).isNotZero();
            assertThat(program.stderr()).contains("a/#/b").doesNotContain("Exception");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void sub_toAUrl_prints(Tools tools) {
        String topic = STAGE.name("url/");
        TestClient driver = driver(topic);
        String url = STAGE.broker().endpoint(Transport.TCP).uri("mqtt") + "/" + topic;
        try (Program program = tools.run("sub", List.of("-L", url, "-C", "2"))) {
            assertThat(program.line()).isEqualTo("ready");
            driver.publish(Message.of(topic, "by url"));
            assertThat(assertEnds(program, 0)).containsExactly("by url");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pipit.acceptance.Tools#ofFive")
    void sub_whoseIdentifierIsTakenOver_losesItsConnection(Tools tools) {
        String name = STAGE.name("taken");
        TestClient driver = driver(name + "/ready");
        driver.subscribe(name + "/will", 1);
        String[] arguments = {
            "-i", name, "-t", name + "/ready", "--will-topic", name + "/will", "--will-payload", "lost"
        };
        try (Program program = tools.sub(STAGE.broker(), arguments)) {
            assertThat(program.line()).isEqualTo("ready");
            TestClient second = STAGE.client(DRIVER);
            second.connect(Connect.clean(name));
            assertThat(driver.next().payload()).isEqualTo("lost");
        }
    }
}
