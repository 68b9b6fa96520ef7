package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.QueueEntry.State;
import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The order of a session that is not stored, message by message: all of its entries are in memory. */
final class QueueTest {
    private static final TopicName TOPIC = TopicName.of("t");
    private static final int BYTES = message("m0").bytes();

    private final SteppedTime clock = new SteppedTime();
    private final BrokerTime time = new BrokerTime(clock);
    private final Wire wire = new Wire();
    private Queue queue = queue(0, 0, QueuePolicy.DROP_NEWEST);

    /** A client that takes everything up to a size, and what the queue has said of itself. */
    private static final class Wire implements Queue.Outlet {
        private final List<String> said = new ArrayList<>();
        private boolean open = true;
        private int largest = Integer.MAX_VALUE;
        private long messages;
        private long bytes;
        private long memory;

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public boolean publish(Message message, Terms terms, int packetIdentifier, boolean dup) {
            if (message.payload().size() > largest) {
                return false;
            }
            said.add(message.payload().toText() + " " + terms.qos().level() + " id " + packetIdentifier
                    + (dup ? " dup" : ""));
            return true;
        }

        @Override
        public void release(int packetIdentifier) {
            said.add("pubrel " + packetIdentifier);
        }

        @Override
        public void dropped(@Nullable TopicName topic, QoS qos, DropReason reason) {
            said.add("dropped " + topic + " " + qos.level() + " " + reason);
        }

        @Override
        public void overrun() {
            said.add("overrun");
        }

        @Override
        public void broke(Throwable fault) {
            throw new AssertionError(fault);
        }

        @Override
        public void storageFailed(String reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void progressed() {
            said.add("progressed");
        }

        @Override
        public void grown(long moreMessages, long moreBytes, long moreMemory) {
            messages += moreMessages;
            bytes += moreBytes;
            memory += moreMemory;
        }

        private List<String> heard() {
            List<String> all = List.copyOf(said);
            said.clear();
            return all;
        }
    }

    private Queue queue(long maxMessages, long maxBytes, QueuePolicy policy) {
        return new Queue(wire, new Settings.Queue(maxMessages, maxBytes, policy, false), time, null, fault -> {
            throw new AssertionError(fault);
        });
    }

    private static Message message(String payload) {
        return message(payload, Message.NEVER);
    }

    private static Message message(String payload, long expiresAtMillis) {
        return new Message(TOPIC, Payload.of(payload), QoS.EXACTLY_ONCE, false, Properties.NONE, expiresAtMillis, null);
    }

    private void admit(String payload, int qos) {
        admit(message(payload), qos);
    }

    private void admit(Message message, int qos) {
        queue.admit(message, new Terms(QoS.of(qos), false, Terms.NO_IDENTIFIERS, null), null);
    }

    private static String sent(int number, int qos) {
        return "m" + number + " " + qos + " id " + (number + 2);
    }

    @Test
    @Spec("MQTT-3.3.4-9")
    void admit_sendsAsMuchAsTheClientReceives_andTheRestInOrder() {
        queue.connected(2);
        for (int i = 0; i < 4; i++) {
            admit("m" + i, 1);
        }
        assertThat(wire.heard()).containsExactly(sent(0, 1), sent(1, 1));
        assertThat(queue.hasUnsent()).isTrue();
        assertThat(queue.inFlight()).isEqualTo(2);
        assertThat(queue.room()).isZero();
        Acknowledgements answers = queue.acknowledgements();
        assertThat(answers.completed(3, State.SENT, QoS.AT_LEAST_ONCE, false)).isTrue();
        assertThat(answers.completed(3, State.SENT, QoS.AT_LEAST_ONCE, false)).isFalse();
        assertThat(answers.completed(2, State.SENT, QoS.EXACTLY_ONCE, false)).isFalse();
        assertThat(answers.completed(2, State.RELEASED, QoS.AT_LEAST_ONCE, false))
                .isFalse();
        assertThat(answers.received(2, false)).isFalse();
        assertThat(answers.completed(2, State.SENT, QoS.AT_LEAST_ONCE, true)).isTrue();
        assertThat(wire.heard())
                .containsExactly(sent(2, 1), "progressed", "dropped t 1 REFUSED_BY_CLIENT", sent(3, 1), "progressed");
        assertThat(queue.hasUnsent()).isFalse();
        assertThat(queue.sentUpTo()).isEqualTo(4);
        assertThat(queue.room()).isZero();
        assertThat(answers.completed(4, State.SENT, QoS.AT_LEAST_ONCE, false)).isTrue();
        assertThat(queue.room()).isEqualTo(1);
        assertThat(queue.count()).isEqualTo(1);
        assertThat(queue.bytes()).isEqualTo(BYTES);
        assertThat(wire.messages).isEqualTo(1);
        assertThat(wire.bytes).isEqualTo(BYTES);
    }

    @Test
    @Spec("MQTT-4.3.3-6")
    void received_releasesAndIsCompletedByPubcompAlone() {
        queue.connected(1);
        admit("m0", 2);
        admit("m1", 2);
        Acknowledgements answers = queue.acknowledgements();
        assertThat(answers.completed(2, State.RELEASED, QoS.EXACTLY_ONCE, false))
                .isFalse();
        assertThat(answers.received(3, false)).isFalse();
        assertThat(answers.received(2, false)).isTrue();
        assertThat(answers.received(2, false)).isTrue();
        assertThat(wire.heard()).containsExactly(sent(0, 2), "pubrel 2", "pubrel 2");
        assertThat(answers.completed(2, State.RELEASED, QoS.EXACTLY_ONCE, false))
                .isTrue();
        assertThat(answers.received(3, true)).isTrue();
        assertThat(wire.heard())
                .containsExactly(sent(1, 2), "progressed", "dropped t 2 REFUSED_BY_CLIENT", "progressed");
        assertThat(queue.count()).isZero();
        assertThat(wire.memory).isZero();
    }

    @Test
    void bounds_admitAsMuchAsTheySay() {
        queue = queue(2, 0, QueuePolicy.DROP_NEWEST);
        admit("m0", 1);
        assertThat(queue.isFull()).isFalse();
        admit("m1", 1);
        assertThat(queue.isFull()).isTrue();
        admit("m2", 1);
        assertThat(wire.heard()).containsExactly("dropped t 1 QUEUE_FULL");
        queue = queue(0, 2L * BYTES, QueuePolicy.DROP_NEWEST);
        admit("m0", 1);
        admit("m1", 1);
        assertThat(queue.bytes()).isEqualTo(2L * BYTES);
        admit("m2", 1);
        assertThat(queue.count()).isEqualTo(2);
    }

    @Test
    void dropOldest_dropsWhatWasNotSent_untilTheNewOneFits() {
        queue = queue(0, 3L * BYTES, QueuePolicy.DROP_OLDEST);
        queue.connected(1);
        for (int i = 0; i < 3; i++) {
            admit("m" + i, 1);
        }
        admit("m3", 1);
        assertThat(wire.heard()).containsExactly(sent(0, 1), "dropped t 1 QUEUE_FULL");
        queue.acknowledgements().completed(2, State.SENT, QoS.AT_LEAST_ONCE, false);
        assertThat(wire.heard()).containsExactly(sent(2, 1), "progressed");
        assertThat(queue.count()).isEqualTo(2);
    }

    @Test
    void dropOldest_whenAllIsInFlight_dropsTheNewOne() {
        queue = queue(2, 0, QueuePolicy.DROP_OLDEST);
        queue.connected(2);
        admit("m0", 1);
        admit("m1", 1);
        admit("m2", 1);
        assertThat(wire.heard()).containsExactly(sent(0, 1), sent(1, 1), "dropped t 1 QUEUE_FULL");
    }

    @Test
    void dropOldest_whenTheBytesInFlightLeaveNoRoom_dropsTheNewOne() {
        queue = queue(0, 2L * BYTES, QueuePolicy.DROP_OLDEST);
        queue.connected(2);
        admit("m0", 1);
        admit("m1", 1);
        admit("m2", 1);
        assertThat(wire.heard()).containsExactly(sent(0, 1), sent(1, 1), "dropped t 1 QUEUE_FULL");
    }

    @Test
    void disconnect_saysThatTheClientIsOverrun() {
        queue = queue(1, 0, QueuePolicy.DISCONNECT);
        admit("m0", 1);
        admit("m1", 1);
        assertThat(wire.heard()).containsExactly("dropped t 1 QUEUE_FULL", "overrun");
    }

    @Test
    void pump_dropsWhatHasExpired_atTheMomentAfter() {
        admit(message("m0", time.millis() + 1_000), 2);
        admit(message("m1", time.millis() + 999), 2);
        clock.pass(TimeUnit.SECONDS.toNanos(1));
        queue.connected(10);
        queue.pump();
        assertThat(wire.heard()).containsExactly(sent(0, 2), "dropped t 2 EXPIRED");
        assertThat(queue.count()).isEqualTo(1);
    }

    @Test
    @Spec("MQTT-3.1.2-25")
    void pump_completesWhatIsTooLarge() {
        wire.largest = 2;
        queue.connected(10);
        admit("large", 1);
        admit("larger", 0);
        admit("m2", 0);
        admit("m3", 1);
        assertThat(wire.heard())
                .containsExactly(
                        "dropped t 1 PACKET_TOO_LARGE", "dropped t 0 PACKET_TOO_LARGE", "m2 0 id 0", sent(3, 1));
        assertThat(queue.count()).isEqualTo(1);
        assertThat(queue.sentUpTo()).isEqualTo(4);
    }

    @Test
    void pump_waitsUntilTheClientReads() {
        wire.open = false;
        queue.connected(10);
        admit("m0", 1);
        assertThat(wire.heard()).isEmpty();
        assertThat(queue.room()).isZero();
        wire.open = true;
        queue.pump();
        assertThat(wire.heard()).containsExactly(sent(0, 1));
        assertThat(queue.room()).isEqualTo(9);
    }

    @Test
    void pump_afterManyThatWaited_sendsEachOnce() {
        int messages = 2_000; // more than a stored session keeps in memory
        queue.connected(1);
        for (int i = 0; i < messages; i++) {
            admit("m" + i, 1);
        }
        for (int i = 0; i < messages; i++) {
            assertThat(wire.heard().getFirst()).isEqualTo(sent(i, 1));
            queue.acknowledgements().completed(i + 2, State.SENT, QoS.AT_LEAST_ONCE, false);
        }
        assertThat(queue.hasUnsent()).isFalse();
        assertThat(wire.memory).isZero();
    }

    @Test
    void forEach_visitsInOrderWhatIsInFlightAndWhatWaits() {
        queue.connected(2);
        for (int i = 0; i < 4; i++) {
            admit("m" + i, 1);
        }
        queue.acknowledgements().completed(2, State.SENT, QoS.AT_LEAST_ONCE, false);
        admit("m4", 1);
        List<Long> visited = new ArrayList<>();
        queue.forEach(entry -> visited.add(entry.sequence()));
        assertThat(visited).containsExactly(2L, 3L, 4L, 5L);
    }

    @Test
    void abandon_countsForNothingMore() {
        queue.connected(1);
        admit("m0", 1);
        admit("m1", 1);
        queue.abandon();
        assertThat(queue.count()).isZero();
        assertThat(queue.bytes()).isZero();
        assertThat(wire.messages).isZero();
        assertThat(wire.bytes).isZero();
        assertThat(wire.memory).isZero();
        wire.heard();
        queue.pump();
        assertThat(wire.heard()).isEmpty();
    }
}
