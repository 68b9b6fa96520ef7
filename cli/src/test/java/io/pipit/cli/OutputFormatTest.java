package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pipit.client.ReceivedMessage;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.UserProperty;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OutputFormatTest {
    private static final ZonedDateTime TIME = ZonedDateTime.of(2026, 3, 7, 9, 5, 4, 120_003_000, ZoneOffset.ofHours(1));

    private static final Properties PROPERTIES = Properties.builder()
            .add(Property.CONTENT_TYPE, "text")
            .add(Property.CORRELATION_DATA, Payload.of("cd"))
            .add(Property.MESSAGE_EXPIRY_INTERVAL, 100L)
            .add(Property.PAYLOAD_FORMAT_INDICATOR, 1)
            .add(Property.RESPONSE_TOPIC, "r/t")
            .add(Property.SUBSCRIPTION_IDENTIFIER, 9)
            .add(Property.TOPIC_ALIAS, 3)
            .add(Property.USER_PROPERTY, new UserProperty("k", "1"))
            .add(Property.USER_PROPERTY, new UserProperty("k", "2"))
            .build();

    private final ReceivedMessage message = message("f/a", "{\"a\" : [1, 2]}", QoS.AT_LEAST_ONCE, PROPERTIES);

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "%p;{\"a\" : [1, 2]}",
                "%t|%l|%q|%r|%m;f/a|14|1|1|7",
                "%A|%C|%D|%E|%F|%R|%S;3|text|cd|100|1|r/t|9",
                "%P;k:1 k:2",
                "%x;7b226122203a205b312c20325d7d",
                "%X;7B226122203A205B312C20325D7D",
                "%I|%U;2026-03-07T09:05:04+0100|1772870704.120003000",
                "@Y-@m-@dT@H:@M:@S@z @@ @N @Q %%;2026-03-07T09:05:04+0100 @ 120003000 %Q %",
                "|%6t|%-6t|%6.2t|%.1t|%06t;|   f/a|f/a   |    f/|f|   f/a",
                "|%5l|%-5l|%05l|%-05l|;|   14|14   |00014|14   |",
                "|%17p|%-17p|;|   {\"a\" : [1, 2]}|{\"a\" : [1, 2]}   |",
                "%030x;007b226122203a205b312c20325d7d",
                "%9q%9r;11",
                "\\\\;\\",
            })
    void append_ofSequences_replacesThem(String format, String expected) throws UsageException {
        assertThat(print(OutputFormat.parse(format, false, false), message)).isEqualTo(expected);
    }

    @Test
    void append_ofEscapes_printsTheCharacters() throws UsageException {
        assertThat(print(OutputFormat.parse("\\0\\a\\e\\n\\r\\t\\v", false, false), message))
                .isEqualTo("\0\u0007\u001b\n\r\t\u000b");
    }

    @Test
    void append_withoutProperties_leavesThemEmpty() throws UsageException {
        ReceivedMessage plain = message("t", "p", QoS.AT_MOST_ONCE, Properties.NONE);

        assertThat(print(OutputFormat.parse("%A|%C|%D|%05E|%F|%P|%R|%S|%m", false, false), plain))
                .isEqualTo("|||     |||||0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%z", "%", "%-", "%5", "@", "\\", "\\q", "%99999t", "%.99999t"})
    void parse_ofWhatIsNotKnown_isRefused(String format) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> OutputFormat.parse(format, true, false))
                .withMessageStartingWith("-F: ");
    }

    @Test
    void append_asJson_matchesMosquitto() throws UsageException {
        String start = "{\"tst\":\"2026-03-07T09:05:04.120003Z+0100\",\"topic\":\"f/a\",\"qos\":1,\"retain\":1,"
                + "\"payloadlen\":14,\"mid\":7,\"properties\":{\"topic-alias\":3,\"content-type\":\"text\","
                + "\"user-properties\":{\"k\":\"1\",\"k\":\"2\"},\"response-topic\":\"r/t\","
                + "\"correlation-data\":\"cd\",\"payload-format-indicator\":1,\"message-expiry-interval\":100,"
                + "\"subscription-identifier\":9},\"payload\":";

        assertThat(print(OutputFormat.parse("%j", true, false), message))
                .isEqualTo(start + "\"{\\\"a\\\" : [1, 2]}\"}\n");
        assertThat(print(OutputFormat.parse("%J", true, false), message)).isEqualTo(start + "{\"a\":[1,2]}}\n");
    }

    @Test
    void append_asPrettyJson_takesALineAMember() throws UsageException {
        ReceivedMessage nested =
                message("t", "{\"a\" : [1, 2 ,{\"b\":{}}], \"c\":[]}", QoS.AT_MOST_ONCE, Properties.NONE);

        assertThat(print(OutputFormat.parse("%J", true, true), nested)).isEqualTo("""
                        {
                        \t"tst":\t"2026-03-07T09:05:04.120003Z+0100",
                        \t"topic":\t"t",
                        \t"qos":\t0,
                        \t"retain":\t1,
                        \t"payloadlen":\t32,
                        \t"payload":\t{
                        \t\t"a":\t[1, 2, {
                        \t\t\t\t"b":\t{
                        \t\t\t\t}
                        \t\t\t}],
                        \t\t"c":\t[]
                        \t}
                        }
                        """);
    }

    @Test
    void append_ofPayloadThatIsNoJson_printsOnlyTheLineEnd() throws UsageException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        boolean valid = OutputFormat.parse("%J", true, false)
                .append(message("t", "{\"a\":}", QoS.AT_MOST_ONCE, Properties.NONE), out, () -> TIME);

        assertThat(valid).isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("\n");
    }

    @Test
    void append_ofEmptyPayload_printsWhatMosquittoPrints() throws UsageException {
        ReceivedMessage empty = message("t", "", QoS.AT_MOST_ONCE, Properties.NONE);

        assertThat(print(OutputFormat.payload(true), empty)).isEmpty();
        assertThat(print(OutputFormat.verbose(true), empty)).isEqualTo("t (null)\n");
        assertThat(print(OutputFormat.parse("%p", true, false), empty)).isEqualTo("\n");
        assertThat(print(OutputFormat.parse("%j", true, false), empty)).endsWith("\"payload\":null}\n");
        assertThat(print(OutputFormat.parse("%J", true, false), empty)).endsWith("\"payload\":null}\n");
    }

    @Test
    void append_ofPlainForms_printsPayloadOrTopicToo() {
        assertThat(print(OutputFormat.payload(true), message)).isEqualTo("{\"a\" : [1, 2]}\n");
        assertThat(print(OutputFormat.payload(false), message)).isEqualTo("{\"a\" : [1, 2]}");
        assertThat(print(OutputFormat.verbose(true), message)).isEqualTo("f/a {\"a\" : [1, 2]}\n");
        assertThat(print(OutputFormat.verbose(false), message)).isEqualTo("f/a {\"a\" : [1, 2]}");
    }

    private static ReceivedMessage message(String topic, String payload, QoS qos, Properties properties) {
        return new ReceivedMessage(
                TopicName.of(topic),
                Payload.of(payload),
                qos,
                true,
                false,
                qos.isAcknowledged() ? 7 : 0,
                properties,
                (reasonCode, ignored) -> {});
    }

    private static String print(OutputFormat format, ReceivedMessage message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(format.append(message, out, () -> TIME)).isTrue();
        return out.toString(StandardCharsets.UTF_8);
    }
}
