package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeysTest {
    /** Beginnings of one another, with bytes that might look like a length or a number behind. */
    private static final List<String> IDENTIFIERS = List.of(
            "",
            "a",
            "aa",
            "ab",
            "a\u0001",
            "b",
            "\u0001",
            "\u0000a",
            "é",
            "\uD83D\uDE00",
            "\u007F",
            "x".repeat(255),
            "x".repeat(256),
            "x".repeat(65_535));

    static Stream<String> identifiers() {
        return IDENTIFIERS.stream();
    }

    @ParameterizedTest
    @MethodSource("identifiers")
    void keysOfASession_areInItsRangeAndInNoOther(String identifier) {
        Keys keys = keys(identifier);
        List<byte[]> own = List.of(
                keys.session(),
                keys.entry(0),
                keys.entry(Long.MAX_VALUE),
                keys.received(1),
                keys.received(65_535),
                keys.subscription(TopicFilter.of("#")),
                keys.subscription(TopicFilter.of("\uD83D\uDE00")));
        for (String other : IDENTIFIERS) {
            Keys range = keys(other);
            assertThat(own).allMatch(key -> contains(range, key) == other.equals(identifier));
        }
    }

    @ParameterizedTest
    @MethodSource("identifiers")
    void keysOfASession_tellWhatTheyWereMadeOf(String identifier) {
        Keys keys = keys(identifier);
        assertThat(Keys.clientIdentifierOf(keys.session())).isEqualTo(new ClientIdentifier(identifier));
        assertThat(Keys.clientIdentifierOf(keys.entry(5))).isEqualTo(new ClientIdentifier(identifier));
        assertThat(Keys.sequenceOf(keys.entry(1L << 40))).isEqualTo(1L << 40);
        assertThat(Keys.packetIdentifierOf(keys.received(65_535))).isEqualTo(65_535);
        assertThat(Keys.filterOf(keys.subscription(TopicFilter.of("$share/g/a/+"))))
                .isEqualTo(TopicFilter.of("$share/g/a/+"));
    }

    @Test
    void entries_areInTheOrderOfTheirNumbers() {
        Keys keys = keys("a");
        long[] sequences = {0, 1, 127, 128, 255, 256, 65_535, 65_536, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE};
        for (int i = 1; i < sequences.length; i++) {
            assertThat(Arrays.compareUnsigned(keys.entry(sequences[i - 1]), keys.entry(sequences[i])))
                    .isNegative();
        }
    }

    @Test
    void session_sortsBeforeItsEntries() {
        Keys keys = keys("a");
        assertThat(Arrays.compareUnsigned(keys.session(), keys.entry(0))).isNegative();
        assertThat(Arrays.compareUnsigned(keys.entry(Long.MAX_VALUE), keys.end()))
                .isNegative();
    }

    @Test
    void message_andItsCounter_areNeighbours() {
        assertThat(Arrays.compareUnsigned(Keys.message(7), Keys.counter(7))).isNegative();
        assertThat(Arrays.compareUnsigned(Keys.counter(7), Keys.message(8))).isNegative();
        assertThat(Keys.messageNumberOf(Keys.counter(7))).isEqualTo(7);
        assertThat(Keys.isCounter(Keys.counter(7))).isTrue();
        assertThat(Keys.isCounter(Keys.message(7))).isFalse();
    }

    @Test
    void retained_isTheTopic() {
        assertThat(Keys.retained(TopicName.of("a/b"))).containsExactly('a', '/', 'b');
    }

    @Test
    void keyOfAnotherShape_isRefused() {
        assertThatThrownBy(() -> Keys.clientIdentifierOf(new byte[] {0})).isInstanceOf(CorruptRowException.class);
        assertThatThrownBy(() -> Keys.clientIdentifierOf(new byte[] {0, 2, 'a'}))
                .isInstanceOf(CorruptRowException.class);
        assertThatThrownBy(() -> Keys.sequenceOf(keys("a").session())).isInstanceOf(CorruptRowException.class);
        assertThatThrownBy(() -> Keys.packetIdentifierOf(keys("a").entry(1))).isInstanceOf(CorruptRowException.class);
        assertThatThrownBy(() -> Keys.filterOf(keys("a").session())).isInstanceOf(CorruptRowException.class);
    }

    private static Keys keys(String identifier) {
        return new Keys(new ClientIdentifier(identifier));
    }

    private static boolean contains(Keys range, byte[] key) {
        return Arrays.compareUnsigned(range.session(), key) <= 0 && Arrays.compareUnsigned(key, range.end()) < 0;
    }
}
