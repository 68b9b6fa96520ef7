package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MatchCacheTest {
    private final SubscriptionIndex<String> index = new SubscriptionIndex<>();
    private int matches;
    private final MatchCache<String, List<String>> cache = cache(8, 100);

    private MatchCache<String, List<String>> cache(int places, int maxSubscriptions) {
        return new MatchCache<>(index, places, maxSubscriptions, found -> {
            matches++;
            return List.copyOf(found);
        });
    }

    @Test
    void get_again_matchesOnce() {
        index.add(TopicFilter.of("a/+"), "s");
        TopicName topic = TopicName.of("a/b");
        List<String> first = cache.get(topic);
        assertThat(first).containsExactly("s");
        assertThat(cache.get(topic)).isSameAs(first);
        assertThat(cache.get(TopicName.of("a/b"))).isSameAs(first);
        assertThat(matches).isEqualTo(1);
    }

    @Test
    void get_nothingMatches_isKeptToo() {
        assertThat(cache.get(TopicName.of("a/b"))).isEmpty();
        assertThat(cache.get(TopicName.of("a/b"))).isEmpty();
        assertThat(matches).isEqualTo(1);
    }

    @Test
    void get_afterChange_matchesAnew() {
        TopicName topic = TopicName.of("a/b");
        assertThat(cache.get(topic)).isEmpty();
        index.add(TopicFilter.of("a/#"), "s");
        assertThat(cache.get(topic)).containsExactly("s");
        index.add(TopicFilter.of("#"), "t");
        assertThat(cache.get(topic)).containsExactlyInAnyOrder("s", "t");
        index.replace(TopicFilter.of("a/#"), "s", "u");
        assertThat(cache.get(topic)).containsExactlyInAnyOrder("u", "t");
        index.remove(TopicFilter.of("#"), "t");
        assertThat(cache.get(topic)).containsExactly("u");
        assertThat(matches).isEqualTo(5);
    }

    @Test
    void get_matchOfMoreThanAllowed_isNotKept() {
        MatchCache<String, List<String>> small = cache(8, 2);
        for (String subscription : List.of("r", "s", "t")) {
            index.add(TopicFilter.of("a"), subscription);
        }
        assertThat(small.get(TopicName.of("a"))).hasSize(3);
        assertThat(small.get(TopicName.of("a"))).hasSize(3);
        assertThat(matches).isEqualTo(2);
    }

    @Test
    void get_matchesOfMoreThanAllowedTogether_startsAnew() {
        MatchCache<String, List<String>> small = cache(1024, 3);
        for (String topic : List.of("a", "b")) {
            index.add(TopicFilter.of(topic), "s");
            index.add(TopicFilter.of(topic), "t");
            small.get(TopicName.of(topic));
        }
        small.get(TopicName.of("b"));
        assertThat(matches).isEqualTo(2);
        small.get(TopicName.of("a"));
        assertThat(matches).isEqualTo(3);
    }

    @Test
    void get_matchesOfAsManyAsAllowed_areKept() {
        MatchCache<String, List<String>> small = cache(1024, 4);
        for (String topic : List.of("a", "b")) {
            index.add(TopicFilter.of(topic), "s");
            index.add(TopicFilter.of(topic), "t");
        }
        for (String topic : List.of("a", "b", "a", "b")) {
            small.get(TopicName.of(topic));
        }
        assertThat(matches).isEqualTo(2);
        MatchCache<String, List<String>> smaller = cache(2, 2);
        smaller.get(TopicName.of("a"));
        smaller.get(TopicName.of("a"));
        assertThat(matches).isEqualTo(3);
    }

    @Test
    void get_moreTopicsThanPlaces_keepsTheTwoThatCameLast() {
        MatchCache<String, List<String>> small = cache(2, 3);
        index.add(TopicFilter.of("#"), "s");
        for (String topic : List.of("a", "b", "c", "d", "c", "d")) {
            small.get(TopicName.of(topic));
        }
        assertThat(matches).isEqualTo(4);
    }

    @Test
    void get_oneTopicThatChangesOften_leavesItsNeighbour() {
        // Topics that share no version, with hashes that are the same in every run.
        SubscriptionIndex<String> stable = new SubscriptionIndex<>(String::hashCode, LevelHash.of(7));
        MatchCache<String, List<String>> small = new MatchCache<>(stable, 2, 3, found -> {
            matches++;
            return List.copyOf(found);
        });
        stable.add(TopicFilter.of("a"), "s");
        stable.add(TopicFilter.of("b"), "s");
        small.get(TopicName.of("b"));
        for (int i = 0; i < 10; i++) {
            small.get(TopicName.of("a"));
            if (i % 2 == 0) {
                stable.add(TopicFilter.of("a"), "t");
            } else {
                stable.remove(TopicFilter.of("a"), "t");
            }
        }
        small.get(TopicName.of("b"));
        assertThat(matches).isEqualTo(11);
    }

    @Test
    void places_thatAreNoPowerOfTwoFromTwoOn_areRefused() {
        for (int places : new int[] {0, 1, 3}) {
            assertThatThrownBy(() -> cache(places, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void clear_keepsNothing() {
        cache.get(TopicName.of("a"));
        cache.clear();
        cache.get(TopicName.of("a"));
        assertThat(matches).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void get_anyTopicsAndChanges_isWhatAMatchFinds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RandomTopics topics = new RandomTopics(random);
        List<TopicFilter> filters = new ArrayList<>();
        List<TopicName> names = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            names.add(topics.name());
        }
        for (int step = 0; step < 10_000; step++) {
            if (random.nextInt(10) == 0) {
                if (filters.size() < 20) {
                    filters.add(topics.filter());
                    index.add(filters.getLast(), "s" + filters.size());
                } else {
                    index.remove(filters.getLast(), "s" + filters.size());
                    filters.removeLast();
                }
            }
            TopicName name = names.get(random.nextInt(names.size()));
            List<String> found = new ArrayList<>();
            index.match(name, found::add);
            assertThat(cache.get(name)).isEqualTo(found);
        }
        assertThat(matches).isBetween(20, 9_000);
    }
}
