package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics first = new Metrics();
    private final Metrics second = new Metrics();

    @Test
    void snapshot_sumsTheLoops() {
        first.bytesReceived(100);
        second.bytesReceived(11);
        first.received(PacketType.PUBLISH);
        second.received(PacketType.PUBLISH);
        second.received(PacketType.AUTH);
        assertThat(snapshot().bytesReceived()).isEqualTo(111);
        assertThat(snapshot().packetsReceived(PacketType.PUBLISH)).isEqualTo(2);
        assertThat(snapshot().packetsReceived(PacketType.AUTH)).isEqualTo(1);
        assertThat(snapshot().packetsReceived()).isEqualTo(3);
    }

    @Test
    void everyCounterOfAFamily_hasItsOwnPlace() {
        int number = 1;
        for (PacketType type : PacketType.values()) {
            repeat(number++, () -> first.received(type));
            repeat(number++, () -> first.unexpectedAcknowledgement(type));
            if (type != PacketType.PUBLISH) {
                repeat(number, () -> first.sent(type));
            }
        }
        for (DropReason reason : DropReason.values()) {
            repeat(number++, () -> first.dropped(reason, QoS.EXACTLY_ONCE));
        }
        for (ReasonCode reason : ReasonCode.values()) {
            repeat(number++, () -> first.refused(reason));
            repeat(number++, () -> first.protocolError(reason));
            repeat(number++, () -> first.refusedSubscription(reason));
        }
        int expected = 1;
        Metrics.Snapshot snapshot = snapshot();
        for (PacketType type : PacketType.values()) {
            assertThat(snapshot.packetsReceived(type)).isEqualTo(expected++);
            assertThat(snapshot.unexpectedAcknowledgements(type)).isEqualTo(expected++);
            assertThat(snapshot.packetsSent(type)).isEqualTo(type == PacketType.PUBLISH ? 0 : expected);
        }
        for (DropReason reason : DropReason.values()) {
            assertThat(snapshot.dropped(reason)).isEqualTo(expected++);
        }
        for (ReasonCode reason : ReasonCode.values()) {
            assertThat(snapshot.refused(reason)).isEqualTo(expected++);
            assertThat(snapshot.protocolErrors(reason)).isEqualTo(expected++);
            assertThat(snapshot.refusedSubscriptions(reason)).isEqualTo(expected++);
        }
    }

    @Test
    void publishes_areCountedByQosAndBytes() {
        first.receivedPublish(QoS.EXACTLY_ONCE, 10);
        first.sentPublish(QoS.AT_MOST_ONCE, 7);
        second.sentPublish(QoS.AT_LEAST_ONCE, 5);
        Metrics.Snapshot snapshot = snapshot();
        assertThat(snapshot.messagesReceived(QoS.EXACTLY_ONCE)).isEqualTo(1);
        assertThat(snapshot.payloadBytesReceived()).isEqualTo(10);
        assertThat(snapshot.messagesSent()).isEqualTo(2);
        assertThat(snapshot.messagesSent(QoS.AT_LEAST_ONCE)).isEqualTo(1);
        assertThat(snapshot.packetsSent(PacketType.PUBLISH)).isEqualTo(2);
        assertThat(snapshot.payloadBytesSent()).isEqualTo(12);
    }

    @Test
    void whatExists_goesUpAndDown() {
        first.connected();
        first.connected();
        second.connected();
        first.disconnected();
        first.sessionCreated();
        first.sessionCreated();
        second.sessionEnded();
        first.subscribed(5);
        second.subscribed(-2);
        first.queued(10, 1_000);
        first.queued(-4, -400);
        Metrics.Snapshot snapshot = snapshot();
        assertThat(snapshot.clients()).isEqualTo(2);
        assertThat(snapshot.connects()).isEqualTo(3);
        assertThat(snapshot.sessions()).isEqualTo(1);
        assertThat(snapshot.subscriptions()).isEqualTo(3);
        assertThat(snapshot.queuedMessages()).isEqualTo(6);
        assertThat(snapshot.queuedBytes()).isEqualTo(600);
    }

    @Test
    void snapshot_ofAnotherThread_seesCountersOnlyGrow() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        Thread loop = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 1_000_000; i++) {
                first.bytesReceived(1);
            }
            done.set(true);
        });
        long before = 0;
        while (!done.get()) {
            long now = snapshot().bytesReceived();
            assertThat(now).isGreaterThanOrEqualTo(before);
            before = now;
        }
        loop.join();
        assertThat(snapshot().bytesReceived()).isEqualTo(1_000_000);
    }

    private Metrics.Snapshot snapshot() {
        return new Metrics.Snapshot(List.of(first, second));
    }

    private static void repeat(int times, Runnable action) {
        for (int i = 0; i < times; i++) {
            action.run();
        }
    }
}
