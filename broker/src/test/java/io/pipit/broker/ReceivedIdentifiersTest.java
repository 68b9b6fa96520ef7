package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.ReceivedIdentifiers.Receipt;
import io.pipit.mqtt.Spec;
import org.junit.jupiter.api.Test;

final class ReceivedIdentifiersTest {
    private final ReceivedIdentifiers received = new ReceivedIdentifiers();

    @Test
    @Spec("MQTT-4.3.3-10")
    void receive_again_isTheSameMessageUntilItIsReleased() {
        assertThat(received.isKnown(7)).isFalse();
        assertThat(received.receive(7)).isEqualTo(Receipt.FIRST);
        assertThat(received.receive(7)).isEqualTo(Receipt.PENDING);
        received.settle(7, true);
        assertThat(received.receive(7)).isEqualTo(Receipt.DUPLICATE);
        assertThat(received.isKnown(7)).isTrue();
        assertThat(received.release(7)).isTrue();
        assertThat(received.isKnown(7)).isFalse();
        assertThat(received.receive(7)).isEqualTo(Receipt.FIRST);
    }

    @Test
    void settle_whenItsCommitHasFailed_theIdentifierIsFree() {
        received.receive(7);
        received.settle(7, false);
        assertThat(received.isKnown(7)).isFalse();
        assertThat(received.size()).isZero();
        assertThat(received.receive(7)).isEqualTo(Receipt.FIRST);
    }

    @Test
    void release_ofWhatIsUnknownOrPending_isFalse() {
        assertThat(received.release(7)).isFalse();
        received.receive(7);
        assertThat(received.release(7)).isFalse();
        assertThat(received.isReleasing(7)).isFalse();
        assertThat(received.isKnown(7)).isTrue();
    }

    @Test
    void release_isUnderWayUntilItIsSafe() {
        received.restore(7);
        assertThat(received.isReleasing(7)).isFalse();
        assertThat(received.release(7)).isTrue();
        assertThat(received.isReleasing(7)).isTrue();
        assertThat(received.size()).isEqualTo(1);
        assertThat(received.release(7)).isFalse();
        received.released(7);
        assertThat(received.isReleasing(7)).isFalse();
        assertThat(received.size()).isZero();
    }

    @Test
    void await_isAnsweredOnce() {
        received.receive(7);
        assertThat(received.isAwaited(7)).isFalse();
        received.await(7);
        assertThat(received.isAwaited(7)).isTrue();
        assertThat(received.isAwaited(7)).isFalse();
        received.await(7);
        received.forgetWaiting();
        assertThat(received.isAwaited(7)).isFalse();
    }

    @Test
    void size_countsEachIdentifierOnce() {
        received.restore(1); // known
        received.receive(2); // known and pending
        received.await(3); // waited for only
        received.restore(4);
        received.release(4); // on its way out
        assertThat(received.size()).isEqualTo(4);
        received.await(1);
        assertThat(received.size()).isEqualTo(4);
    }
}
