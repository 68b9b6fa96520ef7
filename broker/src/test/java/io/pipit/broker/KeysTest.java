package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
    private static final long[] NUMBERS = {0, 1, 127, 128, 255, 256, 65_535, 65_536, 1L << 32, Long.MAX_VALUE - 1};

    @Test
    void keysOfASession_areInItsRangeAndInNoOther() {
        for (long number : NUMBERS) {
            Keys keys = new Keys(number);
            List<byte[]> own = List.of(
                    keys.entry(0),
                    keys.entry(Long.MAX_VALUE),
                    keys.received(1),
                    keys.received(65_535),
                    keys.subscription(TopicFilter.of("#")),
                    keys.subscription(TopicFilter.of("\uD83D\uDE00")));
            for (long other : NUMBERS) {
                Keys range = new Keys(other);
                assertThat(own).allMatch(key -> contains(range, key) == (other == number));
            }
        }
    }

    @Test
    void keysOfASession_tellWhatTheyWereMadeOf() {
        Keys keys = new Keys(1L << 50);
        assertThat(Keys.numberOf(keys.entry(5))).isEqualTo(1L << 50);
        assertThat(Keys.numberOf(Keys.will(9))).isEqualTo(9);
        assertThat(Keys.sequenceOf(keys.entry(1L << 40))).isEqualTo(1L << 40);
        assertThat(Keys.packetIdentifierOf(keys.received(65_535))).isEqualTo(65_535);
        assertThat(Keys.filterOf(keys.subscription(TopicFilter.of("$share/g/a/+"))))
                .isEqualTo(TopicFilter.of("$share/g/a/+"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "\u0001", "é", "\uD83D\uDE00"})
    void session_isTheClientIdentifier(String identifier) {
        ClientIdentifier client = new ClientIdentifier(identifier);
        assertThat(Keys.clientIdentifierOf(Keys.session(client))).isEqualTo(client);
    }

    @Test
    void entries_areInTheOrderOfTheirNumbers() {
        Keys keys = new Keys(7);
        for (int i = 1; i < NUMBERS.length; i++) {
            assertThat(Arrays.compareUnsigned(keys.entry(NUMBERS[i - 1]), keys.entry(NUMBERS[i])))
                    .isNegative();
        }
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
    void dead_isToldFromTheBrokersOtherRows() {
        assertThat(Keys.isDead(Keys.dead(7))).isTrue();
        assertThat(Keys.deadNumberOf(Keys.dead(7))).isEqualTo(7);
        assertThat(Keys.isDead(Keys.epoch())).isFalse();
        assertThat(Keys.isDead(Keys.time())).isFalse();
    }

    @Test
    void retained_isTheTopic() {
        assertThat(Keys.retained(TopicName.of("a/b"))).containsExactly('a', '/', 'b');
    }

    @Test
    void keyOfAnotherShape_isRefused() {
        assertThatThrownBy(() -> Keys.numberOf(new byte[] {0})).isInstanceOf(CorruptRowException.class);
        assertThatThrownBy(() -> Keys.sequenceOf(Keys.will(1))).isInstanceOf(CorruptRowException.class);
        assertThatThrownBy(() -> Keys.packetIdentifierOf(new Keys(1).entry(1))).isInstanceOf(CorruptRowException.class);
        assertThatThrownBy(() -> Keys.filterOf(Keys.will(1))).isInstanceOf(CorruptRowException.class);
    }

    private static boolean contains(Keys range, byte[] key) {
        return Arrays.compareUnsigned(range.first(), key) <= 0 && Arrays.compareUnsigned(key, range.end()) < 0;
    }
}
