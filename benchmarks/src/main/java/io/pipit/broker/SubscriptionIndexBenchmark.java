package io.pipit.broker;

import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Matching and changing an index with as many {@link FilterSet filters} as a parameter says, each with a subscription of
 * its own, and one filter {@code news/#} that 100,000 have subscribed to. Topics are those of 131,072 filters drawn at
 * random among all.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms3g", "-Xmx3g", "-XX:+UseParallelGC", "-XX:+UseCompactObjectHeaders"})
public class SubscriptionIndexBenchmark {
    private static final int TOPICS = 1 << 17;
    private static final int HOT_TOPICS = 1 << 10;
    private static final int NEWS_SUBSCRIBERS = 100_000;

    /** Which filters. */
    @Param({"DEVICES", "MIXED"})
    public FilterSet set = FilterSet.DEVICES;

    /** How many. */
    @Param({"1000", "100000", "1000000"})
    public int filters;

    private final SubscriptionIndex<Object> index = new SubscriptionIndex<>();
    private final MatchCache<Object, Object[]> cache =
            new MatchCache<>(index, 4 * HOT_TOPICS, 1_000_000, found -> found.toArray(new Object[0]));
    private final TopicFilter news = TopicFilter.of("news/#");
    private final Object[] readers = new Object[NEWS_SUBSCRIBERS];
    private final TopicName[] topics = new TopicName[TOPICS];
    private final TopicName[] otherTopics = new TopicName[TOPICS];
    private final TopicFilter[] changing = new TopicFilter[TOPICS];
    private final Object subscription = new Object();
    private int next;

    /** Fills the index. */
    @Setup
    public void fill() {
        for (int i = 0; i < filters; i++) {
            index.add(set.filter(i), new Object());
        }
        for (int i = 0; i < NEWS_SUBSCRIBERS; i++) {
            readers[i] = new Object();
            index.add(news, readers[i]);
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = set.topic(random.nextInt(filters));
            otherTopics[i] = TopicName.of("other/" + random.nextInt(filters) + "/state");
            changing[i] = set.filter(filters + i);
        }
    }

    /** One match among all, which finds one subscription. */
    @Benchmark
    public void match(Blackhole found) {
        index.match(topics[next++ & (TOPICS - 1)], found::consume);
    }

    /** No match. */
    @Benchmark
    public void matchNothing(Blackhole found) {
        index.match(otherTopics[next++ & (TOPICS - 1)], found::consume);
    }

    /** A topic whose match is in the cache. */
    @Benchmark
    public Object[] cached() {
        return cache.get(topics[next++ & (HOT_TOPICS - 1)]);
    }

    /** A change: a filter comes or goes. */
    @Benchmark
    @OperationsPerInvocation(2)
    public void changeFilters() {
        TopicFilter filter = changing[next++ & (TOPICS - 1)];
        index.add(filter, subscription);
        index.remove(filter, subscription);
    }

    /** A change: one of 100,000 subscribers of one filter goes or comes. */
    @Benchmark
    @OperationsPerInvocation(2)
    public void changeSubscribers() {
        Object reader = readers[(next++ * 7919 & Integer.MAX_VALUE) % NEWS_SUBSCRIBERS];
        index.remove(news, reader);
        index.add(news, reader);
    }
}
