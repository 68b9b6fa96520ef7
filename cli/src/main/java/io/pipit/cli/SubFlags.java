package io.pipit.cli;

import io.pipit.mqtt.QoS;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import java.util.ArrayList;
import java.util.List;

/** The flags of sub, read. */
final class SubFlags {
    static final String HELP = """
            Usage: pipit sub [URL] -t FILTER... [flags]

            Subscribes and prints the messages that come. The flags are those of mosquitto_sub.

              pipit sub -t 'lamps/#' -v
              pipit sub mqtt://user:password@example.org/lamps/+ -C 1 -W 10
              pipit sub ws://localhost:8083/mqtt -t '#' -F '%I %t %p'

            Subscriptions:
              -t, --topic FILTER     what to subscribe to, + and # are wildcards; repeatable; may also be the path of
                                     a mqtt:// URL
              -q, --qos QOS          highest QoS to receive at, 0 if not given
              -U, --unsubscribe FILTER
                                     end this subscription, one of an earlier session; repeatable
              --retain-as-published  keep the RETAIN flag as the publisher set it (5.0)

            Which messages:
              -T, --filter-out FILTER
                                     ignore messages of matching topics; repeatable
              -R                     ignore retained messages
              --retained-only        only retained messages; ends at the first that is not
              --remove-retained      clear every retained message received
              --random-filter PERCENT
                                     print so many of the messages on average

            How they are printed:
              -v, --verbose          topic, blank, payload
              -F FORMAT              %p payload, %x and %X in hexadecimal, %t topic, %l length, %q QoS, %r retained,
                                     %m packet identifier; of 5.0: %A topic alias, %C content type, %D correlation
                                     data, %E expiry interval, %F payload format, %P user properties, %R response
                                     topic, %S subscription identifier; %j JSON, %J JSON with the payload as JSON;
                                     %I date and time, %U seconds since 1970, @Y @m @d ... as strftime, @N
                                     nanoseconds; \\0 \\a \\e \\n \\r \\t \\v; %% @@ \\\\. Widths as in %-20t, %08l, %5.5t
              -N                     no line end behind a message
              --pretty               %j and %J on several lines

            When to end:
              -C COUNT               after so many messages
              -W SECONDS             after this time, with exit status 27
              -E                     when the server has answered the subscriptions

            """ + ConnectionFlags.HELP + """

            Exit status: 0 ended by -C, -E, --retained-only or a signal; 27 by -W; 1 no connection; 2 wrong flags; the
            code of CONNACK, SUBACK or DISCONNECT when the server refused.
            """;

    private final ConnectionFlags connection = new ConnectionFlags();
    private final List<TopicFilter> topics = new ArrayList<>();
    private final List<TopicFilter> unsubscribed = new ArrayList<>();
    private final List<TopicFilter> filteredOut = new ArrayList<>();
    private QoS qos = QoS.AT_MOST_ONCE;
    private boolean retainAsPublished;
    private boolean noRetained;
    private boolean retainedOnly;
    private boolean removeRetained;
    private double percent = 100;
    private boolean verbose;
    private String format = "";
    private boolean lineEnd = true;
    private boolean pretty;
    private long count = Long.MAX_VALUE;
    private double timeoutSeconds;
    private boolean exitAfterSubscribing;
    private boolean help;

    private SubFlags() {}

    static SubFlags parse(Arguments arguments) throws UsageException {
        SubFlags flags = new SubFlags();
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
            case "-t", "--topic" -> topics.add(filter(flag, arguments.value("a topic filter")));
            case "-q", "--qos" -> qos = QoS.of((int) arguments.number("QoS", 0, 2));
            case "-U", "--unsubscribe" -> unsubscribed.add(filter(flag, arguments.value("a topic filter")));
            case "-T", "--filter-out" -> filteredOut.add(filter(flag, arguments.value("a topic filter")));
            case "-R" -> noRetained = true;
            case "--retained-only" -> retainedOnly = true;
            case "--remove-retained" -> removeRetained = true;
            case "--retain-as-published" -> retainAsPublished = true;
            case "--random-filter" -> percent = percent(arguments.value("a percentage"));
            case "-v", "--verbose" -> verbose = true;
            case "-F" -> format = arguments.value("a format");
            case "-N" -> lineEnd = false;
            case "--pretty" -> pretty = true;
            case "-C" -> count = arguments.number("the count", 1, Long.MAX_VALUE);
            case "-W" -> timeoutSeconds = timeout(arguments);
            case "-E" -> exitAfterSubscribing = true;
            case "--help" -> help = true;
            default -> {
                if (!connection.take(flag, arguments)) {
                    throw new UsageException(flag + " is not known");
                }
            }
        }
    }

    private static TopicFilter filter(String flag, String text) throws UsageException {
        try {
            return TopicFilter.of(text);
        } catch (IllegalArgumentException wrong) {
            throw new UsageException(flag + ": " + wrong.getMessage());
        }
    }

    private static double percent(String text) throws UsageException {
        try {
            double percent = Double.parseDouble(text);
            if (percent >= 0.1 && percent <= 100) {
                return percent;
            }
        } catch (NumberFormatException notANumber) {
            throw new UsageException("--random-filter " + text + ": the percentage is a number");
        }
        throw new UsageException("--random-filter " + text + ": the percentage is 0.1 to 100");
    }

    private static double timeout(Arguments arguments) throws UsageException {
        double seconds = arguments.seconds("the time");
        if (seconds == 0) {
            throw new UsageException("-W 0: the time is more than 0 s");
        }
        return seconds;
    }

    private void check() throws UsageException {
        String urlTopic = connection.urlTopic();
        if (urlTopic != null) {
            topics.add(filter("URL", urlTopic));
        }
        if (topics.isEmpty() && unsubscribed.isEmpty()) {
            throw new UsageException("there is no topic to subscribe to; give one with -t");
        }
        if (noRetained && retainedOnly) {
            throw new UsageException("-R and --retained-only cannot be used together: nothing would be left");
        }
        if (retainAsPublished && !connection.version().hasProperties()) {
            throw new UsageException("--retain-as-published needs MQTT 5.0; give -V mqttv5");
        }
    }

    /** Whether only help is wanted; nothing else is checked then. */
    boolean isHelp() {
        return help;
    }

    ConnectionFlags connection() {
        return connection;
    }

    /** What to subscribe to, maybe nothing. */
    List<SubscriptionRequest> requests() {
        // Nothing of them would be shown, so they need not be sent; 3.x cannot say so.
        RetainHandling retained = noRetained && !removeRetained ? RetainHandling.DO_NOT_SEND : RetainHandling.SEND;
        SubscriptionOptions options = new SubscriptionOptions(qos, false, retainAsPublished, retained);
        List<SubscriptionRequest> requests = new ArrayList<>();
        for (TopicFilter topic : topics) {
            requests.add(new SubscriptionRequest(topic, options));
        }
        return requests;
    }

    List<TopicFilter> unsubscribed() {
        return unsubscribed;
    }

    List<TopicFilter> filteredOut() {
        return filteredOut;
    }

    boolean isNoRetained() {
        return noRetained;
    }

    boolean isRetainedOnly() {
        return retainedOnly;
    }

    boolean isRemoveRetained() {
        return removeRetained;
    }

    /** 0.1 to 100. */
    double percent() {
        return percent;
    }

    /** How to print. */
    OutputFormat format() throws UsageException {
        if (!format.isEmpty()) {
            return OutputFormat.parse(format, lineEnd, pretty);
        }
        return verbose ? OutputFormat.verbose(lineEnd) : OutputFormat.payload(lineEnd);
    }

    long count() {
        return count;
    }

    /** 0 for none. */
    long timeoutMillis() {
        return Math.max(timeoutSeconds == 0 ? 0 : 1, Math.round(timeoutSeconds * 1000));
    }

    boolean isExitAfterSubscribing() {
        return exitAfterSubscribing;
    }
}
