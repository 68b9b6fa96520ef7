package io.pipit.broker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.pipit.broker.RetainedCursor.Step;
import io.pipit.broker.spi.Batch;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The retained messages, set, cleared and gone over at once. */
final class RetainedRaces {
    private RetainedRaces() {}

    private static RetainedMessages retained() {
        return new RetainedMessages(() -> 0, Duration.ZERO, new RetainedCache(1 << 20));
    }

    private static Message message(String topic, String payload) {
        return new Message(
                TopicName.of(topic),
                Payload.of(payload),
                QoS.AT_LEAST_ONCE,
                true,
                Properties.NONE,
                Message.NEVER,
                null);
    }

    /** How many messages a filter finds, 100 for each topic that begins with an s. */
    private static int found(RetainedMessages retained, String filter) {
        RetainedCursor cursor = retained.open(TopicFilter.of(filter));
        int count = 0;
        while (true) {
            switch (cursor.next(1000)) {
                case Step.Found(RetainedTopic topic) ->
                    count += topic.name().toString().startsWith("s") ? 100 : 1;
                case Step.Paused() -> {}
                case Step.Finished() -> {
                    return count;
                }
            }
        }
    }

    /** A cursor passes while a topic between others is set, and another one is set anew. */
    @JCStressTest
    @Outcome(
            id = {"200, 1", "201, 1"},
            expect = ACCEPTABLE,
            desc = "what stays is found once")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class CursorBesideSet {
        private final RetainedMessages retained = retained();

        public CursorBesideSet() {
            retained.set(message("s/1", "x"));
            retained.set(message("s/3", "x"));
        }

        @Actor
        public void set() {
            retained.set(message("s", "y")); // 100 of its own: see below
            retained.clear(TopicName.of("s"));
            retained.set(message("r/2", "x"));
        }

        @Actor
        public void pass(II_Result result) {
            result.r1 = found(retained, "s/+") + found(retained, "r/+");
            result.r2 = found(retained, "s/1") / 100;
        }
    }

    /** A cursor passes while a topic between others is cleared, and given up. */
    @JCStressTest
    @Outcome(
            id = {"200", "201"},
            expect = ACCEPTABLE,
            desc = "what stays is found once")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class CursorBesideClear {
        private static final TopicName GOING = TopicName.of("r");
        private final RetainedMessages retained = retained();

        public CursorBesideClear() {
            retained.set(message("s/1", "x"));
            retained.set(message("r", "x"));
            retained.set(message("s/3", "x"));
        }

        @Actor
        public void clear() {
            long version = retained.clear(GOING);
            retained.keepInMemory(GOING, version);
        }

        @Actor
        public void pass(org.openjdk.jcstress.infra.results.I_Result result) {
            result.r1 = found(retained, "#");
        }
    }

    /** Two publishers set the same topic: what is stored last is what is there. */
    @JCStressTest
    @Outcome(
            id = {"1, 1, 1", "2, 2, 1"},
            expect = ACCEPTABLE,
            desc = "one of them, in memory and in storage")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class TwoSet {
        private static final TopicName TOPIC = TopicName.of("t");
        private final RetainedMessages retained = retained();
        private final ConcurrentLinkedQueue<Integer> rows = new ConcurrentLinkedQueue<>();

        private void set(int value) {
            long version = retained.set(message("t", "x".repeat(value)));
            Batch batch = new Batch(Batch.Urgency.DURABLE);
            long row = retained.store(TOPIC, version, batch, () -> commit(batch));
            retained.settle(TOPIC, row, true);
        }

        private void commit(Batch batch) {
            for (Batch.Change change : batch.changes()) {
                if (change instanceof Batch.Put put) {
                    rows.add(sizeIn(put.value()));
                }
            }
        }

        private static int sizeIn(byte[] row) {
            RetainedMessages loaded = retained();
            loaded.load(new io.pipit.broker.spi.Row(new byte[] {1}, row));
            Message message = loaded.get(TOPIC);
            return message == null ? 0 : message.payload().size();
        }

        @Actor
        public void one() {
            set(1);
        }

        @Actor
        public void two() {
            set(2);
        }

        @Arbiter
        public void last(III_Result result) {
            Message message = retained.get(TOPIC);
            result.r1 = message == null ? 0 : message.payload().size();
            for (int row : rows) {
                result.r2 = row;
            }
            result.r3 = (int) retained.count();
        }
    }

    /** One sets a topic while another clears it: memory and storage agree on the end. */
    @JCStressTest
    @Outcome(
            id = {"0, 0, 0", "1, 1, 1"},
            expect = ACCEPTABLE,
            desc = "there or not, in memory and in storage")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class SetAndClear {
        private static final TopicName TOPIC = TopicName.of("t");
        private final RetainedMessages retained = retained();
        private final ConcurrentLinkedQueue<Integer> rows = new ConcurrentLinkedQueue<>();

        public SetAndClear() {
            handIn(retained.set(message("t", "old")));
        }

        private void handIn(long version) {
            Batch batch = new Batch(Batch.Urgency.DURABLE);
            long row = retained.store(TOPIC, version, batch, () -> commit(batch));
            retained.settle(TOPIC, row, true);
        }

        private void commit(Batch batch) {
            for (Batch.Change change : batch.changes()) {
                rows.add(change instanceof Batch.Put ? 1 : 0);
            }
        }

        @Actor
        public void set() {
            handIn(retained.set(message("t", "new")));
        }

        @Actor
        public void clear() {
            handIn(retained.clear(TOPIC));
        }

        @Arbiter
        public void last(III_Result result) {
            result.r1 = retained.get(TOPIC) == null ? 0 : 1;
            for (int row : rows) {
                result.r2 = row;
            }
            result.r3 = found(retained, "#");
        }
    }

    /** A publisher sets, then matches; a subscriber enters the index, then goes over what is there. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "at least one sees the other")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "the subscriber misses the message")
    @State
    public static class SubscribeBesideSet {
        private static final TopicFilter FILTER = TopicFilter.of("a/+");
        private static final TopicName TOPIC = TopicName.of("a/b");
        private final RetainedMessages retained = retained();
        private final SubscriptionIndex<String> index = new SubscriptionIndex<>();
        private final MatchCache<String, Integer> cache = new MatchCache<>(index, 2, 100, java.util.List::size);

        public SubscribeBesideSet() {
            cache.get(TOPIC);
        }

        @Actor
        public void publish(II_Result result) {
            retained.set(message("a/b", "x"));
            result.r1 = cache.get(TOPIC);
        }

        @Actor
        public void subscribe(II_Result result) {
            index.add(FILTER, "subscriber");
            result.r2 = found(retained, "a/+");
        }
    }
}
