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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Matching and changing an index with as many filters {@code dev/<id>/cmd/+} and {@code dev/<id>/state} as a parameter
 * says, each with a subscription of its own, and one filter {@code news/#} that 100,000 have subscribed to.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms4g", "-Xmx4g", "-XX:+UseCompactObjectHeaders"})
public class SubscriptionIndexBenchmark {
    private static final int TOPICS = 1 << 17;
    private static final int HOT_TOPICS = 1 << 10;
    private static final int NEWS_SUBSCRIBERS = 100_000;

    /** Half of them with a wildcard, half without. */
    @Param({"1000", "100000", "1000000"})
    public int filters;

    private final SubscriptionIndex<Object> index = new SubscriptionIndex<>();
    private final MatchCache<Object, Object[]> cache =
            new MatchCache<>(index, 4 * HOT_TOPICS, 1_000_000, found -> found.toArray(new Object[0]));
    private final TopicFilter news = TopicFilter.of("news/#");
    private final Object[] readers = new Object[NEWS_SUBSCRIBERS];
    private final TopicName[] wildcardTopics = new TopicName[TOPICS];
    private final TopicName[] exactTopics = new TopicName[TOPICS];
    private final TopicName[] otherTopics = new TopicName[TOPICS];
    private final TopicFilter[] changing = new TopicFilter[TOPICS];
    private final Object subscription = new Object();
    private int next;

    /** Fills the index. */
    @Setup
    public void fill() {
        int devices = filters / 2;
        for (int i = 0; i < devices; i++) {
            index.add(TopicFilter.of("dev/" + i + "/cmd/+"), new Object());
            index.add(TopicFilter.of("dev/" + i + "/state"), new Object());
        }
        for (int i = 0; i < NEWS_SUBSCRIBERS; i++) {
            readers[i] = new Object();
            index.add(news, readers[i]);
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < TOPICS; i++) {
            int device = random.nextInt(devices);
            wildcardTopics[i] = TopicName.of("dev/" + device + "/cmd/reset");
            exactTopics[i] = TopicName.of("dev/" + device + "/state");
            otherTopics[i] = TopicName.of("other/" + device + "/state");
            changing[i] = TopicFilter.of("dev/x" + random.nextInt() + "/cmd/+");
        }
    }

    /** One match of a wildcard filter among all. */
    @Benchmark
    public void matchWildcard(Blackhole found) {
        index.match(wildcardTopics[next++ & (TOPICS - 1)], found::consume);
    }

    /** One match of an exact filter among all. */
    @Benchmark
    public void matchExact(Blackhole found) {
        index.match(exactTopics[next++ & (TOPICS - 1)], found::consume);
    }

    /** No match. */
    @Benchmark
    public void matchNothing(Blackhole found) {
        index.match(otherTopics[next++ & (TOPICS - 1)], found::consume);
    }

    /** A topic whose match is in the cache. */
    @Benchmark
    public Object[] cached() {
        return cache.get(wildcardTopics[next++ & (HOT_TOPICS - 1)]);
    }

    /** Two changes: a filter comes and goes. */
    @Benchmark
    public void addAndRemoveFilter() {
        TopicFilter filter = changing[next++ & (TOPICS - 1)];
        index.add(filter, subscription);
        index.remove(filter, subscription);
    }

    /** Two changes: one of 100,000 subscribers of one filter goes and comes. */
    @Benchmark
    public void removeAndAddSubscriber() {
        Object reader = readers[(next++ * 7919 & Integer.MAX_VALUE) % NEWS_SUBSCRIBERS];
        index.remove(news, reader);
        index.add(news, reader);
    }
}
