package io.pipit.cli;

import io.pipit.mqtt.Payload;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** The flags of pub, read. */
final class PubFlags {
    static final String HELP = """
            Usage: pipit pub [URL] -t TOPIC {-m TEXT | -f FILE | -l | -s | -n} [flags]

            Publishes messages and ends when the server has taken them over. The flags are those of mosquitto_pub.

              pipit pub -t lamps/kitchen -m on
              pipit pub mqtt://user:password@example.org/lamps/kitchen -m on -q 1 -r
              tail -f log | pipit pub -t log -l

            Message:
              -t, --topic TOPIC      where to publish; may also be the path of a mqtt:// URL
              -m, --message TEXT     publish this text
              -f, --file FILE        publish the content of a file
              -l, --stdin-line       publish each line of standard input
              -s, --stdin-file       publish all of standard input as one message
              -n, --null-message     publish an empty message
              -q, --qos QOS          0, 1 or 2; 0 if not given
              -r, --retain           have the server keep the message for later subscribers
              --repeat COUNT         publish so many times; not with -l
              --repeat-delay SECONDS wait between two of them
              -M, --max-inflight COUNT
                                     at most so many messages of QoS 1 and 2 unacknowledged at once, 20 if not given

            """ + ConnectionFlags.HELP + """

            Exit status: 0 published; 1 no connection; 2 wrong flags; the code of CONNACK when the server refused the
            connection, a reason code (5.0) when it did not take a message; 7 connection lost.
            """;

    /** Where the payload comes from. */
    enum Source {
        /** The command line: {@link #payload}. */
        GIVEN,
        /** A whole file: {@link #file}. */
        FILE,
        /** All of standard input. */
        INPUT,
        /** Each line of standard input. */
        LINES
    }

    private final ConnectionFlags connection = new ConnectionFlags();
    private @Nullable TopicName topic;
    private @Nullable Source source;
    private Payload payload = Payload.EMPTY;
    private String file = "";
    private QoS qos = QoS.AT_MOST_ONCE;
    private boolean retain;
    private long repeat = 1;
    private double repeatDelaySeconds;
    private int maximumInFlight = 20;
    private boolean help;

    private PubFlags() {}

    static PubFlags parse(Arguments arguments) throws UsageException {
        PubFlags flags = new PubFlags();
        while (arguments.hasNext() && !flags.help) {
            flags.take(arguments.nextFlag(), arguments);
        }
        if (!flags.help) {
            arguments.requireTaken();
            flags.check();
        }
        return flags;
    }

    private void take(String flag, Arguments arguments) throws UsageException {
        switch (flag) {
            case "-t", "--topic" -> topic = ConnectionFlags.topic(flag, arguments.value("a topic"));
            case "-m", "--message" -> {
                take(flag, Source.GIVEN);
                payload = Payload.of(arguments.value("a text"));
            }
            case "-f", "--file" -> {
                take(flag, Source.FILE);
                file = arguments.value("a file");
            }
            case "-l", "--stdin-line" -> take(flag, Source.LINES);
            case "-s", "--stdin-file" -> take(flag, Source.INPUT);
            case "-n", "--null-message" -> take(flag, Source.GIVEN);
            case "-q", "--qos" -> qos = QoS.of((int) arguments.number("QoS", 0, 2));
            case "-r", "--retain" -> retain = true;
            case "--repeat" -> repeat = arguments.number("the count", 1, Long.MAX_VALUE);
            case "--repeat-delay" -> repeatDelaySeconds = arguments.seconds("the delay");
            case "-M", "--max-inflight" -> maximumInFlight = (int) arguments.number("the count", 1, 0xFFFF);
            case "--help" -> help = true;
            default -> {
                if (!connection.take(flag, arguments)) {
                    throw new UsageException(flag + " is not known");
                }
            }
        }
    }

    private void take(String flag, Source given) throws UsageException {
        if (source != null) {
            throw new UsageException(flag + ": only one of -m, -f, -l, -s and -n can be used");
        }
        source = given;
    }

    private void check() throws UsageException {
        String urlTopic = connection.urlTopic();
        if (topic == null && urlTopic != null) {
            topic = ConnectionFlags.topic("URL", urlTopic);
        }
        if (topic == null) {
            throw new UsageException("there is no topic; give one with -t");
        }
        if (source == null) {
            throw new UsageException("there is no message; give one with -m, -f, -l, -s or -n");
        }
        if (repeat > 1 && source == Source.LINES) {
            throw new UsageException("--repeat cannot be used with -l");
        }
    }

    /** Whether only help is wanted; nothing else is checked then. */
    boolean isHelp() {
        return help;
    }

    ConnectionFlags connection() {
        return connection;
    }

    TopicName topic() {
        return required(topic);
    }

    Source source() {
        return required(source);
    }

    /** Of {@link Source#GIVEN}. */
    Payload payload() {
        return payload;
    }

    /** Of {@link Source#FILE}. */
    String file() {
        return file;
    }

    private static <T> T required(@Nullable T checked) {
        if (checked == null) {
            throw new IllegalStateException("asked before the flags were checked");
        }
        return checked;
    }

    QoS qos() {
        return qos;
    }

    boolean isRetain() {
        return retain;
    }

    long repeat() {
        return repeat;
    }

    long repeatDelayMillis() {
        return Math.round(repeatDelaySeconds * 1000);
    }

    int maximumInFlight() {
        return maximumInFlight;
    }
}
