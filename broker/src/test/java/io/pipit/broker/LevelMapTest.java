package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LevelMapTest {
    /** Long levels that differ from one another in as little as the half of one byte, wherever that is. */
    private static Set<String> levels() {
        String base = "hhhhhhhhhhhh";
        Set<String> levels = new LinkedHashSet<>();
        for (int place = 0; place < base.length(); place++) {
            for (char other = 'a'; other <= 'o'; other++) {
                levels.add(base.substring(0, place) + other + base.substring(place + 1));
            }
            for (char other : new char[] {'8', 'H', 'x'}) {
                levels.add(base.substring(0, place) + other + base.substring(place + 1));
            }
        }
        return levels;
    }

    @Test
    void longLevelsOfOneHash_areToldByTheirBytes() {
        SubscriptionIndex<String> index = new SubscriptionIndex<>(subscription -> 7, LevelHash.worst());
        Set<String> levels = levels();
        for (String level : levels) {
            index.add(TopicFilter.of(level), level);
            index.add(TopicFilter.of("a/" + level + "/+"), level);
        }
        for (String level : levels) {
            for (String topic : List.of(level, "a/" + level + "/b")) {
                List<String> found = new ArrayList<>();
                index.match(TopicName.of(topic), found::add);
                assertThat(found).containsExactly(level);
            }
        }
        for (String level : levels) {
            assertThat(index.remove(TopicFilter.of(level), level)).isTrue();
            assertThat(index.remove(TopicFilter.of("a/" + level + "/+"), level)).isTrue();
        }
        assertThat(index.isEmpty()).isTrue();
    }
}
