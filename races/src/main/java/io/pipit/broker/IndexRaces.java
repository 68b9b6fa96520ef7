package io.pipit.broker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The subscription index, read while it changes: a match finds each subscription that was there before it began, once,
 * whatever is built or taken down around it.
 */
final class IndexRaces {
    private static final String STAYS = "stays";
    private static final String COMES = "comes";

    private IndexRaces() {}

    private static TopicFilter filter(String text) {
        return TopicFilter.of(text);
    }

    private static int count(SubscriptionIndex<String> index, TopicName topic, String subscription) {
        int[] count = new int[1];
        index.match(topic, found -> count[0] += found.equals(subscription) ? 1 : 0);
        return count[0];
    }

    /** A leaf becomes a node, because a second filter needs its level. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "what stays is found once, what comes before or after")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class LeafBecomesNode {
        private static final TopicFilter OLD = filter("dev/1/cmd/+");
        private static final TopicFilter NEW = filter("dev/1/+/get");
        private static final TopicName TOPIC = TopicName.of("dev/1/cmd/get");
        private final SubscriptionIndex<String> index = new SubscriptionIndex<>();

        public LeafBecomesNode() {
            index.add(OLD, STAYS);
        }

        @Actor
        public void add() {
            index.add(NEW, COMES);
        }

        @Actor
        public void match(II_Result result) {
            List<String> found = new ArrayList<>(2);
            index.match(TOPIC, found::add);
            result.r1 = (int) found.stream().filter(STAYS::equals).count();
            result.r2 = (int) found.stream().filter(COMES::equals).count();
        }
    }

    /** A level gets a child more, and its map another form. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "the other children are found throughout")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class LevelGrows {
        private static final TopicFilter[] OLD = new TopicFilter[5];
        private static final TopicName[] TOPICS = new TopicName[5];
        private static final TopicFilter NEW = filter("dev/new/+");
        private final SubscriptionIndex<String> index = new SubscriptionIndex<>();

        static {
            for (int i = 0; i < OLD.length; i++) {
                OLD[i] = filter("dev/" + i + "/+");
                TOPICS[i] = TopicName.of("dev/" + i + "/x");
            }
        }

        public LevelGrows() {
            for (TopicFilter old : OLD) {
                index.add(old, STAYS);
            }
        }

        @Actor
        public void add() {
            index.add(NEW, COMES);
        }

        @Actor
        public void match(III_Result result) {
            result.r1 = count(index, TOPICS[0], STAYS);
            result.r2 = count(index, TOPICS[2], STAYS);
            result.r3 = count(index, TOPICS[4], STAYS);
        }
    }

    /** The neighbour of a filter goes, and with it the place that only both needed. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "what stays is found once, what goes before or after")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class NeighbourGoes {
        private static final TopicFilter OLD = filter("a/+/b");
        private static final TopicFilter GOING = filter("a/x/#");
        private static final TopicName TOPIC = TopicName.of("a/x/b");
        private final SubscriptionIndex<String> index = new SubscriptionIndex<>();

        public NeighbourGoes() {
            index.add(OLD, STAYS);
            index.add(GOING, COMES);
        }

        @Actor
        public void remove() {
            index.remove(GOING, COMES);
        }

        @Actor
        public void match(II_Result result) {
            List<String> found = new ArrayList<>(2);
            index.match(TOPIC, found::add);
            result.r1 = (int) found.stream().filter(STAYS::equals).count();
            result.r2 = (int) found.stream().filter(COMES::equals).count();
        }
    }

    /** A filter gets its seventeenth subscription, which turns an array into a tree; exact or not. */
    @JCStressTest
    @Outcome(
            id = {"16, 0", "16, 1"},
            expect = ACCEPTABLE,
            desc = "all that stay are found once")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class SubscribersGrow {
        private static final TopicFilter FILTER = filter("t");
        private static final TopicName TOPIC = TopicName.of("t");
        private final SubscriptionIndex<Integer> index = new SubscriptionIndex<>();

        public SubscribersGrow() {
            for (int i = 0; i < 16; i++) {
                index.add(FILTER, i);
            }
        }

        @Actor
        public void add() {
            index.add(FILTER, 16);
        }

        @Actor
        public void match(II_Result result) {
            int[] seen = new int[17];
            index.match(TOPIC, found -> seen[found]++);
            for (int i = 0; i < 16; i++) {
                result.r1 += seen[i] == 1 ? 1 : -100;
            }
            result.r2 = seen[16];
        }
    }

    /** A filter loses its seventeenth subscription. */
    @JCStressTest
    @Outcome(
            id = {"16, 0", "16, 1"},
            expect = ACCEPTABLE,
            desc = "all that stay are found once")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class SubscribersShrink {
        private static final TopicFilter FILTER = filter("t/#");
        private static final TopicName TOPIC = TopicName.of("t");
        private final SubscriptionIndex<Integer> index = new SubscriptionIndex<>();

        public SubscribersShrink() {
            for (int i = 0; i < 17; i++) {
                index.add(FILTER, i);
            }
        }

        @Actor
        public void remove() {
            index.remove(FILTER, 16);
        }

        @Actor
        public void match(II_Result result) {
            int[] seen = new int[17];
            index.match(TOPIC, found -> seen[found]++);
            for (int i = 0; i < 16; i++) {
                result.r1 += seen[i] == 1 ? 1 : -100;
            }
            result.r2 = seen[16];
        }
    }

    /** A subscription takes the place of another. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "exactly one of them")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Replacement {
        private static final TopicFilter FILTER = filter("a/+");
        private static final TopicName TOPIC = TopicName.of("a/b");
        private final SubscriptionIndex<String> index = new SubscriptionIndex<>();

        public Replacement() {
            index.add(FILTER, STAYS);
        }

        @Actor
        public void replace() {
            index.replace(FILTER, STAYS, COMES);
        }

        @Actor
        public void match(II_Result result) {
            List<String> found = new ArrayList<>(2);
            index.match(TOPIC, found::add);
            result.r1 = (int) found.stream().filter(STAYS::equals).count();
            result.r2 = (int) found.stream().filter(COMES::equals).count();
        }
    }

    /** What a match has found, no later one misses. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "found from some time on")
    @Outcome(expect = FORBIDDEN, desc = "found, then lost")
    @State
    public static class FoundStaysFound {
        private static final TopicFilter FILTER = filter("+/b");
        private static final TopicName TOPIC = TopicName.of("a/b");
        private final SubscriptionIndex<String> index = new SubscriptionIndex<>();

        @Actor
        public void add() {
            index.add(FILTER, COMES);
        }

        @Actor
        public void match(II_Result result) {
            result.r1 = count(index, TOPIC, COMES);
            result.r2 = count(index, TOPIC, COMES);
        }
    }

    /** Two change at once: nothing of either is lost. */
    @JCStressTest
    @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "both are there")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class TwoWriters {
        private static final TopicName TOPIC = TopicName.of("a/b");
        private final SubscriptionIndex<String> index = new SubscriptionIndex<>();

        @Actor
        public void first() {
            index.add(filter("a/+"), STAYS);
        }

        @Actor
        public void second() {
            index.add(filter("a/#"), COMES);
        }

        @Arbiter
        public void both(III_Result result) {
            result.r1 = count(index, TOPIC, STAYS);
            result.r2 = count(index, TOPIC, COMES);
            result.r3 = index.size();
        }
    }

    /** Who subscribes and then looks, and who writes and then matches: one of them sees the other. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "at least one sees the other")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "neither: a retained message would be missed")
    @State
    public static class SubscribeThenLook {
        private static final TopicFilter FILTER = filter("a/+");
        private static final TopicName TOPIC = TopicName.of("a/b");
        private final SubscriptionIndex<String> index = new SubscriptionIndex<>();
        private volatile int written;

        @Actor
        public void subscribe(II_Result result) {
            index.add(FILTER, COMES);
            result.r1 = written;
        }

        @Actor
        public void publish(II_Result result) {
            written = 1;
            result.r2 = count(index, TOPIC, COMES);
        }
    }

    /** The same, with a match that a loop remembers. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "at least one sees the other")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "neither: what is remembered is older than allowed")
    @State
    public static class SubscribeThenLookRemembered {
        private static final TopicFilter FILTER = filter("a/+");
        private static final TopicName TOPIC = TopicName.of("a/b");
        private final SubscriptionIndex<String> index = new SubscriptionIndex<>();
        private final MatchCache<String, Integer> cache = new MatchCache<>(index, 2, 100, List::size);
        private volatile int written;

        public SubscribeThenLookRemembered() {
            cache.get(TOPIC);
        }

        @Actor
        public void subscribe(II_Result result) {
            index.add(FILTER, COMES);
            result.r1 = written;
        }

        @Actor
        public void publish(II_Result result) {
            written = 1;
            result.r2 = cache.get(TOPIC);
        }
    }
}
