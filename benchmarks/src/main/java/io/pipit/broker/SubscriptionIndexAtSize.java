package io.pipit.broker;

import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.SplittableRandom;

/**
 * Prints what a change of the index and a match cost in CPU time of the thread that does them, for indexes of several
 * sizes: what other processes take from a machine that is not idle does not count, though they take the caches, too.
 */
final class SubscriptionIndexAtSize {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int TOPICS = 1 << 17;
    private static final int ROUNDS = 20;

    private SubscriptionIndexAtSize() {}

    public static void main(String[] arguments) {
        measure(FilterSet.MIXED, 20_000); // warms up
        for (FilterSet set : FilterSet.values()) {
            for (int filters : new int[] {10_000, 100_000, 1_000_000}) {
                System.out.println(measure(set, filters));
            }
        }
        System.out.println(measureSubscribers(10_000));
        System.out.println(measureSubscribers(100_000));
    }

    private static String measure(FilterSet set, int count) {
        TopicFilter[] filters = new TopicFilter[count];
        Object[] subscriptions = new Object[count];
        for (int i = 0; i < count; i++) {
            filters[i] = set.filter(i);
            subscriptions[i] = new Object();
        }
        SubscriptionIndex<Object> index = new SubscriptionIndex<>();
        long begin = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < count; i++) {
            index.add(filters[i], subscriptions[i]);
        }
        long change = (THREADS.getCurrentThreadCpuTime() - begin) / count;
        return "%-8s %,9d filters: %4d ns a change, %4d ns a match"
                .formatted(set, count, change, match(index, set, count));
    }

    /** The fastest of some rounds over topics drawn at random. */
    private static long match(SubscriptionIndex<Object> index, FilterSet set, int count) {
        SplittableRandom random = new SplittableRandom(1);
        TopicName[] topics = new TopicName[TOPICS];
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = set.topic(random.nextInt(count));
        }
        long[] found = new long[1];
        long best = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = THREADS.getCurrentThreadCpuTime();
            for (TopicName topic : topics) {
                index.match(topic, subscription -> found[0]++);
            }
            best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - begin) / TOPICS);
        }
        if (found[0] != (long) TOPICS * ROUNDS) {
            throw new IllegalStateException(found[0] + " subscriptions found");
        }
        return best;
    }

    private static String measureSubscribers(int count) {
        SubscriptionIndex<Object> index = new SubscriptionIndex<>();
        TopicFilter filter = TopicFilter.of("news/#");
        Object[] subscriptions = new Object[count];
        for (int i = 0; i < count; i++) {
            subscriptions[i] = new Object();
        }
        long begin = THREADS.getCurrentThreadCpuTime();
        for (Object subscription : subscriptions) {
            index.add(filter, subscription);
        }
        for (Object subscription : subscriptions) {
            index.remove(filter, subscription);
        }
        long change = (THREADS.getCurrentThreadCpuTime() - begin) / (2L * count);
        return "%,d subscribers of one filter: %d ns a change".formatted(count, change);
    }
}
