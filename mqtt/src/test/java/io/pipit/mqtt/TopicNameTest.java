package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNameTest {
    @Spec({"MQTT-4.7.0-1", "MQTT-4.7.3-1", "MQTT-4.7.3-2"})
    @ParameterizedTest
    @ValueSource(strings = {"", "+", "#", "a/+", "a#", "a\0b", "\uDC00"})
    void of_aTextThatIsNoTopicName_isRefused(String text) {
        assertThatThrownBy(() -> TopicName.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Spec({"MQTT-4.7.3-3", "3.1.1:MQTT-4.7.3-3"})
    @Test
    void of_aTextAbove65535Bytes_isRefused() {
        assertThat(TopicName.of("a".repeat(65_535)).size()).isEqualTo(65_535);
        assertThatThrownBy(() -> TopicName.of("a".repeat(65_536))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hash_ofNamesThatWereChosenToHaveTheSameArrayHash_differs() {
        Set<Integer> ofNames = new HashSet<>();
        Set<Integer> ofFilters = new HashSet<>();
        Set<Integer> ofArrays = new HashSet<>();
        for (int bits = 0; bits < 4096; bits++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 12; i++) {
                text.append((bits >> i & 1) == 0 ? "Aa" : "BB");
            }
            ofArrays.add(Arrays.hashCode(text.toString().getBytes(StandardCharsets.UTF_8)));
            ofNames.add(TopicName.of(text.toString()).hashCode());
            ofFilters.add(TopicFilter.of(text.toString()).hashCode());
        }
        assertThat(ofArrays).hasSize(1);
        assertThat(ofNames).hasSizeGreaterThan(4000);
        assertThat(ofFilters).hasSizeGreaterThan(4000);
    }

    @ParameterizedTest
    @CsvSource({"a, 1", "/, 2", "a/b, 2", "/a/, 3", "//, 3", "ä/ö/ü, 3"})
    void levels_ofATopic_countsItsSeparators(String topic, int levels) {
        assertThat(TopicName.of(topic).levels()).isEqualTo(levels);
    }

    @Test
    void equals_ofTheSameText_isTrue() {
        assertThat(TopicName.of("a/b")).isEqualTo(TopicName.of("a/b")).hasSameHashCodeAs(TopicName.of("a/b"));
        assertThat(TopicName.of("a/b")).isNotEqualTo(TopicName.of("a/c"));
        assertThat(TopicName.of("a/b")).isNotEqualTo("a/b");
        assertThat(TopicName.of("a/b")).hasToString("a/b");
    }

    @Test
    void isDollar_ofAServersTopic_isTrue() {
        assertThat(TopicName.of("$SYS/x").isDollar()).isTrue();
        assertThat(TopicName.of("a/$SYS").isDollar()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'', is empty", "a+, contains a wildcard", "#, contains a wildcard"})
    void of_aTextThatIsNoTopicName_saysWhy(String text, String why) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> TopicName.of(text)).hasMessageContaining(why);
        assertThatThrownBy(() -> TopicName.owning(utf8)).hasMessage("Topic Name " + why);
    }

    @Test
    void of_aTextTooLongOrWithU0000_saysWhy() {
        assertThatThrownBy(() -> TopicName.of("a".repeat(65_536))).hasMessageContaining("is longer than 65,535 bytes");
        assertThatThrownBy(() -> TopicName.of("a\0")).hasMessageContaining("contains U+0000");
    }

    @Test
    void owning_ofBytes_isTheTopicOfTheirText() {
        byte[] utf8 = "a/b".getBytes(StandardCharsets.UTF_8);
        assertThat(TopicName.owning(utf8)).isEqualTo(TopicName.of("a/b"));
        assertThat(TopicName.owning(utf8).utf8()).isSameAs(utf8);
        assertThatThrownBy(() -> TopicName.owning(new byte[] {(byte) 0xFF})).hasMessage("Topic Name is not UTF-8");
    }

    @Test
    void hashCode_ofOtherTopics_isAnother() {
        assertThat(TopicName.of("a").hashCode()).isNotEqualTo(TopicName.of("b").hashCode());
    }
}
