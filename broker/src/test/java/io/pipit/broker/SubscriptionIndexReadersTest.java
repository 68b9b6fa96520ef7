package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What readers of the index see while another thread changes it. */
@Timeout(60)
final class SubscriptionIndexReadersTest {
    private static final int CHANGES = 60_000;

    private final SubscriptionIndex<Subscription> index = new SubscriptionIndex<>();

    private static final class Subscription {
        /** Set when its removal has returned. */
        volatile boolean removed;
    }

    /** Runs readers beside a writer; each reader at least once after the writer is done. */
    private static void readBeside(Runnable read, Runnable write) throws Exception {
        AtomicBoolean written = new AtomicBoolean();
        Callable<Integer> reader = () -> {
            int reads = 0;
            boolean last;
            do {
                last = written.get();
                read.run();
                reads++;
            } while (!last);
            return reads;
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> readers = List.of(threads.submit(reader), threads.submit(reader));
            try {
                write.run();
            } finally {
                written.set(true);
            }
            for (Future<Integer> each : readers) {
                assertThat(each.get()).isPositive();
            }
        }
    }

    @Test
    void match_besideChanges_findsWhatIsThereThroughout() throws Exception {
        TopicName topic = TopicName.of("a/b/ab");
        Set<Subscription> always = Collections.newSetFromMap(new IdentityHashMap<>());
        for (String filter : List.of("a/b/ab", "a/b/+", "a/#", "+/b/ab", "#", "a/b/ab/#", "+/+/#")) {
            Subscription subscription = new Subscription();
            always.add(subscription);
            index.add(TopicFilter.of(filter), subscription);
        }
        readBeside(
                () -> {
                    Set<Subscription> missing = Collections.newSetFromMap(new IdentityHashMap<>());
                    missing.addAll(always);
                    List<Subscription> twice = new ArrayList<>();
                    index.match(topic, found -> {
                        if (!missing.remove(found) && always.contains(found)) {
                            twice.add(found);
                        }
                    });
                    assertThat(missing).isEmpty();
                    assertThat(twice).isEmpty();
                },
                () -> changeAtRandom(new SplittableRandom(42)));
        List<Subscription> found = new ArrayList<>();
        index.match(topic, found::add);
        assertThat(found).containsExactlyInAnyOrderElementsOf(always);
    }

    private void changeAtRandom(SplittableRandom random) {
        RandomTopics topics = new RandomTopics(random);
        List<TopicFilter> filters = new ArrayList<>();
        List<Subscription> subscriptions = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            if (subscriptions.isEmpty() || random.nextInt(i / 1_000 % 2 == 0 ? 3 : 2) > 0) {
                filters.add(topics.filter());
                subscriptions.add(new Subscription());
                index.add(filters.getLast(), subscriptions.getLast());
            } else {
                int chosen = random.nextInt(subscriptions.size());
                remove(filters, subscriptions, chosen);
            }
        }
        while (!subscriptions.isEmpty()) {
            remove(filters, subscriptions, subscriptions.size() - 1);
        }
    }

    private void remove(List<TopicFilter> filters, List<Subscription> subscriptions, int chosen) {
        assertThat(index.remove(filters.get(chosen), subscriptions.get(chosen))).isTrue();
        filters.set(chosen, filters.getLast());
        filters.removeLast();
        subscriptions.set(chosen, subscriptions.getLast());
        subscriptions.removeLast();
    }

    @Test
    void match_afterRemoval_neverFindsWhatWasRemovedBefore() throws Exception {
        TopicName topic = TopicName.of("a/b");
        List<TopicFilter> filters = List.of(
                TopicFilter.of("a/b"),
                TopicFilter.of("a/+"),
                TopicFilter.of("a/b/#"),
                TopicFilter.of("+/b"),
                TopicFilter.of("a/#"));
        // The latest subscription of each filter, so that readers can ask for its removal before they match.
        AtomicReferenceArray<Subscription> latest = new AtomicReferenceArray<>(filters.size());
        for (int i = 0; i < filters.size(); i++) {
            latest.set(i, new Subscription());
        }
        readBeside(
                () -> {
                    Set<Subscription> gone = Collections.newSetFromMap(new IdentityHashMap<>());
                    for (int i = 0; i < filters.size(); i++) {
                        Subscription subscription = latest.get(i);
                        if (subscription.removed) {
                            gone.add(subscription);
                        }
                    }
                    index.match(topic, found -> assertThat(gone).doesNotContain(found));
                },
                () -> {
                    for (int i = 0; i < CHANGES; i++) {
                        Subscription subscription = new Subscription();
                        int filter = i % filters.size();
                        latest.set(filter, subscription);
                        index.add(filters.get(filter), subscription);
                        index.remove(filters.get(filter), subscription);
                        subscription.removed = true;
                    }
                });
    }

    @Test
    void match_besideReplacements_findsExactlyOneOfBoth() throws Exception {
        TopicFilter filter = TopicFilter.of("a/+");
        TopicName topic = TopicName.of("a/b");
        int others = 200;
        for (int i = 0; i < others; i++) {
            index.add(filter, new Subscription());
        }
        Subscription first = new Subscription();
        index.add(filter, first);
        readBeside(
                () -> {
                    int[] found = new int[1];
                    index.match(topic, subscription -> found[0]++);
                    assertThat(found[0]).isEqualTo(others + 1);
                },
                () -> {
                    Subscription old = first;
                    for (int i = 0; i < CHANGES; i++) {
                        Subscription replacement = new Subscription();
                        index.replace(filter, old, replacement);
                        old = replacement;
                    }
                });
    }

    @Test
    void version_unchangedAfterMatch_provesResultCurrent() throws Exception {
        TopicFilter filter = TopicFilter.of("a/+");
        TopicName topic = TopicName.of("a/b");
        // The writer toggles one subscription and counts the changes that it begins and that have returned: it is
        // there after an odd number of them.
        Subscription toggled = new Subscription();
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger returned = new AtomicInteger();
        readBeside(
                () -> {
                    long version = index.version(topic);
                    int[] found = new int[1];
                    index.match(topic, subscription -> found[0]++);
                    int changes = returned.get();
                    if (index.version(topic) == version && begun.get() == changes) {
                        assertThat(found[0]).isEqualTo(changes % 2);
                    }
                },
                () -> {
                    for (int i = 1; i <= CHANGES; i++) {
                        begun.set(i);
                        if (i % 2 == 1) {
                            index.add(filter, toggled);
                        } else {
                            index.remove(filter, toggled);
                        }
                        returned.set(i);
                    }
                });
    }
}
