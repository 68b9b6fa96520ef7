package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.RetainedCursor.Step;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
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
import org.junit.jupiter.api.Test;

/** {@link RetainedMessages} with several threads at once. */
class RetainedRacesTest {
    private static final int STABLE = 500;
    private static final int ROUNDS = 20_000;

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
