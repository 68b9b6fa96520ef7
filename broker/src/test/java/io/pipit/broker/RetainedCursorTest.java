package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.RetainedCursor.Step;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetainedCursorTest {
    private long nowMillis;
    private final RetainedMessages retained =
            new RetainedMessages(() -> nowMillis, Duration.ZERO, new RetainedCache(1 << 20));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a     | a",
                "a/b   | a/b",
                "x     | ",
                "#     | / a a/ a/b a/b/c a! b/b",
                "a/#   | a a/ a/b a/b/c",
                "+     | a a!",
                "+/+   | / a/ a/b b/b",
                "+/b   | a/b b/b",
                "+/b/# | a/b a/b/c b/b",
                "a/+   | a/ a/b",
                "/     | /",
                "/+    | /",
                "+/+/c | a/b/c",
                "$SYS/#| $SYS/x $SYS/x/y",
                "$SYS/+| $SYS/x",
                "+/x   | ",
            })
    @Spec({"MQTT-4.7.2-1", "3.1.1:MQTT-4.7.2-1"})
    void cursor_findsWhatTheFilterMatches(String filter, @Nullable String found) {
        for (String topic : List.of("/", "a", "a/", "a/b", "a/b/c", "a!", "b/b", "$SYS/x", "$SYS/x/y")) {
            set(topic, "1");
        }
        List<String> expected = found == null ? List.of() : List.of(found.split(" "));
        assertThat(topics(filter, 100)).isEqualTo(expected);
    }

    /** Random topics and filters, budgets too; against the filter's own matching. The seed is the test's name. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void cursor_overRandomTopics_findsEachMatchOnce(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RandomTopics topics = new RandomTopics(random);
        Set<TopicName> names = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            TopicName name = topics.name();
            names.add(name);
            set(name.toString(), "1");
        }
        for (int i = 0; i < 200; i++) {
            TopicFilter filter = topics.filter();
            List<String> found = topics(filter.toString(), 1 + random.nextInt(20));
            Set<String> expected = names.stream()
                    .filter(filter::matches)
                    .map(TopicName::toString)
                    .collect(Collectors.toSet());
            assertThat(new HashSet<>(found)).as("filter %s", filter).isEqualTo(expected);
            assertThat(found).as("filter %s", filter).hasSameSizeAs(expected);
        }
    }

    @Test
    void cursor_passesOverWhatCannotMatch() {
        for (int i = 0; i < 1_000; i++) {
            set("device/" + i + "/humidity", "1");
            set("device/" + i + "/state/battery/level", "1");
            set("device/" + i + "/temperature/x", "1");
            set("other/" + i, "1");
        }
        set("device/500/temperature", "1");
        set("zone", "1");
        set("zond", "1");

        assertThat(visits("device/7/state/#")).isLessThan(3);
        assertThat(visits("zone/#")).isEqualTo(1);
        assertThat(visits("+/500/temperature")).isLessThan(20);
        assertThat(visits("+")).isLessThan(10);
        assertThat(visits("device/+/temperature")).isLessThan(4_010);
        assertThat(visits("#")).isEqualTo(4_003);
    }

    @Test
    void next_withItsBudgetUsedUp_pausesAndGoesOn() {
        for (int i = 0; i < 10; i++) {
            set("a/" + i + "/x", "1");
        }
        set("a/9/y", "1");
        RetainedCursor cursor = retained.open(TopicFilter.of("a/+/y"));
        int pauses = 0;
        Step step = cursor.next(3);
        while (step instanceof Step.Paused) {
            pauses++;
            step = cursor.next(3);
        }
        assertThat(step).isInstanceOf(Step.Found.class);
        assertThat(pauses).isPositive();
        assertThat(cursor.next(3)).isEqualTo(new Step.Finished());
        assertThat(cursor.next(3)).isEqualTo(new Step.Finished());
    }

    @Test
    void next_looksAtNoMoreThanItsBudget() {
        for (int i = 0; i < 10; i++) {
            set("a/" + i + "/x", "1");
        }
        RetainedCursor cursor = retained.open(TopicFilter.of("+/+/y"));
        assertThat(cursor.next(3)).isEqualTo(new Step.Paused());
        assertThat(cursor.visited()).isEqualTo(3);
        assertThat(cursor.next(1)).isEqualTo(new Step.Paused());
        assertThat(cursor.visited()).isEqualTo(4);
    }

    @Test
    void next_afterChangesMeanwhile_givesTheNewestAndMissesNoneThatStayed() {
        set("a", "1");
        set("c", "1");
        set("d", "1");
        set("e", "1");
        RetainedCursor cursor = retained.open(TopicFilter.of("#"));
        assertThat(value(cursor.next(10))).isEqualTo("a=1");

        set("c", "2");
        set("b", "new");
        retained.clear(TopicName.of("d"));
        set("a", "2");
        assertThat(rest(cursor)).endsWith("c=2", "e=1").doesNotContain("c=1", "d=1", "a=2");
    }

    @Test
    void next_afterItsOwnTopicWasCleared_goesOnBehindIt() {
        set("a", "1");
        set("b", "1");
        set("c", "1");
        RetainedCursor cursor = retained.open(TopicFilter.of("#"));
        assertThat(value(cursor.next(1))).isEqualTo("a=1");
        long version = retained.clear(TopicName.of("a"));
        retained.keepInMemory(TopicName.of("a"), version);
        assertThat(rest(cursor)).containsExactly("b=1", "c=1");
    }

    @Test
    void cursor_passesOverExpiredMessages() {
        set("a", "1");
        retained.set(
                new Message(TopicName.of("b"), Payload.of("1"), QoS.AT_MOST_ONCE, true, Properties.NONE, 500, null));
        set("c", "1");
        nowMillis = 500;
        assertThat(topics("#", 100)).containsExactly("a", "c");
        assertThat(topics("b", 100)).isEmpty();
    }

    @Test
    void cursor_ofASharedFilter_usesTheFilterBehindTheName() {
        set("a/b", "1");
        assertThat(topics("$share/group/a/#", 100)).containsExactly("a/b");
    }

    private void set(String topic, String text) {
        retained.set(new Message(
                TopicName.of(topic), Payload.of(text), QoS.AT_MOST_ONCE, true, Properties.NONE, Message.NEVER, null));
    }

    private List<String> topics(String filter, int maxVisits) {
        RetainedCursor cursor = retained.open(TopicFilter.of(filter));
        List<String> topics = new ArrayList<>();
        while (true) {
            switch (cursor.next(maxVisits)) {
                case Step.Found found -> topics.add(found.topic().name().toString());
                case Step.Paused paused -> {}
                case Step.Finished finished -> {
                    return topics;
                }
            }
        }
    }

    private long visits(String filter) {
        RetainedCursor cursor = retained.open(TopicFilter.of(filter));
        while (!(cursor.next(1_000) instanceof Step.Finished)) {}
        return cursor.visited();
    }

    private String value(Step step) {
        if (step instanceof Step.Found(RetainedTopic topic)) {
            Message message = topic.message(nowMillis);
            return topic.name()
                    + (message == null ? " without" : "=" + message.payload().toText());
        }
        return step.toString();
    }

    private List<String> rest(RetainedCursor cursor) {
        List<String> rest = new ArrayList<>();
        Step step = cursor.next(100);
        while (!(step instanceof Step.Finished)) {
            rest.add(value(step));
            step = cursor.next(100);
        }
        return rest;
    }
}
