package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Spec;
import org.junit.jupiter.api.Test;

final class SendWindowTest {
    private final SendWindow window = new SendWindow();

    private QueueEntry sent(long sequence) {
        QueueEntry entry = EntryRingTest.entry(sequence);
        window.add(entry);
        return entry;
    }

    @Test
    void packetIdentifier_goesFromOneToItsHighestAndAround() {
        assertThat(SendWindow.packetIdentifier(1)).isEqualTo(2);
        assertThat(SendWindow.packetIdentifier(65_534)).isEqualTo(65_535);
        assertThat(SendWindow.packetIdentifier(65_535)).isEqualTo(1);
        assertThat(SendWindow.packetIdentifier(65_536)).isEqualTo(2);
    }

    @Test
    @Spec("MQTT-3.3.4-9")
    void accepts_upToTheReceiveMaximum() {
        window.open(2);
        assertThat(window.room()).isEqualTo(2);
        QueueEntry first = sent(1);
        assertThat(window.accepts(2)).isTrue();
        sent(2);
        assertThat(window.accepts(3)).isFalse();
        assertThat(window.room()).isZero();
        assertThat(window.size()).isEqualTo(2);
        window.remove(first);
        assertThat(window.accepts(3)).isTrue();
        assertThat(window.room()).isEqualTo(1);
        assertThat(window.size()).isEqualTo(1);
    }

    @Test
    @Spec("MQTT-2.2.1-4")
    void accepts_whoseIdentifierIsInUse_isFalse() {
        QueueEntry first = sent(1);
        assertThat(window.accepts(65_535)).isTrue();
        assertThat(window.accepts(65_536)).isFalse(); // it would have the same Packet Identifier
        window.remove(first);
        assertThat(window.accepts(65_536)).isTrue();
    }

    @Test
    void find_identifiersThatHaveGoneAround_findsEach() {
        assertThat(window.find(2)).isNull();
        QueueEntry highest = sent(65_534);
        QueueEntry lowest = sent(65_535);
        QueueEntry second = sent(65_536);
        assertThat(window.find(65_535)).isSameAs(highest);
        assertThat(window.find(1)).isSameAs(lowest);
        assertThat(window.find(2)).isSameAs(second);
        assertThat(window.find(3)).isNull();
        assertThat(window.find(65_534)).isNull();
        window.remove(lowest);
        assertThat(window.find(1)).isNull();
        assertThat(window.find(2)).isSameAs(second);
    }

    @Test
    void oldestAndEnd_encloseWhatIsInFlight() {
        assertThat(window.oldest(7)).isEqualTo(7);
        QueueEntry first = sent(3);
        QueueEntry second = sent(4);
        assertThat(window.oldest(7)).isEqualTo(3);
        assertThat(window.end()).isEqualTo(5);
        window.remove(first);
        assertThat(window.oldest(7)).isEqualTo(4);
        assertThat(window.get(3)).isNull();
        assertThat(window.get(4)).isSameAs(second);
    }

    @Test
    void open_nothingIsInFlight() {
        sent(1);
        window.open(1);
        assertThat(window.size()).isZero();
        assertThat(window.room()).isEqualTo(1);
        assertThat(window.find(2)).isNull();
        assertThat(window.accepts(1)).isTrue();
    }
}
