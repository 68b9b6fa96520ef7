package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the index, its cache and the timers may allocate, measured. */
final class AllocationTest {
    private static final int MANY = 100_000;

    /** Room for copies of 64 references and for the objects around them. */
    private static final long CHANGE_BYTES = 768;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final SubscriptionIndex<Object> index = new SubscriptionIndex<>();

    @BeforeEach
    void measureOnce() {
        allocatedBytes(() -> {});
    }

    private long allocatedBytes(Runnable action) {
        long before = threads.getCurrentThreadAllocatedBytes();
        action.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** The most that any of some thousand removals and additions allocates. */
    private long mostOfAnyChange(TopicFilter[] filters, Object[] subscriptions) {
        long most = 0;
        for (int i = 0; i < filters.length; i += 17) {
            TopicFilter filter = filters[i];
            Object subscription = subscriptions[i];
            long removal = allocatedBytes(() -> index.remove(filter, subscription));
            long addition = allocatedBytes(() -> index.add(filter, subscription));
            // The first of them also load classes.
            most = i < filters.length / 10 ? 0 : Math.max(most, Math.max(removal, addition));
        }
        return most;
    }

    @Test
    void change_ofLevelWithManyChildren_copiesLittle() {
        TopicFilter[] filters = new TopicFilter[MANY];
        Object[] subscriptions = new Object[MANY];
        for (int i = 0; i < MANY; i++) {
            filters[i] = TopicFilter.of(i % 2 == 0 ? "dev/" + i + "/cmd/+" : "dev/" + i + "/state");
            subscriptions[i] = new Object();
            index.add(filters[i], subscriptions[i]);
        }
        assertThat(mostOfAnyChange(filters, subscriptions)).isBetween(1L, CHANGE_BYTES);
    }

    @Test
    void change_ofFilterWithManySubscribers_copiesLittle() {
        TopicFilter[] filters = new TopicFilter[MANY];
        Object[] subscriptions = new Object[MANY];
        for (int i = 0; i < MANY; i++) {
            filters[i] = TopicFilter.of("news/#");
            subscriptions[i] = new Object();
            index.add(filters[i], subscriptions[i]);
        }
        assertThat(mostOfAnyChange(filters, subscriptions)).isBetween(1L, CHANGE_BYTES);
    }

    @Test
    void get_fromCache_allocatesNothing() {
        MatchCache<Object, Integer> cache = new MatchCache<>(index, 64, MANY, found -> found.size());
        TopicName topic = TopicName.of("dev/1/cmd");
        cache.get(topic);
        cache.get(topic);
        assertThat(allocatedBytes(() -> cache.get(topic))).isZero();
    }

    @Test
    void schedule_beforeAnotherTimer_allocatesNothing() {
        SteppedTime time = new SteppedTime();
        Timers timers = new Timers(time, time);
        timers.schedule(Timers.timer(() -> {}), 0);
        Timers.Timer timer = Timers.timer(() -> {});
        Runnable use = () -> {
            timers.schedule(timer, TimeUnit.SECONDS.toNanos(90));
            timers.schedule(timer, TimeUnit.SECONDS.toNanos(95));
            timers.schedule(timer, TimeUnit.SECONDS.toNanos(10));
            timers.cancel(timer);
        };
        use.run();
        assertThat(allocatedBytes(use)).isZero();
    }
}
