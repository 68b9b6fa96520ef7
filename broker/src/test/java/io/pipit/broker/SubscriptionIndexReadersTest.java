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
    private final AtomicInteger running = new AtomicInteger();

    private static final class Subscription {
        /** Set when its removal has returned. */
        volatile boolean removed;
    }

    /** Whether no reader has failed so far, of those beside a writer. */
    private boolean readersRun() {
        return running.get() == 2;
    }

    /** Runs two readers beside a writer; each reader at least once after the writer is done. */
    private void readBeside(Runnable read, Runnable write) throws Exception {
        AtomicBoolean written = new AtomicBoolean();
        running.set(2);
        Callable<Integer> reader = () -> {
            int reads = 0;
            boolean last;
            try {
                do {
                    last = written.get();
                    read.run();
                    reads++;
                } while (!last);
            } finally {
                running.decrementAndGet();
            }
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
    void get_fromCacheBesideChanges_isCurrent() throws Exception {
        TopicFilter filter = TopicFilter.of("a/+");
        TopicName topic = TopicName.of("a/b");
        ThreadLocal<MatchCache<Subscription, Integer>> caches =
                ThreadLocal.withInitial(() -> new MatchCache<>(index, 2, 1_000, List::size));
        // The writer toggles one subscription and counts the changes that it begins and that have returned: it is
        // there after an odd number of them.
        Subscription toggled = new Subscription();
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger returned = new AtomicInteger();
        AtomicInteger reads = new AtomicInteger();
        readBeside(
                () -> {
                    int changes = returned.get();
                    int found = caches.get().get(topic);
                    if (begun.get() == changes) {
                        assertThat(found).isEqualTo(changes % 2);
                    }
                    reads.incrementAndGet();
                },
                () -> {
                    for (int i = 1; i <= CHANGES / 6; i++) {
                        begun.set(i);
                        if (i % 2 == 1) {
                            index.add(filter, toggled);
                        } else {
                            index.remove(filter, toggled);
                        }
                        returned.set(i);
                        // Of three reads by two readers one begins after the change.
                        for (int seen = reads.get(); reads.get() - seen < 3 && readersRun(); ) {
                            Thread.onSpinWait();
                        }
                    }
                });
    }
}
