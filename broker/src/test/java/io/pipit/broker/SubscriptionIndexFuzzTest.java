package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any order of additions, removals, replacements and matches, over filters of few levels that often meet: the index
 * finds what a list of filters finds, and is empty when all is removed.
 *
 * <p>The first byte says how bad the hashes are. Of each following one, the low two bits say what is done, the others
 * how many subscriptions come or which one goes; the levels of a topic follow, a byte each.
 */
final class SubscriptionIndexFuzzTest {
    private static final String[] LEVELS = {"", "a", "b", "ab", "$", "é", "a level longer than eight bytes", "c"};
    private static final int MOST = 300;

    private record Entry(TopicFilter filter, Object subscription) {}

    static Stream<byte[]> seeds() {
        return IntStream.range(0, 20).mapToObj(seed -> {
            byte[] bytes = new byte[50 << (seed / 5)];
            new Random(seed).nextBytes(bytes);
            return bytes;
        });
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "")
    void anyChanges_matchLikeTheListOfFilters(byte[] input) {
        new Run(input).run();
    }

    private static final class Run {
        private final byte[] input;
        private final SubscriptionIndex<Object> index;
        private final List<Entry> model = new ArrayList<>();
        private int next;

        Run(byte[] input) {
            this.input = input;
            int mode = octet() & 3;
            LevelHash hashes = mode == 0 ? LevelHash.worst() : LevelHash.of(77);
            index = new SubscriptionIndex<>(subscription -> System.identityHashCode(subscription) & 0xF, hashes);
        }

        private int octet() {
            return next < input.length ? input[next++] & 0xFF : 0;
        }

        void run() {
            while (next < input.length) {
                int choice = octet();
                switch (choice & 3) {
                    case 0 -> add(filter(), 1 + (choice >> 2 & 31));
                    case 1 -> remove(choice >> 2);
                    case 2 -> replace(choice >> 2);
                    default -> match(TopicName.of(topic()));
                }
            }
            assertThat(index.size()).isEqualTo(model.size());
            assertThat(index.filters()).isEqualTo((int)
                    model.stream().map(Entry::filter).distinct().count());
            while (!model.isEmpty()) {
                remove(0);
            }
            assertThat(index.isEmpty()).isTrue();
            assertThat(index.size()).isZero();
            assertThat(index.filters()).isZero();
        }

        private void add(TopicFilter filter, int count) {
            for (int i = 0; i < count && model.size() < MOST; i++) {
                Entry entry = new Entry(filter, new Object());
                index.add(filter, entry.subscription);
                model.add(entry);
            }
        }

        private void remove(int which) {
            if (!model.isEmpty()) {
                Entry entry = model.remove(which % model.size());
                assertThat(index.remove(entry.filter, entry.subscription)).isTrue();
                assertThat(index.remove(entry.filter, entry.subscription)).isFalse();
            }
        }

        private void replace(int which) {
            if (!model.isEmpty()) {
                int place = which % model.size();
                Entry old = model.get(place);
                Entry fresh = new Entry(old.filter, new Object());
                index.replace(old.filter, old.subscription, fresh.subscription);
                model.set(place, fresh);
            }
        }

        private void match(TopicName topic) {
            List<Integer> found = new ArrayList<>();
            index.match(topic, subscription -> found.add(place(subscription)));
            List<Integer> expected = new ArrayList<>();
            for (int i = 0; i < model.size(); i++) {
                if (model.get(i).filter.matches(topic)) {
                    expected.add(i);
                }
            }
            assertThat(found).as("matches of %s", topic).containsExactlyInAnyOrderElementsOf(expected);
        }

        @SuppressWarnings("ReferenceEquality") // as the index compares
        private int place(Object subscription) {
            for (int i = 0; i < model.size(); i++) {
                if (model.get(i).subscription == subscription) {
                    return i;
                }
            }
            throw new AssertionError("found what was removed");
        }

        private TopicFilter filter() {
            int wildcards = octet();
            String[] levels = topic().split("/", -1);
            for (int i = 0; i < levels.length; i++) {
                if ((wildcards >> i & 1) != 0) {
                    levels[i] = "+";
                }
            }
            if ((wildcards & 64) != 0) {
                levels[levels.length - 1] = "#";
            }
            return TopicFilter.of(String.join("/", levels));
        }

        private String topic() {
            StringBuilder topic = new StringBuilder();
            int level = octet();
            topic.append(LEVELS[level & 7]);
            while ((level & 8) != 0 && topic.length() < 80) {
                level = octet();
                topic.append('/').append(LEVELS[level & 7]);
            }
            return topic.isEmpty() ? "/" : topic.toString();
        }
    }
}
