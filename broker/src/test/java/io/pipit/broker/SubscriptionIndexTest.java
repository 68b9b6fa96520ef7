package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SubscriptionIndexTest {
    private final SubscriptionIndex<Object> index = new SubscriptionIndex<>();

    /** A subscription that equals all others: only identity tells them apart. */
    private record Subscription() {}

    private record Entry(TopicFilter filter, Object subscription) {}

    private static List<Object> matches(SubscriptionIndex<Object> index, String topic) {
        List<Object> found = new ArrayList<>();
        index.match(TopicName.of(topic), found::add);
        return found;
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, a/b, true",
        "a/b, a/b/, false",
        "a/b, /a/b, false",
        "a/b, A/b, false",
        "#, a, true",
        "#, /, true",
        "a/#, a, true",
        "a/#, a/, true",
        "a/#, a/b/c, true",
        "a/#, ab, false",
        "+, a, true",
        "+, /a, false",
        "/+, /a, true",
        "+/+, /a, true",
        "a/+, a, false",
        "a/+, a/, true",
        "a/+/c, a//c, true",
        "a/+/c, a/b/b/c, false",
        "+/b/#, a/b, true",
        "+/b/#, a/b/c/d, true",
        "a/+/, a/b/, true",
        "a/+/, a/b, false",
        "+//, a//, true",
    })
    void match_wildcards_asSection471Says(String filter, String topic, boolean matches) {
        TopicFilter subscribed = TopicFilter.of(filter);
        index.add(subscribed, "s");
        assertThat(matches(index, topic)).hasSize(matches ? 1 : 0);
        assertThat(subscribed.matches(TopicName.of(topic))).isEqualTo(matches);
        // The same beside a neighbour, for which leaves become nodes.
        index.add(TopicFilter.of(filter.endsWith("#") ? filter.replace("#", "x/+") : filter + "/x/+"), "neighbour");
        assertThat(matches(index, topic)).hasSize(matches ? 1 : 0);
    }

    @Test
    @Spec("MQTT-4.7.2-1")
    void match_dollarTopic_isHiddenFromLeadingWildcards() {
        for (String filter : List.of("#", "+/monitor/Clients", "+/#", "+/+/+")) {
            index.add(TopicFilter.of(filter), filter);
        }
        assertThat(matches(index, "$SYS/monitor/Clients")).isEmpty();
        for (String filter : List.of("$SYS/#", "$SYS/monitor/+", "$SYS/+/Clients", "$SYS/monitor/Clients")) {
            index.add(TopicFilter.of(filter), filter);
        }
        assertThat(matches(index, "$SYS/monitor/Clients"))
                .containsExactlyInAnyOrder("$SYS/#", "$SYS/monitor/+", "$SYS/+/Clients", "$SYS/monitor/Clients");
        assertThat(matches(index, "a/$SYS/monitor")).containsExactlyInAnyOrder("#", "+/#", "+/+/+");
    }

    @Test
    @Spec("MQTT-4.7.3-4")
    void match_topicsThatOnlyLookAlike_areDifferent() {
        String composed = "caf\u00e9";
        String decomposed = "cafe\u0301";
        for (String filter : List.of(composed, composed + "/+", "ACCOUNTS", "/" + composed)) {
            index.add(TopicFilter.of(filter), filter);
        }
        assertThat(matches(index, composed)).containsExactly(composed);
        assertThat(matches(index, composed + "/x")).containsExactly(composed + "/+");
        assertThat(matches(index, decomposed)).isEmpty();
        assertThat(matches(index, decomposed + "/x")).isEmpty();
        assertThat(matches(index, "Accounts")).isEmpty();
    }

    @Test
    void match_severalFiltersOfOneSubscription_visitsItForEach() {
        Object subscription = new Subscription();
        index.add(TopicFilter.of("a/b"), subscription);
        index.add(TopicFilter.of("a/+"), subscription);
        index.add(TopicFilter.of("#"), subscription);
        assertThat(matches(index, "a/b")).containsExactly(subscription, subscription, subscription);
    }

    @Test
    void add_twice_isOneSubscription() {
        Object subscription = new Subscription();
        index.add(TopicFilter.of("a"), subscription);
        long version = index.version(TopicName.of("a"));
        index.add(TopicFilter.of("a"), subscription);
        assertThat(index.size()).isEqualTo(1);
        assertThat(index.version(TopicName.of("a"))).isEqualTo(version);
        index.add(TopicFilter.of("a"), new Subscription());
        index.add(TopicFilter.of("a"), subscription);
        assertThat(matches(index, "a")).hasSize(2);
        assertThat(index.size()).isEqualTo(2);
    }

    @Test
    void add_sharedFilter_isRefused() {
        assertThatThrownBy(() -> index.add(TopicFilter.of("$share/g/a"), "s"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void remove_whatIsNotThere_isFalse() {
        index.add(TopicFilter.of("a/+"), "s");
        assertThat(index.remove(TopicFilter.of("a/+"), "t")).isFalse();
        assertThat(index.remove(TopicFilter.of("a/b"), "s")).isFalse();
        assertThat(index.remove(TopicFilter.of("a/+/c"), "s")).isFalse();
        assertThat(index.remove(TopicFilter.of("a/#"), "s")).isFalse();
        assertThat(index.remove(TopicFilter.of("a/+"), "s")).isTrue();
        assertThat(index.size()).isZero();
        assertThat(index.filters()).isZero();
    }

    @Test
    void replace_whatIsNotThere_isRefused() {
        index.add(TopicFilter.of("a/+"), "s");
        for (String filter : List.of("a/+", "a/b", "a/+/c")) {
            assertThatThrownBy(() -> index.replace(TopicFilter.of(filter), "t", "u"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(index.size()).isEqualTo(1);
    }

    @Test
    void replace_amongFew_keepsThePlace() {
        TopicFilter filter = TopicFilter.of("a/#");
        for (String subscription : List.of("r", "s", "t")) {
            index.add(filter, subscription);
        }
        index.replace(filter, "s", "new");
        assertThat(matches(index, "a")).containsExactly("r", "new", "t");
        index.replace(filter, "new", "t");
        assertThat(matches(index, "a")).containsExactly("r", "t");
        assertThat(index.size()).isEqualTo(2);
        index.replace(filter, "t", "r");
        assertThat(matches(index, "a")).containsExactly("r");
        assertThat(index.size()).isEqualTo(1);
    }

    @Test
    void version_changedFilter_changesForItsTopicsAlone() {
        // With secrets drawn at random, one time in 128 the two first levels share their version.
        SubscriptionIndex<Object> index = new SubscriptionIndex<>(Object::hashCode, LevelHash.of(1));
        TopicName topic = TopicName.of("a/b");
        long before = index.version(topic);
        index.add(TopicFilter.of("a/#"), "s");
        long added = index.version(topic);
        assertThat(added).isNotEqualTo(before);
        index.add(TopicFilter.of("another/#"), "s");
        assertThat(index.version(topic)).isEqualTo(added);
        index.add(TopicFilter.of("+/x"), "s");
        long wildcard = index.version(topic);
        assertThat(wildcard).isNotEqualTo(added);
        index.replace(TopicFilter.of("a/#"), "s", "t");
        assertThat(index.version(topic)).isNotEqualTo(wildcard);
        assertThat(index.version(index.stripe(topic))).isEqualTo(index.version(topic));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyChanges_matchLikeTheListOfFilters(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        // With all hashes equal, the tables go on by the bits of the keys, and sets by nothing.
        boolean hashesEqual = seed % 4 == 0;
        SubscriptionIndex<Object> tested =
                hashesEqual ? new SubscriptionIndex<>(subscription -> 7, LevelHash.worst()) : new SubscriptionIndex<>();
        RandomTopics topics = new RandomTopics(random);
        List<Entry> model = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            // Grow, shrink, grow ...: so that leaves, nodes, tables and sets of all sizes come and go.
            boolean growing = step / 500 % 2 == 0;
            changeBoth(random, tested, topics, model, growing);
            assertSameMatches(tested, topics.name(), model);
        }
        assertThat(tested.size()).isEqualTo(model.size());
        assertThat(tested.filters())
                .isEqualTo((int) model.stream().map(Entry::filter).distinct().count());
        for (Entry entry : model) {
            assertThat(tested.remove(entry.filter, entry.subscription)).isTrue();
        }
        assertThat(tested.size()).isZero();
        assertThat(tested.isEmpty()).isTrue();
    }

    private static void changeBoth(
            SplittableRandom random,
            SubscriptionIndex<Object> tested,
            RandomTopics topics,
            List<Entry> model,
            boolean growing) {
        int dice = random.nextInt(10);
        if (model.isEmpty() || dice < (growing ? 7 : 2)) {
            Object subscription = new Subscription();
            TopicFilter filter = random.nextInt(4) == 0 ? TopicFilter.of("a/+/b") : topics.filter();
            tested.add(filter, subscription);
            model.add(new Entry(filter, subscription));
            return;
        }
        int chosen = random.nextInt(model.size());
        Entry entry = model.get(chosen);
        if (dice == 9) {
            Object replacement = new Subscription();
            tested.replace(entry.filter, entry.subscription, replacement);
            model.set(chosen, new Entry(entry.filter, replacement));
        } else {
            assertThat(tested.remove(entry.filter, entry.subscription)).isTrue();
            model.set(chosen, model.getLast());
            model.removeLast();
        }
    }

    private static void assertSameMatches(SubscriptionIndex<Object> tested, TopicName name, List<Entry> model) {
        List<Integer> found = new ArrayList<>();
        tested.match(name, subscription -> found.add(System.identityHashCode(subscription)));
        List<Integer> expected = new ArrayList<>();
        for (Entry entry : model) {
            if (entry.filter.matches(name)) {
                expected.add(System.identityHashCode(entry.subscription));
            }
        }
        found.sort(null);
        expected.sort(null);
        assertThat(found).as("matches of %s", name).isEqualTo(expected);
    }

    @Test
    void remove_lastBehindManyLevels_leavesNothing() {
        int devices = 5_000;
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < devices; i++) {
            for (String tail : List.of("/cmd/+", "/cmd/get/#", "")) {
                Entry entry = new Entry(TopicFilter.of("dev/" + i + tail), new Subscription());
                entries.add(entry);
                index.add(entry.filter, entry.subscription);
            }
        }
        assertThat(index.filters()).isEqualTo(3 * devices);
        for (int i = 0; i < devices; i++) {
            assertThat(matches(index, "dev/" + i + "/cmd/get")).hasSize(2);
            assertThat(matches(index, "dev/" + i)).hasSize(1);
        }
        for (Entry entry : entries) {
            assertThat(index.isEmpty()).isFalse();
            assertThat(index.remove(entry.filter, entry.subscription)).isTrue();
        }
        assertThat(index.isEmpty()).isTrue();
        assertThat(index.filters()).isZero();
        assertThat(index.size()).isZero();
    }

    @Test
    void addAndRemove_oneFilterOfManySubscribers_visitsEach() {
        TopicFilter filter = TopicFilter.of("news/#");
        Object[] subscriptions = new Object[20_000];
        for (int i = 0; i < subscriptions.length; i++) {
            subscriptions[i] = new Subscription();
            index.add(filter, subscriptions[i]);
        }
        assertThat(index.filters()).isEqualTo(1);
        assertThat(matches(index, "news")).hasSize(subscriptions.length);
        for (int i = 0; i < subscriptions.length; i += 2) {
            assertThat(index.remove(filter, subscriptions[i])).isTrue();
            assertThat(index.remove(filter, subscriptions[i])).isFalse();
        }
        List<Object> left = matches(index, "news");
        assertThat(left).hasSize(subscriptions.length / 2);
        for (int i = 1; i < subscriptions.length; i += 2) {
            assertThat(index.remove(filter, subscriptions[i])).isTrue();
        }
        assertThat(matches(index, "news")).isEmpty();
        assertThat(index.isEmpty()).isTrue();
    }
}
