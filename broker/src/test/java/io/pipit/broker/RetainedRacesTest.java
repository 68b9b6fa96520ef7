package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.RetainedCursor.Step;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@link RetainedMessages} with several threads at once. */
class RetainedRacesTest {
    private static final int STABLE = 500;
    private static final int ROUNDS = 20_000;
    private static final int CACHED = 50;

    private final RetainedMessages retained = new RetainedMessages(() -> 0, Duration.ZERO, new RetainedCache(1 << 20));

    @Test
    void cursor_whileOthersChange_findsAllThatStay_andNoValueGoesBack() throws Exception {
        for (int i = 0; i < STABLE; i++) {
            retained.set(message("s/" + i + "/v", "0"));
        }
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 2; writer++) {
                Random random = new Random(writer);
                int number = writer;
                writers.add(threads.submit(() -> write(number, random)));
            }
            Future<Integer> reader = threads.submit((Callable<Integer>) () -> read(done));
            for (Future<?> writer : writers) {
                writer.get();
            }
            done.set(true);
            assertThat(reader.get()).isPositive();
        }
        assertThat(retained.count()).isEqualTo(STABLE);
    }

    /** Replaces stable topics, each by one writer only, in rising values, and sets and clears others between them. */
    private void write(int writer, Random random) {
        for (int i = 1; i <= ROUNDS; i++) {
            int stable = random.nextInt(STABLE / 2) * 2 + writer;
            retained.set(message("s/" + stable + "/v", "" + i));
            String passing = "s/" + random.nextInt(50) + "/passing";
            store(passing, retained.set(message(passing, "" + i)));
            store(passing, retained.clear(TopicName.of(passing)));
        }
        for (int i = 0; i < 50; i++) {
            String passing = "s/" + i + "/passing";
            store(passing, retained.clear(TopicName.of(passing)));
        }
    }

    private void store(String topic, long version) {
        retained.keepInMemory(TopicName.of(topic), version);
    }

    private int read(AtomicBoolean done) {
        Map<TopicName, Integer> newest = new HashMap<>();
        int rounds = 0;
        while (!done.get()) {
            int found = 0;
            RetainedCursor cursor = retained.open(TopicFilter.of(rounds % 2 == 0 ? "s/+/v" : "#"));
            Step step = cursor.next(7);
            while (!(step instanceof Step.Finished)) {
                if (step instanceof Step.Found(RetainedTopic topic)
                        && topic.name().toString().endsWith("/v")) {
                    found++;
                    Message message = Objects.requireNonNull(topic.message(0));
                    int value = Integer.parseInt(message.payload().toText());
                    Integer before = newest.put(message.topic(), value);
                    assertThat(value).isGreaterThanOrEqualTo(before == null ? 0 : before);
                }
                step = cursor.next(7);
            }
            assertThat(found).isEqualTo(STABLE);
            rounds++;
        }
        return rounds;
    }

    @Test
    void changes_ofOneTopicByManyThreads_leaveTheHighestVersionInTheStorage() throws Exception {
        HeapStorage storage = new HeapStorage();
        List<Future<?>> writers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (int writer = 0; writer < 3; writer++) {
                Random random = new Random(writer);
                writers.add(threads.submit(() -> changeOne(storage, random)));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        }
        TopicName topic = TopicName.of("t");
        WaitingLoop loop = new WaitingLoop();
        RetainedMessages loaded = new RetainedMessages(() -> 0, Duration.ZERO, new RetainedCache(1 << 20));
        storage.scan(Table.RETAINED, new byte[0], null, 10, loop, read -> {
            if (read instanceof Storage.Read.Rows rows) {
                rows.rows().forEach(loaded::load);
            }
        });
        loop.runWaiting();
        assertThat(loaded.get(topic)).isEqualTo(retained.get(topic));
        assertThat(loaded.count()).isEqualTo(retained.count());
    }

    @Test
    void readersOfTheStorage_whileMessagesChangeAndLeaveTheCache_getNoOlderValueAfterANewer() throws Exception {
        HeapStorage storage = new HeapStorage();
        RetainedCache cache =
                new RetainedCache((long) CACHED * message("s/0", "0").bytes());
        RetainedMessages bounded = new RetainedMessages(() -> 0, Duration.ZERO, cache);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> writers = new ArrayList<>();
            List<Future<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int writer = i;
                writers.add(threads.submit(() -> replaceAll(bounded, storage, writer)));
                readers.add(threads.submit((Callable<Integer>) () -> readAll(bounded, storage, done)));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            done.set(true);
            for (Future<Integer> reader : readers) {
                assertThat(reader.get()).isPositive();
            }
        }
        assertThat(bounded.count()).isEqualTo(2 * CACHED);
        assertThat(bounded.unsettledBytes()).isZero();
        assertThat(cache.bytes())
                .isBetween(1L, CACHED * (long) message("s/0", "" + ROUNDS).bytes());
    }

    /** Each topic by one writer only, in rising values. */
    private static void replaceAll(RetainedMessages messages, HeapStorage storage, int writer) {
        WaitingLoop loop = new WaitingLoop();
        for (int i = 0; i < ROUNDS; i++) {
            TopicName topic = TopicName.of("s/" + (2 * (i % CACHED) + writer));
            long version = messages.set(message(topic.toString(), "" + i));
            Batch batch = new Batch(Urgency.DURABLE);
            long row = messages.store(topic, version, batch, () -> storage.commit(batch, "t", loop, answer -> {}));
            messages.settle(topic, row, true);
            loop.runWaiting();
        }
    }

    /** Returns how many messages it has read from the storage. */
    private static int readAll(RetainedMessages messages, HeapStorage storage, AtomicBoolean done) {
        Map<TopicName, Integer> newest = new HashMap<>();
        WaitingLoop loop = new WaitingLoop();
        int read = 0;
        while (!done.get() || read == 0) {
            RetainedCursor cursor = messages.open(TopicFilter.of("#"));
            while (cursor.next(100) instanceof Step.Found(RetainedTopic topic)) {
                Message message = topic.message(0);
                long asked = topic.storedVersion();
                if (RetainedTopic.isStored(message) && asked > 0) {
                    message = messageOf(topic, asked, storage, loop);
                    assertThat(messages.restore(topic, asked, message))
                            .as("lost")
                            .isZero();
                    message = topic.version() == asked ? message : null;
                    read++;
                }
                if (message != null && !RetainedTopic.isStored(message)) {
                    int value = Integer.parseInt(message.payload().toText());
                    Integer before = newest.put(topic.name(), value);
                    assertThat(value).isGreaterThanOrEqualTo(before == null ? 0 : before);
                }
            }
        }
        return read;
    }

    private static @Nullable Message messageOf(
            RetainedTopic topic, long version, HeapStorage storage, WaitingLoop loop) {
        List<Row> rows = new ArrayList<>();
        storage.get(Table.RETAINED, Keys.retained(topic.name()), loop, read -> {
            if (read instanceof Storage.Read.Rows found) {
                rows.addAll(found.rows());
            }
        });
        loop.runWaiting();
        StoredRow.Retained stored = RetainedTopic.decode(rows.getFirst());
        return stored.version() == version ? stored.message() : null;
    }

    private void changeOne(HeapStorage storage, Random random) {
        WaitingLoop loop = new WaitingLoop();
        List<Long> pending = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            boolean clear = random.nextInt(3) == 0;
            pending.add(clear ? retained.clear(TopicName.of("t")) : retained.set(message("t", "" + random.nextLong())));
            if (pending.size() > random.nextInt(4) || i == ROUNDS - 1) {
                for (long version : pending) {
                    Batch batch = new Batch(Urgency.DURABLE);
                    TopicName topic = TopicName.of("t");
                    long row =
                            retained.store(topic, version, batch, () -> storage.commit(batch, "t", loop, answer -> {}));
                    retained.settle(topic, row, true);
                }
                pending.clear();
                loop.runWaiting();
            }
        }
    }

    private static Message message(String topic, String text) {
        return new Message(
                TopicName.of(topic), Payload.of(text), QoS.AT_MOST_ONCE, true, Properties.NONE, Message.NEVER, null);
    }
}
