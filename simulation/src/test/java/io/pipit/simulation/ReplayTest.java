package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.publish;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What happens depends on what is done alone: a failing dialogue can be had again. */
final class ReplayTest {
    @Test
    void theSameDialogue_isTheSameWordForWord() {
        assertThat(dialogue()).isEqualTo(dialogue());
    }

    /** So many subscribers of one filter that the index keeps them in a tree. */
    private static String dialogue() {
        Dialogue broker = new Dialogue();
        for (int i = 0; i < 40; i++) {
            broker.connect(connect("subscriber" + i)).subscribes("t");
        }
        broker.connect(connect("publisher")).publishes(publish("t", "hi"));
        return broker.failure("").toString();
    }
}
