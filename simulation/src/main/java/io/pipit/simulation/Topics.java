package io.pipit.simulation;

import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The Topic Names and Topic Filters of a simulated world, by their numbers. */
final class Topics {
    /** Topics of messages that nobody retains: {@code t/0} and on. */
    static final int LIVE = 6;
    /** Topics that only shared subscriptions match: {@code s/0} and on. */
    static final int SHARED = 3;
    /** Topics with a retained message, each published to by one client only: {@code r/0} and on. */
    static final int RETAINED = 4;

    private static final List<TopicFilter> PLAIN = filters("t/#", "t/+", "t", LIVE);
    private static final List<TopicFilter> KEPT = filters("r/#", "r/+", "r", RETAINED);
    private static final TopicFilter WILLS = TopicFilter.of("w/#");
    private static final List<TopicFilter> GROUPS =
            List.of(TopicFilter.of("$share/g/s/#"), TopicFilter.of("$share/h/s/0"));

    /** What kinds of filters there are. */
    enum Kind {
        LIVE,
        RETAINED,
        WILL,
        SHARED
    }

    private Topics() {}

    static TopicName live(int number) {
        return TopicName.of("t/" + number % LIVE);
    }

    static TopicName shared(int number) {
        return TopicName.of("s/" + number % SHARED);
    }

    static TopicName retained(int number) {
        return TopicName.of("r/" + number % RETAINED);
    }

    static TopicName will(int client) {
        return TopicName.of("w/" + client);
    }

    /** A filter of a kind; the first one of each matches all topics of that kind. */
    static TopicFilter filter(Kind kind, int number) {
        return switch (kind) {
            case LIVE -> PLAIN.get(number % PLAIN.size());
            case RETAINED -> KEPT.get(number % KEPT.size());
            case WILL -> WILLS;
            case SHARED -> GROUPS.get(number % GROUPS.size());
        };
    }

    static List<TopicFilter> groups() {
        return GROUPS;
    }

    private static List<TopicFilter> filters(String all, String level, String prefix, int topics) {
        List<TopicFilter> filters = new ArrayList<>(List.of(TopicFilter.of(all), TopicFilter.of(level)));
        IntStream.range(0, topics).forEach(i -> filters.add(TopicFilter.of(prefix + "/" + i)));
        return List.copyOf(filters);
    }
}
