package io.pipit.broker;

import io.pipit.mqtt.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the topics that match one filter and have a retained message, in {@link TopicOrder}, as slowly as its reader
 * likes. It remembers where it is and holds nothing else: it finds every topic that has a message throughout, and may or
 * may not find one that was set or cleared meanwhile. Confined to one loop.
 *
 * <p>What cannot match is passed over: from a topic that does not match, it computes the lowest place behind it
 * where a match is possible, and seeks there unless the next topic is already behind that place.
 */
final class RetainedCursor {
    /** What a step came to. */
    sealed interface Step {
        /** A topic that matches. */
        record Found(RetainedTopic topic) implements Step {}

        /** So many topics were looked at as allowed, and none matched; there may be more. */
        record Paused() implements Step {}

        /** There are no more. */
        record Finished() implements Step {}
    }

    private static final Step PAUSED = new Step.Paused();
    private static final Step FINISHED = new Step.Finished();
    private static final byte[] ONE_LEVEL = {'+'};
    private static final byte[] BEHIND_DOLLAR = {'$' + 1};

    private final RetainedMessages messages;
    private final TopicFilter filter;
    private final byte[][] levels;

    /** Where to go on: at this place or behind it. */
    private byte[] place;

    private boolean inclusive = true;
    private boolean finished;
    private @Nullable Iterator<RetainedTopic> rest;
    private long visited;

    /** At the first topic that may match. */
    RetainedCursor(RetainedMessages messages, TopicFilter filter) {
        this.messages = messages;
        this.filter = filter;
        this.levels = levels(filter);
        this.place = literalBeginning(filter);
    }

    /** The levels of a filter, without a # at its end. */
    private static byte[][] levels(TopicFilter filter) {
        List<byte[]> levels = new ArrayList<>();
        for (String level : filter.toString().split("/", -1)) {
            levels.add(level.getBytes(StandardCharsets.UTF_8));
        }
        if (Arrays.equals(levels.getLast(), new byte[] {'#'})) {
            levels.removeLast();
        }
        return levels.toArray(new byte[0][]);
    }

    /** The levels of a filter before its first wildcard: no match is before that place. */
    private static byte[] literalBeginning(TopicFilter filter) {
        byte[] utf8 = filter.utf8();
        int end = 0;
        for (int i = 0; i < utf8.length; i++) {
            if (utf8[i] == '+' || utf8[i] == '#') {
                return Arrays.copyOf(utf8, end);
            }
            if (utf8[i] == '/') {
                end = i;
            }
        }
        return utf8;
    }

    /** How many topics were looked at so far. */
    long visited() {
        return visited;
    }

    /**
     * Goes to the next topic.
     *
     * @param maxVisits how many topics to look at, at most; at least 1
     */
    Step next(int maxVisits) {
        long now = messages.nowMillis();
        Iterator<RetainedTopic> topics = rest == null ? messages.from(place, inclusive) : rest;
        for (int visits = 0; !finished && visits < maxVisits; visits++) {
            if (!topics.hasNext()) {
                finished = true;
                break;
            }
            visited++;
            RetainedTopic topic = topics.next();
            byte[] name = topic.name().utf8();
            if (inclusive && TopicOrder.BY_LEVELS.compare(name, place) < 0) {
                topics = messages.from(place, true);
            } else if (filter.matches(topic.name())) {
                place = name;
                inclusive = false;
                if (topic.message(now) != null) {
                    rest = topics;
                    return new Step.Found(topic);
                }
            } else {
                seekBehind(name);
            }
        }
        rest = null; // a later turn begins at the place: no node of the tree is held meanwhile
        return finished ? FINISHED : PAUSED;
    }

    private void seekBehind(byte[] topic) {
        byte[] next = nextPlace(topic);
        if (next == null) {
            finished = true;
        } else {
            place = next;
            inclusive = true;
        }
    }

    /** The lowest place behind a topic, which does not match, where a topic may match; null when there is none. */
    private byte @Nullable [] nextPlace(byte[] topic) {
        if (topic[0] == '$' && (levels.length == 0 || isOneLevel(levels[0]))) {
            return BEHIND_DOLLAR; // [MQTT-4.7.2-1]
        }
        int start = 0;
        int wildcardEnd = -1;
        for (byte[] level : levels) {
            if (start > topic.length) { // the topic is above the matches: go down
                return isOneLevel(level) ? below(topic, new byte[0]) : below(topic, level);
            }
            int end = start;
            while (end < topic.length && topic[end] != '/') {
                end++;
            }
            if (isOneLevel(level)) {
                wildcardEnd = end;
            } else {
                int order = Arrays.compareUnsigned(topic, start, end, level, 0, level.length);
                if (order < 0) {
                    byte[] place = Arrays.copyOf(topic, start + level.length);
                    System.arraycopy(level, 0, place, start, level.length);
                    return place;
                }
                if (order > 0) {
                    break;
                }
            }
            start = end + 1;
        }
        // it is behind or below all that match beside it: go on behind what the last + stood for
        return wildcardEnd < 0 ? null : TopicOrder.behindSubtree(topic, wildcardEnd);
    }

    private static boolean isOneLevel(byte[] level) {
        return Arrays.equals(level, ONE_LEVEL);
    }

    private static byte[] below(byte[] topic, byte[] level) {
        byte[] place = Arrays.copyOf(topic, topic.length + 1 + level.length);
        place[topic.length] = '/';
        System.arraycopy(level, 0, place, topic.length + 1, level.length);
        return place;
    }
}
