package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pipit.cli.PacketProperties.Target;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.UserProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FlagsTest {
    private final CapturedTerminal terminal = new CapturedTerminal(System.in);

    @Test
    void pub_withEveryFlag_takesThem() throws UsageException {
        PubFlags flags = pub("-h x -p 1 -t a/b -m -r -q 2 -r --repeat 3 --repeat-delay 0.5 -M 5 -i id -k 0 -c -u u -P p"
                + " -d --quiet --nodelay --will-topic w --will-payload x --will-qos 1 --will-retain -V 5 -A 127.0.0.1");

        assertThat(flags.topic()).hasToString("a/b");
        assertThat(flags.payload()).isEqualTo(Payload.of("-r"));
        assertThat(flags.qos()).isEqualTo(QoS.EXACTLY_ONCE);
        assertThat(flags.isRetain()).isTrue();
        assertThat(flags.repeat()).isEqualTo(3);
        assertThat(flags.repeatDelayMillis()).isEqualTo(500);
        assertThat(flags.maximumInFlight()).isEqualTo(5);
        assertThat(flags.connection().isQuiet()).isTrue();
        assertThat(flags.connection().version()).isEqualTo(ProtocolVersion.MQTT_5_0);
        assertThat(flags.connection().options(terminal.terminal())).isNotNull();
        assertThat(flags.connection().properties(Target.CONNECT).get(Property.SESSION_EXPIRY_INTERVAL))
                .isEqualTo(0xFFFF_FFFFL);
    }

    @Test
    void pub_withLongFormsAndEquals_takesThem() throws UsageException {
        PubFlags flags = pub("--topic=a --message=b=c --qos=1 --host=x --port=1 --protocol-version=31");

        assertThat(flags.payload()).isEqualTo(Payload.of("b=c"));
        assertThat(flags.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(flags.connection().version()).isEqualTo(ProtocolVersion.MQTT_3_1);
    }

    @Test
    void pub_withUrl_takesItsPathAsTopic() throws UsageException {
        assertThat(pub("mqtt://h/a/b -n").topic()).hasToString("a/b");
        assertThat(pub("-L mqtt://h/a/b -n -t c").topic()).hasToString("c");
        assertThat(pub("ws://h:8083/mqtt -n -t c").topic()).hasToString("c");
    }

    @Test
    void pub_withProperties_isOfMqtt5() throws UsageException {
        ConnectionFlags flags = pub("-t a -m b -D publish user-property k v -D PUBLISH content-type t -D connect"
                        + " receive-maximum 7 -D will will-delay-interval 4294967295 -D disconnect user-property a b"
                        + " --will-topic w")
                .connection();

        assertThat(flags.version()).isEqualTo(ProtocolVersion.MQTT_5_0);
        assertThat(flags.properties(Target.PUBLISH))
                .isEqualTo(Properties.builder()
                        .add(Property.USER_PROPERTY, new UserProperty("k", "v"))
                        .add(Property.CONTENT_TYPE, "t")
                        .build());
        assertThat(flags.properties(Target.CONNECT).get(Property.RECEIVE_MAXIMUM))
                .isEqualTo(7);
        assertThat(flags.properties(Target.WILL).get(Property.WILL_DELAY_INTERVAL))
                .isEqualTo(0xFFFF_FFFFL);
        assertThat(flags.properties(Target.SUBSCRIBE).isEmpty()).isTrue();
    }

    @Test
    void sub_withEveryFlag_takesThem() throws UsageException {
        SubFlags flags = sub("-t a/# -t +/b -T a/c -U d -q 1 -v -N -R -C 5 -W 1.5 -E --remove-retained"
                + " --retain-as-published --random-filter 50 --pretty -F %t -V mqttv5 -I x --ws");

        assertThat(flags.requests()).hasSize(2);
        assertThat(flags.requests().getFirst().options().retainAsPublished()).isTrue();
        assertThat(flags.unsubscribed()).hasToString("[d]");
        assertThat(flags.filteredOut()).hasToString("[a/c]");
        assertThat(flags.count()).isEqualTo(5);
        assertThat(flags.timeoutMillis()).isEqualTo(1500);
        assertThat(flags.percent()).isEqualTo(50);
        assertThat(flags.isExitAfterSubscribing()).isTrue();
        assertThat(flags.isRemoveRetained()).isTrue();
    }

    @Test
    void sub_withoutRetained_asksForNone() throws UsageException {
        SubscriptionRequest request = sub("-t a -R").requests().getFirst();

        assertThat(request.options().retainHandling()).isEqualTo(RetainHandling.DO_NOT_SEND);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "-t a;there is no message; give one with -m",
                "-m a;there is no topic; give one with -t",
                "-t a -m b -z;-z is not known",
                "-t a -m b stray;stray is not known",
                "-t a -m;-m needs a text behind it",
                "-t a -m b -n;-n: only one of -m, -f, -l, -s and -n can be used",
                "-t a/# -m b;-t: Topic Name \"a/#\" contains a wildcard",
                "-t a -m b -q 3;-q 3: QoS is 0 to 2",
                "-t a -m b -q x;-q x: QoS is a whole number",
                "-t a -m b -p 0;-p 0: the port is 1 to 65535",
                "-t a -m b -r=1;-r=1 is not known",
                "-t a -m b --retain=1;--retain takes no value",
                "-t a -m b --retain=1 -n;--retain takes no value",
                "-t a -m b -k 65536;-k 65536: the keep-alive is 0 to 65535",
                "-t a -m b -V 6;-V 6: the version is mqttv31, mqttv311 or mqttv5",
                "-t a -m b -x 4294967296;-x 4294967296: the session expiry is 0 to 4294967295",
                "-t a -l --repeat 2;--repeat cannot be used with -l",
                "-t a -m b --repeat 0;--repeat 0: the count is 1 to",
                "-t a -m b --repeat-delay -1;--repeat-delay -1: the delay is not negative",
                "-t a -m b --unix /x;--unix: Unix sockets are not supported",
                "-t a -m b --psk 00;--psk: pre-shared keys are not supported; use certificates",
                "-t a -m b --capath /x;--capath is not supported; --cafile, --cert and --key name files",
                "-t a -m b --tls-version tlsv1.1;--tls-version tlsv1.1: the version is tlsv1.2 or tlsv1.3",
                "-t a -m b --proxy x;--proxy: SOCKS proxies are not supported",
                "-t a -m b -L http://h;-L: URL scheme http is unknown: use mqtt://, mqtts://, ws:// or wss://",
                "mqtt://h mqtt://i -t a -m b;URL mqtt://i: only one URL can be given",
                "-t a -m b -D publish receive-maximum 1;-D publish receive-maximum: the properties of publish are",
                "-t a -m b -D pingreq x 1;-D pingreq: the packet is connect, publish, will,",
                "-t a -m b -D connect receive-maximum 0;-D 0: the value is 1 to 65535",
                "-t a -m b -D publish content-type a -D publish content-type b;-D: Content Type is given twice",
                "-t a -m b -D publish;-D needs property and value behind it",
            })
    void pub_withMistake_namesFlagAndRemedy(String arguments, String message) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> pub(arguments))
                .withMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "-i a -I b;-i and -I cannot be used together",
                "--insecure;--insecure is for TLS: use it with a URL of mqtts:// or wss://",
                "mqtt://h --cafile x;--cafile is for TLS",
                "--cert x;--cert and --key belong together",
                "mqtts://h --key x;--cert and --key belong together",
                "-c;-c needs a client identifier to find the session by; give one with -i",
                "-P x;-P needs a user name before MQTT 5.0; give one with -u",
                "--will-qos 1;--will-payload, --will-qos and --will-retain need --will-topic",
                "-D connect receive-maximum 1 -V 311;-D: properties need MQTT 5.0",
                "mqtt://h -p 1;-h, -p and --ws cannot be used with a URL",
            })
    void options_thatDoNotGoTogether_areRefused(String arguments, String message) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> pub("-t a -m b " + arguments).connection().options(terminal.terminal()))
                .withMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "-v;there is no topic to subscribe to; give one with -t",
                "-t a/#/b;-t: Topic Filter \"a/#/b\"",
                "-t a -T #b;-T: Topic Filter",
                "-t a -C 0;-C 0: the count is 1 to",
                "-t a -W 0;-W 0: the time is more than 0 s",
                "-t a -W x;-W x: the time is a number of seconds",
                "-t a -R --retained-only;-R and --retained-only cannot be used together",
                "-t a --retain-as-published;--retain-as-published needs MQTT 5.0",
                "-t a --random-filter 0;--random-filter 0: the percentage is 0.1 to 100",
            })
    void sub_withMistake_namesFlagAndRemedy(String arguments, String message) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> sub(arguments))
                .withMessageStartingWith(message);
    }

    @Test
    void help_namesOnlyFlagsThatAreTaken() {
        for (String flag : flagsOf(PubFlags.HELP)) {
            assertIsKnown(flag, () -> pub(flag));
        }
        for (String flag : flagsOf(SubFlags.HELP)) {
            assertIsKnown(flag, () -> sub(flag));
        }
    }

    @Test
    void run_withMistake_exitsWith2() throws InterruptedException {
        CapturedTerminal.Run run = CapturedTerminal.run("pub", "-t", "a", "-m", "b", "--port", "x");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("pipit pub: --port x: the port is a whole number\nSee 'pipit pub --help'.\n");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void run_forHelp_printsIt() throws InterruptedException {
        assertThat(CapturedTerminal.run("pub", "--help").out()).startsWith("Usage: pipit pub");
        assertThat(CapturedTerminal.run("help", "sub").out()).startsWith("Usage: pipit sub");
        assertThat(CapturedTerminal.run("help").out()).startsWith("Usage: pipit [COMMAND]");
        assertThat(CapturedTerminal.run("--help").status()).isZero();
        assertThat(CapturedTerminal.run("--version").out()).startsWith("pipit ");
    }

    @Test
    void run_ofUnknownCommand_exitsWith2() throws InterruptedException {
        CapturedTerminal.Run run = CapturedTerminal.run("publish");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("there is no command 'publish'");
    }

    private static List<String> flagsOf(String help) {
        List<String> flags = new ArrayList<>();
        Matcher matcher = Pattern.compile("(?m)^  (-[a-zA-Z]|--[a-z-]+)(?:, (--[a-z-]+))?")
                .matcher(help);
        while (matcher.find()) {
            flags.add(matcher.group(1));
            if (matcher.group(2) != null) {
                flags.add(matcher.group(2));
            }
        }
        assertThat(flags).hasSizeGreaterThan(30);
        return flags;
    }

    /** A flag alone lacks its value, or others; but it is known. */
    private static void assertIsKnown(String flag, org.assertj.core.api.ThrowableAssert.ThrowingCallable parse) {
        if (!flag.equals("--help")) {
            assertThatExceptionOfType(UsageException.class)
                    .isThrownBy(parse)
                    .satisfies(missing -> assertThat(missing.getMessage()).doesNotContain("is not known"));
        }
    }

    private static PubFlags pub(String arguments) throws UsageException {
        return PubFlags.parse(new Arguments(arguments.split(" "), 0));
    }

    private static SubFlags sub(String arguments) throws UsageException {
        return SubFlags.parse(new Arguments(arguments.split(" "), 0));
    }
}
