package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.client.KeepAlive.Action;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class KeepAliveTest {
    private static final long SECOND = 1_000_000_000;

    private final KeepAlive keepAlive = new KeepAlive(Duration.ofSeconds(10), Duration.ofSeconds(3), 5 * SECOND);

    @Test
    void next_beforeTheInterval_waits() {
        assertThat(keepAlive.next(15 * SECOND - 1)).isEqualTo(Action.WAIT);
        assertThat(keepAlive.nanosecondsToWait(15 * SECOND - 1)).isEqualTo(1);
    }

    @Test
    @Spec("MQTT-3.1.2-20")
    void next_afterTheInterval_pings() {
        assertThat(keepAlive.next(15 * SECOND)).isEqualTo(Action.PING);
        assertThat(keepAlive.next(15 * SECOND)).isEqualTo(Action.WAIT);
    }

    @Test
    void next_afterSomethingWasSent_countsFromThen() {
        keepAlive.sent(14 * SECOND);

        assertThat(keepAlive.next(24 * SECOND - 1)).isEqualTo(Action.WAIT);
        assertThat(keepAlive.next(24 * SECOND)).isEqualTo(Action.PING);
    }

    @Test
    void next_withoutResponse_givesUp() {
        assertThat(keepAlive.next(15 * SECOND)).isEqualTo(Action.PING);

        assertThat(keepAlive.nanosecondsToWait(15 * SECOND)).isEqualTo(3 * SECOND);
        assertThat(keepAlive.next(18 * SECOND)).isEqualTo(Action.GIVE_UP);
    }

    @Test
    void next_withResponse_waitsOn() {
        assertThat(keepAlive.next(15 * SECOND)).isEqualTo(Action.PING);
        keepAlive.sent(15 * SECOND);
        assertThat(keepAlive.received()).isTrue();
        assertThat(keepAlive.received()).isFalse();

        assertThat(keepAlive.next(18 * SECOND)).isEqualTo(Action.WAIT);
        assertThat(keepAlive.nanosecondsToWait(18 * SECOND)).isEqualTo(7 * SECOND);
    }

    @Test
    void next_switchedOff_neverPings() {
        KeepAlive off = new KeepAlive(Duration.ZERO, Duration.ofSeconds(3), 0);

        assertThat(off.next(Long.MAX_VALUE)).isEqualTo(Action.WAIT);
        assertThat(off.nanosecondsToWait(0)).isEqualTo(Long.MAX_VALUE);
    }
}
