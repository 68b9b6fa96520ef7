package io.pipit.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Storage.Commit;
import io.pipit.broker.spi.Table;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapStorageTest implements StorageContract {
    private final WaitingLoop loop = new WaitingLoop();
    private final HeapStorage storage = new HeapStorage();
    private final List<String> events = new ArrayList<>();

    @Override
    public Storage open() {
        return new HeapStorage();
    }

    @Test
    void commits_ofOneTurn_areAnsweredAtItsEndWithoutAnother() {
        loop.turn(() -> {
            commit("a");
            commit("b");
            events.add("turn ends");
        });
        assertThat(events).containsExactly("turn ends", "a", "b");
        assertThat(loop.waiting()).isZero();
    }

    @Test
    void commits_handedInByAnswers_areAnsweredInTheNextTurnTogether() throws InterruptedException {
        loop.turn(() -> {
            storage.commit(row("a"), "p", loop, done -> commit("from a"));
            storage.commit(row("b"), "p", loop, done -> commit("from b"));
        });
        assertThat(events).isEmpty();
        assertThat(loop.waiting()).isEqualTo(1);

        loop.runUntil(() -> events.size() == 2);
        assertThat(events).containsExactly("from a", "from b");
        assertThat(loop.turns()).isEqualTo(2);
    }

    @Test
    void answer_thatThrows_keepsNoOtherFromComing() throws InterruptedException {
        assertThatThrownBy(() -> loop.turn(() -> {
                    commit("a");
                    storage.commit(row("b"), "p", loop, done -> {
                        throw new IllegalStateException("of the answer");
                    });
                    commit("c");
                }))
                .hasMessage("of the answer");
        commit("d");
        loop.runUntil(() -> events.size() == 3);
        assertThat(events).containsExactly("a", "c", "d");
    }

    @Test
    void commit_ofAnotherThread_isAnsweredOnTheLoop() throws InterruptedException {
        Thread other = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 100; i++) {
                commit("" + i);
            }
        });
        loop.runUntil(() -> events.size() == 100);
        other.join();
        assertThat(events).startsWith("0", "1", "2").endsWith("98", "99");
    }

    @Test
    void commit_afterClose_fails() throws InterruptedException {
        storage.close();
        List<Commit> answers = new ArrayList<>();
        storage.commit(row("a"), "p", loop, answers::add);
        loop.runUntil(() -> !answers.isEmpty());
        assertThat(answers.getFirst()).isInstanceOf(Commit.Failed.class);
        assertThat(storage.refusal()).isNotNull();
    }

    private void commit(String name) {
        storage.commit(row(name), "p", loop, done -> {
            assertThat(loop.inLoop()).isTrue();
            events.add(name);
        });
    }

    private static Batch row(String name) {
        return new Batch(Urgency.DURABLE).put(Table.BROKER, name.getBytes(UTF_8), new byte[1]);
    }
}
