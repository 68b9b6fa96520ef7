package io.pipit.broker;

import io.pipit.mqtt.TopicFilter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.ref.Reference;
import java.util.function.IntFunction;

/** Prints how many bytes of heap the index takes for each filter, beside the filter and its subscription. */
final class SubscriptionIndexFootprint {
    private static final int FILTERS = 1_000_000;

    private SubscriptionIndexFootprint() {}

    public static void main(String[] arguments) {
        print("dev/<id>/cmd/+", FilterSet.DEVICES::filter);
        print("mixed", FilterSet.MIXED::filter);
        print("dev/<id>/state", id -> TopicFilter.of("dev/" + id + "/state"));
        print(
                "dev/<id>/cmd/+ and dev/<id>/cfg/#",
                id -> TopicFilter.of("dev/" + id / 2 + (id % 2 == 0 ? "/cmd/+" : "/cfg/#")));
        print("dev/<id>/+ of 100 subscribers each", id -> TopicFilter.of("dev/" + id / 100 + "/+"));
        print(
                "site/<id / 1000>/dev/<id>/+/state",
                id -> TopicFilter.of("site/" + id / 1000 + "/dev/" + id + "/+/state"));
        print("news/# of all", id -> TopicFilter.of("news/#"));
    }

    private static void print(String name, IntFunction<TopicFilter> filterOf) {
        TopicFilter[] filters = new TopicFilter[FILTERS];
        Object[] subscriptions = new Object[FILTERS];
        for (int i = 0; i < FILTERS; i++) {
            filters[i] = filterOf.apply(i);
            subscriptions[i] = new Object();
        }
        long before = usedBytes();
        SubscriptionIndex<Object> index = new SubscriptionIndex<>();
        for (int i = 0; i < FILTERS; i++) {
            index.add(filters[i], subscriptions[i]);
        }
        try {
            long bytes = (usedBytes() - before) / FILTERS;
            System.out.printf("%-36s %4d bytes a subscription, %,d filters%n", name, bytes, index.filters());
        } finally {
            Reference.reachabilityFence(new Object[] {filters, subscriptions, index});
        }
    }

    private static long usedBytes() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }
}
