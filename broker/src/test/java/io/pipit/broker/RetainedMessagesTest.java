package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetainedMessagesTest {
    private static final TopicName TOPIC = TopicName.of("a/b");

    private long nowMillis = 1_000;
    private final RetainedMessages retained =
            new RetainedMessages(() -> nowMillis, Duration.ZERO, new RetainedCache(1 << 20));

    @Test
    @Spec("MQTT-3.3.1-5")
    void set_replacesTheMessageOfItsTopic() {
        retained.set(message("a/b", "1"));
        retained.set(message("a/b", "2"));
        retained.set(message("a", "3"));
        assertThat(text(retained.get(TOPIC))).isEqualTo("2");
        assertThat(retained.count()).isEqualTo(2);
    }

    @Test
    @Spec("MQTT-3.3.1-6")
    void clear_removesTheMessage() {
        retained.set(message("a/b", "1"));
        assertThat(retained.clear(TOPIC)).isPositive();
        assertThat(retained.get(TOPIC)).isNull();
        assertThat(retained.count()).isZero();
        assertThat(retained.bytes()).isZero();
    }

    @Test
    void clear_whereNothingIs_changesNothing() {
        assertThat(retained.clear(TOPIC)).isZero();
        retained.set(message("a/b", "1"));
        storeAll(retained.clear(TOPIC));
        assertThat(retained.clear(TOPIC)).isZero();
        assertThat(retained.isEmpty()).isTrue();
    }

    @Test
    void isEmpty_untilTheFirstIsSet() {
        assertThat(retained.isEmpty()).isTrue();
        retained.set(message("a/b", "1"));
        assertThat(retained.isEmpty()).isFalse();
    }

    @Test
    void get_ofTheParentOrAChild_findsNothing() {
        retained.set(message("a/b", "1"));
        assertThat(retained.get(TopicName.of("a"))).isNull();
        assertThat(retained.get(TopicName.of("a/b/c"))).isNull();
    }

    @Test
    void changes_haveRisingVersions() {
        long first = retained.set(message("a/b", "1"));
        long other = retained.set(message("c", "1"));
        long cleared = retained.clear(TOPIC);
        long again = retained.set(message("a/b", "2"));
        assertThat(List.of(first, other, cleared, again)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void bytes_followTheMessages() {
        retained.set(message("a/b", "12345"));
        long before = retained.bytes();
        retained.set(message("a/b", "1234567"));
        assertThat(retained.bytes()).isEqualTo(before + 2);
    }

    @Test
    void set_withAnEqualTopic_keepsTheFirst() {
        retained.set(message("a/b", "1"));
        TopicName first = present(retained.get(TOPIC)).topic();
        retained.set(message("a/b", "2"));
        assertThat(present(retained.get(TOPIC)).topic()).isSameAs(first);
    }

    @Test
    void message_thatExpires_isNotGivenAndSweptLater() {
        retained.set(expiring("a/b", 1_500));
        nowMillis = 1_499;
        assertThat(retained.get(TOPIC)).isNotNull();
        nowMillis = 1_500;
        assertThat(retained.get(TOPIC)).isNull();
        assertThat(retained.count()).isEqualTo(1);

        assertThat(sweep(10)).containsExactly("a/b");
        assertThat(retained.count()).isZero();
        assertThat(sweep(10)).isEmpty();
    }

    @Test
    void serverExpiry_endsWhatLivesLonger() {
        RetainedMessages bounded =
                new RetainedMessages(() -> nowMillis, Duration.ofMillis(300), new RetainedCache(1 << 20));
        bounded.set(message("never", "1"));
        bounded.set(expiring("later", 5_000));
        bounded.set(expiring("sooner", 1_100));
        nowMillis = 1_299;
        assertThat(bounded.get(TopicName.of("never"))).isNotNull();
        assertThat(bounded.get(TopicName.of("later"))).isNotNull();
        assertThat(bounded.get(TopicName.of("sooner"))).isNull();
        nowMillis = 1_300;
        assertThat(bounded.get(TopicName.of("never"))).isNull();
        assertThat(bounded.get(TopicName.of("later"))).isNull();
    }

    @Test
    void expire_goesOnWhereItStopped_andBeginsAnewBehindTheEnd() {
        for (int i = 0; i < 10; i++) {
            retained.set(expiring("t" + i, i % 2 == 0 ? 1_000 : 9_000));
        }
        assertThat(sweep(4)).containsExactly("t0", "t2");
        assertThat(sweep(4)).containsExactly("t4", "t6");
        retained.set(expiring("t0", 1_000));
        assertThat(sweep(4)).containsExactly("t8");
        assertThat(sweep(4)).containsExactly("t0");
    }

    @Test
    void expire_withoutAnyThatExpires_looksAtNone() {
        retained.set(message("a/b", "1"));
        assertThat(retained.expire(10, (topic, version) -> {})).isZero();
    }

    @Test
    void expire_saysHowManyItLookedAt_andNoneWhenNoneExpiresAnyMore() {
        retained.set(message("a", "1"));
        retained.set(expiring("b", 1_000));
        retained.set(message("c", "1"));
        ObjLongConsumer<TopicName> keep = retained::keepInMemory;
        assertThat(retained.expire(2, keep)).isEqualTo(2);
        assertThat(retained.expire(2, keep)).isZero();
        retained.set(expiring("b", 1_000));
        assertThat(retained.expire(10, keep)).isEqualTo(3);
        assertThat(retained.expire(10, keep)).isZero();
    }

    @Test
    void count_leavesOutWhatTheServerSaysOfItself() {
        for (String topic : List.of("a", "$SYS", "$SYSTEM", "$SYS/", "$SYS/x")) {
            retained.set(message(topic, "1"));
        }
        assertThat(retained.count()).isEqualTo(3);
    }

    @Test
    void rows_giveTheSameMessagesBack() {
        List<Row> rows = rowsAfter(storage -> {
            store(storage, "a/b", retained.set(message("a/b", "1")));
            store(storage, "a/b", retained.set(message("a/b", "2")));
            store(storage, "c", retained.set(expiring("c", 5_000)));
            store(storage, "d", retained.set(message("d", "4")));
            store(storage, "d", retained.clear(TopicName.of("d")));
        });
        RetainedMessages loaded = new RetainedMessages(() -> nowMillis, Duration.ZERO, new RetainedCache(1 << 20));
        rows.forEach(loaded::load);
        assertThat(loaded.get(TOPIC)).isEqualTo(retained.get(TOPIC));
        assertThat(loaded.get(TopicName.of("c"))).isEqualTo(retained.get(TopicName.of("c")));
        assertThat(loaded.count()).isEqualTo(2);
        long next = loaded.set(message("a/b", "3"));
        assertThat(rows).allMatch(row -> BigEndian.read(row.value(), 0) < next);
    }

    @Test
    void rowsOfOneTopic_inAnyOrder_leaveTheNewest() {
        List<Row> rows = new ArrayList<>();
        for (String text : List.of("1", "2", "3")) {
            rows.addAll(rowsAfter(storage -> store(storage, "a/b", retained.set(message("a/b", text)))));
        }
        RetainedMessages loaded = new RetainedMessages(() -> nowMillis, Duration.ZERO, new RetainedCache(1 << 20));
        List.of(rows.get(2), rows.get(0), rows.get(1)).forEach(loaded::load);
        assertThat(text(loaded.get(TOPIC))).isEqualTo("3");
        assertThat(loaded.count()).isEqualTo(1);
    }

    @Test
    void row_ofANewerProgram_isRefused() {
        Row row = rowsAfter(storage -> store(storage, "a/b", retained.set(message("a/b", "1"))))
                .getFirst();
        row.value()[Long.BYTES]++;
        assertThatThrownBy(() -> new RetainedMessages(() -> 0, Duration.ZERO, new RetainedCache(1 << 20)).load(row))
                .isInstanceOf(CorruptRowException.class);
    }

    @Test
    void row_withMoreBehindItsMessage_isRefused() {
        Row row = rowsAfter(storage -> store(storage, "a/b", retained.set(message("a/b", "1"))))
                .getFirst();
        Row longer = new Row(row.key(), Arrays.copyOf(row.value(), row.value().length + 1));
        assertThatThrownBy(() -> new RetainedMessages(() -> 0, Duration.ZERO, new RetainedCache(1 << 20)).load(longer))
                .isInstanceOf(CorruptRowException.class);
    }

    @Test
    void store_ofAChangeThatIsDurable_handsInTheRestOfItsBatch() {
        HeapStorage storage = new HeapStorage();
        long version = retained.set(message("a/b", "1"));
        store(storage, "a/b", version);
        assertHandsInNoRow(version);
        long cleared = retained.clear(TOPIC);
        store(storage, "a/b", cleared);
        assertHandsInNoRow(cleared);
    }

    private void assertHandsInNoRow(long version) {
        Batch batch = new Batch(Urgency.DURABLE);
        boolean[] handedIn = new boolean[1];
        assertThat(retained.store(TOPIC, version, batch, () -> handedIn[0] = true))
                .isZero();
        assertThat(handedIn[0]).isTrue();
        assertThat(batch.changes()).isEmpty();
    }

    @Test
    void placeThatWasGivenUp_takesNoChange() {
        RetainedTopic place = new RetainedTopic(TOPIC);
        place.set(message("a/b", "1"), Message.NEVER, retained);
        long cleared = place.clear(retained);
        long row = place.store(cleared, new Batch(Urgency.DURABLE), () -> {});
        place.settle(row, true, retained);
        assertThat(place.set(message("a/b", "2"), Message.NEVER, retained)).isEqualTo(RetainedTopic.REMOVED);
        assertThat(place.clear(retained)).isZero();
        assertThat(place.message(nowMillis)).isNull();
    }

    @Test
    void store_ofAnOlderChangeLate_doesNotUndoTheNewer() {
        List<Row> rows = rowsAfter(storage -> {
            long older = retained.set(message("a/b", "older"));
            long newer = retained.set(message("a/b", "newer"));
            store(storage, "a/b", newer);
            store(storage, "a/b", older);
        });
        assertThat(rows)
                .singleElement()
                .satisfies(row -> assertThat(textOf(row)).isEqualTo("newer"));
    }

    @Test
    void store_ofAnOlderChangeLate_doesNotBringBackWhatWasCleared() {
        assertThat(rowsAfter(storage -> {
                    long older = retained.set(message("a/b", "older"));
                    store(storage, "a/b", retained.clear(TOPIC));
                    store(storage, "a/b", older);
                }))
                .isEmpty();
    }

    @Test
    void store_ofAChangeBeforeAClear_isNotTakenForOneOfTheTopicSetAnew() {
        HeapStorage storage = new HeapStorage();
        long older = retained.set(message("a/b", "older"));
        store(storage, "a/b", retained.clear(TOPIC));
        retained.set(message("a/b", "anew"));
        store(storage, "a/b", older);
        assertThat(rows(storage)).isEmpty();
    }

    /** Random changes whose rows are handed in at random times; the seed is the test's name. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomChanges_storedInAnyOrder_leaveInTheStorageWhatIsInMemory(long seed) {
        Random random = new Random(seed);
        HeapStorage storage = new HeapStorage();
        Map<String, String> model = new HashMap<>();
        List<Runnable> pending = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            String topic = "t/" + random.nextInt(5);
            if (random.nextInt(3) == 0) {
                long version = retained.clear(TopicName.of(topic));
                model.remove(topic);
                pending.add(() -> storeOrFail(storage, topic, version, random, pending));
            } else {
                String value = "" + i;
                long version = retained.set(message(topic, value));
                model.put(topic, value);
                pending.add(() -> storeOrFail(storage, topic, version, random, pending));
            }
            while (pending.size() > random.nextInt(10)) {
                pending.remove(random.nextInt(pending.size())).run();
            }
            assertThat(retained.count()).isEqualTo(model.size());
        }
        while (!pending.isEmpty()) {
            pending.remove(0).run();
        }

        Map<String, String> stored = new HashMap<>();
        rows(storage).forEach(row -> stored.put(messageOf(row).topic().toString(), textOf(row)));
        assertThat(stored).isEqualTo(model);
    }

    /** One row in four is refused, and is stored again later if that is asked for. */
    private void storeOrFail(HeapStorage storage, String topic, long version, Random random, List<Runnable> pending) {
        if (random.nextInt(4) > 0) {
            store(storage, topic, version);
        } else if (retained.settle(TopicName.of(topic), storeInVain(topic, version), false)) {
            pending.add(() -> storeOrFail(storage, topic, version, random, pending));
        }
    }

    private List<String> sweep(int maxVisits) {
        List<String> removed = new ArrayList<>();
        retained.expire(maxVisits, (topic, version) -> {
            removed.add(topic.toString());
            retained.keepInMemory(topic, version);
        });
        return removed;
    }

    private void storeAll(long version) {
        retained.keepInMemory(TOPIC, version);
    }

    private void store(HeapStorage storage, String topic, long version) {
        Batch batch = new Batch(Urgency.DURABLE);
        WaitingLoop loop = new WaitingLoop();
        long row = retained.store(
                TopicName.of(topic), version, batch, () -> storage.commit(batch, topic, loop, done -> {}));
        assertThat(retained.settle(TopicName.of(topic), row, true)).isFalse();
    }

    /** Hands a row in, which the storage refuses; returns its version. */
    private long storeInVain(String topic, long version) {
        return retained.store(TopicName.of(topic), version, new Batch(Urgency.DURABLE), () -> {});
    }

    @Test
    void settle_ofTheNewestRowThatFailed_asksForItAgain() {
        long version = retained.set(message("a/b", "1"));
        long row = storeInVain("a/b", version);
        assertThat(retained.settle(TOPIC, row, false)).isTrue();
        assertThat(rowsAfter(storage -> store(storage, "a/b", version))).hasSize(1);
    }

    @Test
    void settle_ofARowThatFailed_behindWhichThereIsANewerOne_asksForNothing() {
        long older = storeInVain("a/b", retained.set(message("a/b", "1")));
        long newer = storeInVain("a/b", retained.set(message("a/b", "2")));
        assertThat(retained.settle(TOPIC, older, false)).isFalse();
        assertThat(retained.settle(TOPIC, newer, true)).isFalse();
    }

    @Test
    void store_whileANewerRowIsNotDurable_writesThatRowAgain() {
        long older = retained.set(message("a/b", "older"));
        long newer = storeInVain("a/b", retained.set(message("a/b", "newer")));
        List<Row> rows = rowsAfter(storage -> store(storage, "a/b", older));
        assertThat(rows)
                .singleElement()
                .satisfies(row -> assertThat(textOf(row)).isEqualTo("newer"));
        assertThat(retained.settle(TOPIC, newer, false)).isFalse();
    }

    @Test
    void clear_thatFails_isRememberedUntilItIsStored() {
        HeapStorage storage = new HeapStorage();
        store(storage, "a/b", retained.set(message("a/b", "1")));
        long cleared = retained.clear(TOPIC);
        assertThat(retained.settle(TOPIC, storeInVain("a/b", cleared), false)).isTrue();
        assertThat(retained.get(TOPIC)).isNull();
        store(storage, "a/b", cleared);
        assertThat(rows(storage)).isEmpty();
        assertThat(retained.clear(TOPIC)).isZero();
    }

    private List<Row> rowsAfter(Consumer<HeapStorage> changes) {
        HeapStorage storage = new HeapStorage();
        changes.accept(storage);
        return rows(storage);
    }

    private static List<Row> rows(HeapStorage storage) {
        WaitingLoop loop = new WaitingLoop();
        List<Row> rows = new ArrayList<>();
        storage.scan(Table.RETAINED, new byte[0], null, 1_000, loop, read -> {
            assertThat(read).isInstanceOf(Storage.Read.Rows.class);
            rows.addAll(((Storage.Read.Rows) read).rows());
        });
        loop.runWaiting();
        return rows;
    }

    private static Message messageOf(Row row) {
        RetainedMessages loaded = new RetainedMessages(() -> 0, Duration.ZERO, new RetainedCache(1 << 20));
        loaded.load(row);
        return present(loaded.get(TopicName.owning(row.key())));
    }

    private static Message present(@Nullable Message message) {
        if (message == null) {
            throw new AssertionError("there is no message");
        }
        return message;
    }

    private static String textOf(Row row) {
        return messageOf(row).payload().toText();
    }

    private static String text(@Nullable Message message) {
        return message == null ? "nothing" : message.payload().toText();
    }

    private static Message message(String topic, String text) {
        return new Message(
                TopicName.of(topic), Payload.of(text), QoS.AT_LEAST_ONCE, true, Properties.NONE, Message.NEVER, null);
    }

    private static Message expiring(String topic, long atMillis) {
        return new Message(
                TopicName.of(topic), Payload.of("x"), QoS.AT_LEAST_ONCE, true, Properties.NONE, atMillis, null);
    }
}
