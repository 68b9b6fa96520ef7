package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNamesTest {
    private static final long SEED = Long.getLong("pipit.seed", System.nanoTime());

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 15, 16, 17, 1000})
    void lookUp_ofTopicsThatDifferInOneByte_givesEachItsOwn(int size) throws ProtocolException {
        TopicNames topics = new TopicNames(4);
        for (int at = 0; at < size; at++) {
            byte[] topic = "a".repeat(size).getBytes(StandardCharsets.US_ASCII);
            TopicName plain = lookUp(topics, topic);
            topic[at] = 'b';
            TopicName other = lookUp(topics, topic);
            assertThat(plain.utf8()).isNotEqualTo(topic);
            assertThat(other.utf8()).isEqualTo(topic);
        }
    }

    @Test
    void lookUp_ofManyTopicsInFewSlots_givesTheRightOnes() throws ProtocolException {
        SplittableRandom random = new SplittableRandom(SEED);
        TopicNames topics = new TopicNames(8);
        for (int i = 0; i < 20_000; i++) {
            String topic = "sensor/" + random.nextInt(40) + "/" + "x".repeat(random.nextInt(12));
            assertThat(lookUp(topics, topic.getBytes(StandardCharsets.UTF_8)))
                    .as("seed %s", SEED)
                    .isEqualTo(TopicName.of(topic));
        }
    }

    @Test
    void lookUp_ofOneSlot_keepsTheLastTopic() throws ProtocolException {
        TopicNames topics = new TopicNames(1);
        TopicName first = lookUp(topics, new byte[] {'a'});
        assertThat(lookUp(topics, new byte[] {'a'})).isSameAs(first);
        lookUp(topics, new byte[] {'b'});
        assertThat(lookUp(topics, new byte[] {'a'})).isNotSameAs(first).isEqualTo(first);
    }

    @Test
    void clear_forgetsWhatWasSeen() throws ProtocolException {
        TopicNames topics = new TopicNames(1);
        TopicName first = lookUp(topics, new byte[] {'a'});
        topics.clear();
        assertThat(lookUp(topics, new byte[] {'a'})).isNotSameAs(first);
    }

    @Test
    void topicNames_withSlotsThatAreNoPowerOfTwo_areRefused() {
        assertThatThrownBy(() -> new TopicNames(3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TopicNames(0)).isInstanceOf(IllegalArgumentException.class);
    }

    /** In the middle of a buffer, so that a read beside the topic would not go unnoticed. */
    private static TopicName lookUp(TopicNames topics, byte[] topic) throws ProtocolException {
        ByteBuf in = Unpooled.buffer().writeLong(-1).writeBytes(topic).writeLong(-1);
        return topics.lookUp(in, Long.BYTES, topic.length);
    }
}
