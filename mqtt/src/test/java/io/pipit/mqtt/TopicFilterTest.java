package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Topic Filters: which texts are some, and which Topic Names they match. */
class TopicFilterTest {
    private static final long SEED = Long.getLong("pipit.seed", System.nanoTime());

    @ParameterizedTest
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1, true",
        "sport/tennis/player1/#, sport/tennis/player1/ranking, true",
        "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true",
        "sport/#, sport, true",
        "#, a/b/c, true",
        "#, /, true",
        "sport/tennis/+, sport/tennis/player1, true",
        "sport/tennis/+, sport/tennis/player1/ranking, false",
        "sport/+, sport, false",
        "sport/+, sport/, true",
        "+/+, /finance, true",
        "/+, /finance, true",
        "+, /finance, false",
        "+/tennis/#, a/tennis, true",
        "a, a/, false",
        "a/, a/, true",
        "a/, a, false",
        "/, /, true",
        "/, //, false",
        "+/, a/, true",
        "+/+/+, //, true",
        "a/+/c, a//c, true",
        "a/#, ab, false",
        "a/b, A/b, false"
    })
    void matches_ofTheSpecificationsExamples_isAsItSays(String filter, String topic, boolean matches) {
        assertThat(TopicFilter.of(filter).matches(TopicName.of(topic))).isEqualTo(matches);
    }

    @Spec("MQTT-4.7.2-1")
    @ParameterizedTest
    @CsvSource({
        "#, $SYS/monitor/Clients, false",
        "+/monitor/Clients, $SYS/monitor/Clients, false",
        "$share/g/#, $SYS/x, false",
        "$share/g/+/x, $SYS/x, false",
        "$SYS/#, $SYS/monitor, true",
        "$SYS/monitor/+, $SYS/monitor/Clients, true",
        "$share/g/$SYS/+, $SYS/x, true",
        "a/+, a/$SYS, true",
        "+, a$, true"
    })
    void matches_ofATopicThatBeginsWithADollar_needsTheDollarInTheFilter(String filter, String topic, boolean matches) {
        assertThat(TopicFilter.of(filter).matches(TopicName.of(topic))).isEqualTo(matches);
    }

    @Spec("MQTT-4.7.3-4")
    @Test
    void matches_ofTextsThatOnlyNormalizeToTheSame_isFalse() {
        assertThat(TopicFilter.of("\u00E4").matches(TopicName.of("a\u0308"))).isFalse();
    }

    @Test
    void matches_ofAnyFilterAndTopic_isWhatAModelSays() {
        SplittableRandom random = new SplittableRandom(SEED);
        int matching = 0;
        for (int i = 0; i < 200_000; i++) {
            String topic = levels(random, List.of("a", "b", "ab", "", "$S"));
            String filter = levels(random, List.of("a", "b", "ab", "", "$S", "+", "+"));
            if (random.nextInt(3) == 0) {
                filter += random.nextBoolean() ? "/#" : "/+/#";
            } else if (random.nextInt(20) == 0) {
                filter = "#";
            }
            if (!topic.isEmpty() && !filter.isEmpty()) {
                boolean expected = modelMatches(filter, topic);
                assertThat(TopicFilter.of(filter).matches(TopicName.of(topic)))
                        .as("%s against %s, seed %s", filter, topic, SEED)
                        .isEqualTo(expected);
                assertThat(TopicFilter.of("$share/g/" + filter).matches(TopicName.of(topic)))
                        .as("shared %s against %s, seed %s", filter, topic, SEED)
                        .isEqualTo(expected);
                matching += expected ? 1 : 0;
            }
        }
        assertThat(matching).isGreaterThan(5_000);
    }

    private static String levels(SplittableRandom random, List<String> choice) {
        StringBuilder levels = new StringBuilder();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            levels.append(i == 0 ? "" : "/").append(choice.get(random.nextInt(choice.size())));
        }
        return levels.toString();
    }

    /** Section 4.7, level by level, without any thought of speed. */
    private static boolean modelMatches(String filter, String topic) {
        if (topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) {
            return false;
        }
        return modelMatches(List.of(filter.split("/", -1)), List.of(topic.split("/", -1)));
    }

    private static boolean modelMatches(List<String> filter, List<String> topic) {
        if (filter.isEmpty() || filter.getFirst().equals("#")) {
            return !filter.isEmpty() || topic.isEmpty();
        }
        if (topic.isEmpty()) {
            return false;
        }
        boolean level = filter.getFirst().equals("+") || filter.getFirst().equals(topic.getFirst());
        return level && modelMatches(filter.subList(1, filter.size()), topic.subList(1, topic.size()));
    }

    @Spec({"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.7.3-1"})
    @ParameterizedTest
    @ValueSource(strings = {"", "a#", "#/a", "a/#b", "##", "a+", "+a", "a/+b/c", "a\0", "\uD800"})
    void of_aTextThatIsNoFilter_isRefused(String text) {
        assertThatThrownBy(() -> TopicFilter.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Spec({"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
    @ParameterizedTest
    @ValueSource(
            strings = {"$share/", "$share//a", "$share/g", "$share/g/", "$share/+/a", "$share/g#/a", "$share/g/a#"})
    void of_aBrokenSharedFilter_isRefused(String text) {
        assertThatThrownBy(() -> TopicFilter.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Spec("MQTT-4.7.3-2")
    @Test
    void of_aShareNameWithU0000_isRefused() {
        assertThatThrownBy(() -> TopicFilter.of("$share/g\0/a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shared_filter_knowsItsParts() {
        TopicFilter filter = TopicFilter.of("$share/group/a/+/#");
        assertThat(filter.isShared()).isTrue();
        assertThat(filter.shareName()).isEqualTo("group");
        assertThat(filter.unshared()).isEqualTo(TopicFilter.of("a/+/#"));
        assertThat(filter.levels()).isEqualTo(3);
        assertThat(filter.hasWildcards()).isTrue();
        assertThat(filter).hasToString("$share/group/a/+/#");
    }

    @ParameterizedTest
    @ValueSource(strings = {"$share", "$shared/a", "$SHARE/g/a", "x/$share/g/a"})
    void of_whatOnlyLooksShared_isNotShared(String text) {
        TopicFilter filter = TopicFilter.of(text);
        assertThat(filter.isShared()).isFalse();
        assertThat(filter.shareName()).isNull();
        assertThat(filter.unshared()).isSameAs(filter);
        assertThat(filter.hasWildcards()).isFalse();
    }

    @Spec({"MQTT-4.7.3-3", "3.1.1:MQTT-4.7.3-3"})
    @Test
    void of_aTextAbove65535Bytes_isRefused() {
        assertThat(TopicFilter.of("a".repeat(65_535)).size()).isEqualTo(65_535);
        assertThatThrownBy(() -> TopicFilter.of("a".repeat(65_536))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "'', is empty",
        "$share//a, has an empty Share Name",
        "$share/g, has a Share Name but no filter behind it",
        "$share/g/, has a Share Name but no filter behind it",
        "$share/+g/a, has a wildcard in its Share Name",
        "$share/g#/a, has a wildcard in its Share Name",
        "$share/g+/a, has a wildcard in its Share Name",
        "a#, has # elsewhere than alone in its last level",
        "#/a, has # elsewhere than alone in its last level",
        "a+, has + beside other characters of a level",
        "+a, has + beside other characters of a level"
    })
    void of_aTextThatIsNoTopicFilter_saysWhy(String text, String why) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> TopicFilter.of(text)).hasMessage("Topic Filter \"" + text + "\" " + why);
        assertThatThrownBy(() -> TopicFilter.owning(utf8)).hasMessage("Topic Filter " + why);
    }

    @Test
    void of_aTextTooLongOrWithU0000_saysWhy() {
        assertThatThrownBy(() -> TopicFilter.of("a".repeat(65_536)))
                .hasMessageEndingWith("is longer than 65,535 bytes");
        assertThatThrownBy(() -> TopicFilter.of("a\0")).hasMessageEndingWith("contains U+0000");
        assertThatThrownBy(() -> TopicFilter.of("$share/g\0/a")).hasMessageEndingWith("contains U+0000");
    }

    @Test
    void owning_ofBytes_isTheFilterOfTheirText() {
        byte[] utf8 = "$share/g/a/+".getBytes(StandardCharsets.UTF_8);
        assertThat(TopicFilter.owning(utf8)).isEqualTo(TopicFilter.of("$share/g/a/+"));
        assertThat(TopicFilter.owning(utf8).utf8()).isSameAs(utf8);
        assertThatThrownBy(() -> TopicFilter.owning(new byte[] {(byte) 0xFF})).hasMessage("Topic Filter is not UTF-8");
    }

    @Test
    void equals_ofTheSameText_isTrue() {
        assertThat(TopicFilter.of("a/+")).isEqualTo(TopicFilter.of("a/+")).hasSameHashCodeAs(TopicFilter.of("a/+"));
        assertThat(TopicFilter.of("a/+")).isNotEqualTo(TopicFilter.of("a/#")).isNotEqualTo("a/+");
        assertThat(TopicFilter.of("AaAa")).isNotEqualTo(TopicFilter.of("BBBB")); // as hash codes they are one
        assertThat(TopicFilter.of("a").hashCode())
                .isNotEqualTo(TopicFilter.of("b").hashCode());
    }
}
