package io.pipit.broker;

import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.SplittableRandom;

/** Topics of few short levels, so that names and filters often meet; empty levels and `$` are among them. */
final class RandomTopics {
    private static final String[] LEVELS = {"", "a", "b", "ab", "$", "$SYS", "é", "a level longer than eight bytes"};

    private final SplittableRandom random;

    RandomTopics(SplittableRandom random) {
        this.random = random;
    }

    TopicName name() {
        String name = String.join("/", levels());
        return TopicName.of(name.isEmpty() ? "/" : name);
    }

    TopicFilter filter() {
        String[] levels = levels();
        for (int i = 0; i < levels.length; i++) {
            if (random.nextInt(4) == 0) {
                levels[i] = "+";
            }
        }
        if (random.nextInt(4) == 0) {
            levels[levels.length - 1] = "#";
        }
        String filter = String.join("/", levels);
        return TopicFilter.of(filter.isEmpty() ? "/" : filter);
    }

    private String[] levels() {
        String[] levels = new String[1 + random.nextInt(5)];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = LEVELS[random.nextInt(LEVELS.length)];
        }
        return levels;
    }
}
