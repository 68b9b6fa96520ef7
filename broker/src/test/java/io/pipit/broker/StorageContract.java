package io.pipit.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Storage.Commit;
import io.pipit.broker.spi.Storage.Read;
import io.pipit.broker.spi.Table;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Storage} does. A test of one implements this and opens it. */
public interface StorageContract {
    /** A storage without rows, that no other test uses. */
    Storage open();

    @Test
    default void commit_answersOnTheLoopButNotWithinTheCall() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            List<Commit> answers = new ArrayList<>();
            List<Boolean> inLoop = new ArrayList<>();
            opened.storage.commit(
                    batch(Urgency.DURABLE).put(Table.BROKER, key("a"), key("1")), "p", opened.loop, done -> {
                        answers.add(done);
                        inLoop.add(opened.loop.inLoop());
                    });
            assertThat(answers).isEmpty();

            opened.loop.runUntil(() -> !answers.isEmpty());
            assertThat(answers).containsExactly(new Commit.Durable());
            assertThat(inLoop).containsExactly(true);
        }
    }

    @ParameterizedTest
    @EnumSource(Urgency.class)
    default void commit_ofAnyUrgency_isReadAfterItsAnswer(Urgency urgency) throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            opened.commit(batch(urgency).put(Table.SESSIONS, key("a"), key("1")));
            assertThat(opened.get(Table.SESSIONS, "a")).containsExactly("a=1");
        }
    }

    @Test
    default void commit_ofNothing_isAnswered() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            assertThat(opened.commit(batch(Urgency.DURABLE))).isEqualTo(new Commit.Durable());
        }
    }

    @Test
    default void commits_areAnsweredInTheirOrder() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            List<Integer> answered = new ArrayList<>();
            List<Integer> handedIn = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                int number = i;
                handedIn.add(number);
                Urgency urgency = i % 3 == 0 ? Urgency.LAZY : Urgency.DURABLE;
                opened.storage.commit(
                        batch(urgency).put(Table.ENTRIES, key("k" + i % 7), key("" + i)),
                        "p" + i % 5,
                        opened.loop,
                        done -> answered.add(number));
            }
            opened.loop.runUntil(() -> answered.size() == 500);
            assertThat(answered).isEqualTo(handedIn);
            assertThat(opened.get(Table.ENTRIES, "k2")).containsExactly("k2=499");
        }
    }

    @Test
    default void commits_ofOnePartition_byTwoLoops_applyInTheOrderInWhichTheyWereHandedIn()
            throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            WaitingLoop other = new WaitingLoop();
            AtomicInteger answered = new AtomicInteger();
            for (int i = 0; i < 500; i++) {
                opened.storage.commit(
                        batch(i % 3 == 0 ? Urgency.LAZY : Urgency.DURABLE).put(Table.RETAINED, key("t"), key("" + i)),
                        "t",
                        i % 2 == 0 ? opened.loop : other,
                        done -> answered.incrementAndGet());
            }
            opened.loop.runUntil(() -> answered.get() >= 250);
            other.runUntil(() -> answered.get() == 500);
            assertThat(opened.get(Table.RETAINED, "t")).containsExactly("t=499");
        }
    }

    @Test
    default void commits_handedInByAnAnswer_areAnswered() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            AtomicInteger left = new AtomicInteger(50);
            opened.chain(left);
            opened.loop.runUntil(() -> left.get() == 0);
            assertThat(opened.get(Table.BROKER, "left")).containsExactly("left=1");
        }
    }

    @Test
    default void changes_ofOneBatch_applyInTheirOrder() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            opened.commit(batch(Urgency.DURABLE)
                    .put(Table.ENTRIES, key("a"), key("1"))
                    .put(Table.ENTRIES, key("a"), key("2"))
                    .put(Table.ENTRIES, key("b"), key("1"))
                    .delete(Table.ENTRIES, key("b"))
                    .put(Table.ENTRIES, key("c"), key("1"))
                    .deleteRange(Table.ENTRIES, key("c"), key("d"))
                    .put(Table.ENTRIES, key("c"), key("3")));
            assertThat(opened.scan(Table.ENTRIES, "", null, 10)).containsExactly("a=2", "c=3");
        }
    }

    @Test
    default void delete_ofAnAbsentRow_changesNothing() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            opened.commit(batch(Urgency.DURABLE).put(Table.WILLS, key("a"), key("1")));
            opened.commit(batch(Urgency.DURABLE).delete(Table.WILLS, key("b")));
            assertThat(opened.scan(Table.WILLS, "", null, 10)).containsExactly("a=1");
        }
    }

    @Test
    default void deleteRange_takesItsFirstKeyAndNotItsLast() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            Batch rows = batch(Urgency.DURABLE);
            for (String key : List.of("a", "b", "ba", "c", "ca")) {
                rows.put(Table.RECEIVED, key(key), key("1"));
            }
            opened.commit(rows);
            opened.commit(batch(Urgency.DURABLE).deleteRange(Table.RECEIVED, key("b"), key("c")));
            assertThat(opened.scan(Table.RECEIVED, "", null, 10)).containsExactly("a=1", "c=1", "ca=1");
        }
    }

    @Test
    default void tables_areApart() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            Batch rows = batch(Urgency.DURABLE);
            for (Table table : Table.values()) {
                rows.put(table, key("a"), key(table.name()));
            }
            opened.commit(rows);
            for (Table table : Table.values()) {
                assertThat(opened.scan(table, "", null, 10)).containsExactly("a=" + table);
            }
        }
    }

    @Test
    default void scan_goesByUnsignedBytes() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            Batch rows = batch(Urgency.DURABLE);
            byte[][] keys = {{}, {0}, {0, 0}, {1}, {0x7F}, {(byte) 0x80}, {(byte) 0x80, 0}, {(byte) 0xFF}};
            for (int i = keys.length - 1; i >= 0; i--) {
                rows.put(Table.SUBSCRIPTIONS, keys[i], new byte[0]);
            }
            opened.commit(rows);
            List<Row> found = opened.rows(Table.SUBSCRIPTIONS, new byte[0], null, 100);
            assertThat(found.stream().map(Row::key).toArray(byte[][]::new)).isEqualTo(keys);
        }
    }

    @Test
    default void scan_fromTo_takesItsFirstKeyAndNotItsLast() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            Batch rows = batch(Urgency.DURABLE);
            for (String key : List.of("a", "b", "bb", "c")) {
                rows.put(Table.RETAINED, key(key), key("1"));
            }
            opened.commit(rows);
            assertThat(opened.scan(Table.RETAINED, "b", "c", 10)).containsExactly("b=1", "bb=1");
            assertThat(opened.scan(Table.RETAINED, "bb", null, 10)).containsExactly("bb=1", "c=1");
            assertThat(opened.scan(Table.RETAINED, "d", null, 10)).isEmpty();
        }
    }

    @Test
    default void scan_withMoreRowsThanAskedFor_givesTheFirst() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            Batch rows = batch(Urgency.DURABLE);
            for (int i = 0; i < 10; i++) {
                rows.put(Table.RETAINED, key("k" + i), key("" + i));
            }
            opened.commit(rows);
            assertThat(opened.scan(Table.RETAINED, "k2", "k8", 3)).containsExactly("k2=2", "k3=3", "k4=4");
        }
    }

    @Test
    default void get_ofAnAbsentRow_givesNothing() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            assertThat(opened.get(Table.SESSIONS, "a")).isEmpty();
        }
    }

    @Test
    default void get_ofManyRows_givesThoseThatAreThereInTheOrderOfTheQuestion() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            Batch rows = batch(Urgency.DURABLE);
            for (int i = 0; i < 1_000; i++) {
                rows.put(Table.RETAINED, key("k" + i), key("v" + i));
            }
            opened.commit(rows);
            opened.commit(batch(Urgency.LAZY).delete(Table.RETAINED, key("k7")).put(Table.WILLS, key("w"), key("x")));
            assertThat(opened.get(Table.RETAINED, "k9", "k7", "k500", "w", "k10", "k9"))
                    .containsExactly("k9=v9", "k500=v500", "k10=v10", "k9=v9");
            assertThat(opened.get(Table.RETAINED, "k7", "k6")).containsExactly("k6=v6");
            assertThat(opened.get(Table.RETAINED, "k", "k0", "k01", "k1", "k10", "k100", "k101", "z"))
                    .containsExactly("k0=v0", "k1=v1", "k10=v10", "k100=v100", "k101=v101");
            assertThat(opened.get(Table.RETAINED, "z", "zz", "k999", "k998", "a", "k7", "k70", "k71"))
                    .containsExactly("k999=v999", "k998=v998", "k70=v70", "k71=v71");
            assertThat(opened.get(Table.RETAINED)).isEmpty();
            String[] all = IntStream.range(0, 1_000).mapToObj(i -> "k" + i).toArray(String[]::new);
            assertThat(opened.get(Table.RETAINED, all)).hasSize(999).contains("k999=v999");
        }
    }

    @Test
    default void add_fromNothing_countsFromZero() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            opened.commit(batch(Urgency.DURABLE).add(Table.MESSAGES, key("a"), 3));
            assertThat(opened.counter("a")).isEqualTo(3);
        }
    }

    @Test
    default void add_manyTimes_sumsUp() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            opened.commit(batch(Urgency.DURABLE).put(Table.MESSAGES, key("a"), number(1L << 40)));
            opened.commit(batch(Urgency.DURABLE)
                    .add(Table.MESSAGES, key("a"), 2)
                    .add(Table.MESSAGES, key("a"), -1)
                    .add(Table.MESSAGES, key("b"), 7));
            opened.commit(batch(Urgency.LAZY).add(Table.MESSAGES, key("a"), -5));
            assertThat(opened.counter("a")).isEqualTo((1L << 40) - 4);
            assertThat(opened.counter("b")).isEqualTo(7);
        }
    }

    @Test
    default void add_downToZero_isZeroOrAbsent() throws InterruptedException {
        try (Opened opened = new Opened(open())) {
            opened.commit(batch(Urgency.DURABLE).add(Table.MESSAGES, key("a"), 1));
            opened.commit(batch(Urgency.DURABLE).add(Table.MESSAGES, key("a"), -1));
            assertThat(opened.counter("a")).isZero();
        }
    }

    @Test
    default void refusal_whileAllIsWell_isNull() {
        try (Opened opened = new Opened(open())) {
            assertThat(opened.storage.refusal()).isNull();
        }
    }

    /** Random batches, checked against a sorted map; the seed is the test's name. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    default void randomBatches_leaveWhatAModelHolds(long seed) throws InterruptedException {
        Random random = new Random(seed);
        NavigableMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
        try (Opened opened = new Opened(open())) {
            for (int i = 0; i < 100; i++) {
                Batch batch = batch(random.nextBoolean() ? Urgency.DURABLE : Urgency.LAZY);
                for (int changes = random.nextInt(8); changes > 0; changes--) {
                    change(random, batch, model);
                }
                opened.commit(batch);
                List<Row> rows = opened.rows(Table.ENTRIES, new byte[0], null, 10_000);
                assertThat(rows.stream().map(StorageContract::text))
                        .containsExactlyElementsOf(model.entrySet().stream()
                                .map(row -> text(new Row(row.getKey(), row.getValue())))
                                .toList());
            }
        }
    }

    private static void change(Random random, Batch batch, NavigableMap<byte[], byte[]> model) {
        byte[] key = randomKey(random);
        switch (random.nextInt(6)) {
            case 0 -> {
                batch.delete(Table.ENTRIES, key);
                model.remove(key);
            }
            case 1 -> {
                byte[] other = randomKey(random);
                boolean ordered = Arrays.compareUnsigned(key, other) <= 0;
                byte[] from = ordered ? key : other;
                byte[] to = ordered ? other : key;
                batch.deleteRange(Table.ENTRIES, from, to);
                model.subMap(from, to).clear();
            }
            default -> {
                byte[] value = new byte[random.nextInt(20)];
                random.nextBytes(value);
                batch.put(Table.ENTRIES, key, value);
                model.put(key, value);
            }
        }
    }

    private static byte[] randomKey(Random random) {
        byte[] key = new byte[1 + random.nextInt(3)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(6) * 50);
        }
        return key;
    }

    private static Batch batch(Urgency urgency) {
        return new Batch(urgency);
    }

    private static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static String text(Row row) {
        return Arrays.toString(row.key()) + "=" + Arrays.toString(row.value());
    }

    /** A storage with a loop that waits for its answers. */
    final class Opened implements AutoCloseable {
        private final Storage storage;
        private final WaitingLoop loop = new WaitingLoop();

        private Opened(Storage storage) {
            this.storage = storage;
        }

        private Commit commit(Batch batch) throws InterruptedException {
            List<Commit> answers = new ArrayList<>();
            storage.commit(batch, "partition", loop, answers::add);
            loop.runUntil(() -> !answers.isEmpty());
            return answers.getFirst();
        }

        private void chain(AtomicInteger left) {
            storage.commit(
                    batch(Urgency.DURABLE).put(Table.BROKER, key("left"), key("" + left.get())),
                    "partition",
                    loop,
                    done -> {
                        if (left.decrementAndGet() > 0) {
                            chain(left);
                        }
                    });
        }

        private List<Row> rows(Table table, byte[] from, byte @Nullable [] to, int max) throws InterruptedException {
            List<Read> answers = new ArrayList<>();
            storage.scan(table, from, to, max, loop, answers::add);
            assertThat(answers).isEmpty();
            return awaitRows(answers);
        }

        private List<String> scan(Table table, String from, @Nullable String to, int max) throws InterruptedException {
            return rows(table, key(from), to == null ? null : key(to), max).stream()
                    .map(row -> new String(row.key(), UTF_8) + "=" + new String(row.value(), UTF_8))
                    .toList();
        }

        private List<Row> row(Table table, String key) throws InterruptedException {
            List<Read> answers = new ArrayList<>();
            storage.get(table, key(key), loop, answers::add);
            assertThat(answers).isEmpty();
            return awaitRows(answers);
        }

        private List<String> get(Table table, String... keys) throws InterruptedException {
            List<Read> answers = new ArrayList<>();
            storage.get(table, Arrays.stream(keys).map(StorageContract::key).toList(), loop, answers::add);
            assertThat(answers).isEmpty();
            return awaitRows(answers).stream()
                    .map(row -> new String(row.key(), UTF_8) + "=" + new String(row.value(), UTF_8))
                    .toList();
        }

        private long counter(String key) throws InterruptedException {
            List<Row> rows = row(Table.MESSAGES, key);
            return rows.isEmpty() ? 0 : ByteBuffer.wrap(rows.getFirst().value()).getLong();
        }

        private List<Row> awaitRows(List<Read> answers) throws InterruptedException {
            loop.runUntil(() -> !answers.isEmpty());
            return switch (answers.getFirst()) {
                case Read.Rows(List<Row> rows) -> rows;
                case Read.Failed(String reason) -> fail(reason);
            };
        }

        @Override
        public void close() {
            storage.close();
        }
    }
}
