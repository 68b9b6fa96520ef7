package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.disconnectWithExpiry;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Table;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Section 3.1.2.11.2 and 4.1: how long a session outlives its connection. */
final class SessionExpiryTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec("MQTT-4.1.0-2")
    void noExpiry_endsWithTheConnection() {
        broker.connect(connect("alice")).subscribes("t").vanishes();
        broker.tries(connect("alice").resuming()).receives(connack());
    }

    @Test
    @Spec("MQTT-3.1.2-23")
    void expiry_beforeItsInterval_keepsTheSession() {
        broker.connect(connect("alice").expiry(60)).subscribes("t").vanishes();
        broker.advance(Duration.ofMillis(59_900));
        broker.tries(connect("alice").resuming()).receives(connackPresent());
    }

    @Test
    @Spec("MQTT-4.1.0-2")
    void expiry_afterItsInterval_endsTheSession() {
        broker.connect(connect("alice").expiry(60)).subscribes("t").vanishes();
        broker.advance(Duration.ofSeconds(62));
        broker.tries(connect("alice").resuming()).receives(connack());
    }

    @Test
    void expiry_afterItsInterval_leavesNothingStored() {
        broker.connect(connect("alice").expiry(60)).subscribes("t").vanishes();
        broker.connect(connect("bob")).publishes(publish("t", "one").qos1(1));
        broker.advance(Duration.ofMinutes(2));
        for (Table table : List.of(Table.SESSIONS, Table.SUBSCRIPTIONS, Table.ENTRIES, Table.RECEIVED)) {
            assertThat(broker.storage().rows(table)).as(table.name()).isZero();
        }
    }

    @Test
    void cleanStart_leavesNothingStoredOfTheSessionBefore() {
        broker.connect(connect("alice").expiry(60)).subscribes("t").vanishes();
        broker.connect(connect("bob")).publishes(publish("t", "one").qos1(1));
        broker.connect(connect("alice").expiry(60));
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.SESSIONS)).isEqualTo(1);
        assertThat(broker.storage().rows(Table.SUBSCRIPTIONS)).isZero();
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
    }

    @Test
    @Spec("MQTT-4.1.0-1")
    void connectedSession_doesNotExpire() {
        var alice = broker.connect(connect("alice").expiry(10)).subscribes("t");
        broker.advance(Duration.ofSeconds(100));
        broker.connect(connect("bob")).publishes(publish("t", "hi"));
        alice.receives(publish("t", "hi"));
    }

    @Tag("long")
    @Test
    void expiryOfAllOnes_isNever() {
        broker.connect(connect("alice").expiry(0xFFFF_FFFFL)).vanishes();
        broker.advance(Duration.ofDays(3));
        broker.tries(connect("alice").resuming()).receives(connackPresent());
    }

    @Test
    void cleanSession0_in311_expiresAfterTheDefault() {
        broker.configured(settings().sessionExpiry(Duration.ofHours(1), Duration.ZERO));
        broker.connect(connect("alice").v311().resuming()).disconnects();
        broker.advance(Duration.ofMinutes(59));
        broker.tries(connect("alice").v311().resuming()).receives(connackPresent());
        broker.connect(connect("alice").v311().resuming()).disconnects();
        broker.advance(Duration.ofMinutes(62));
        broker.tries(connect("alice").v311().resuming()).receives(connack());
    }

    @Test
    void reconnect_startsTheIntervalAnew() {
        broker.connect(connect("alice").expiry(60)).vanishes();
        broker.advance(Duration.ofSeconds(50));
        broker.connect(connect("alice").resuming().expiry(60)).vanishes();
        broker.advance(Duration.ofSeconds(50));
        broker.tries(connect("alice").resuming()).receives(connackPresent());
    }

    @Test
    void disconnect_mayShortenTheExpiry() {
        broker.connect(connect("alice").expiry(600)).disconnects(disconnectWithExpiry(10));
        broker.advance(Duration.ofSeconds(12));
        broker.tries(connect("alice").resuming()).receives(connack());
    }

    @Test
    void disconnect_mayLengthenTheExpiry() {
        broker.connect(connect("alice").expiry(10)).disconnects(disconnectWithExpiry(600));
        broker.advance(Duration.ofSeconds(500));
        broker.tries(connect("alice").resuming()).receives(connackPresent());
    }

    @Test
    @Spec("MQTT-4.1.0-2")
    void disconnect_withExpiry0_endsTheSession() {
        broker.connect(connect("alice").expiry(600)).disconnects(disconnectWithExpiry(0));
        broker.tries(connect("alice").resuming()).receives(connack());
    }

    @Test
    void disconnect_withExpiry_whenConnectHadNone_isAProtocolError() {
        var alice = broker.connect(connect("alice"));
        alice.sends(disconnectWithExpiry(60));
        alice.isClosedAfter(disconnect(ReasonCode.PROTOCOL_ERROR));
        broker.tries(connect("alice").resuming()).receives(connack());
    }

    @Test
    void disconnect_withoutExpiry_keepsThatOfConnect() {
        broker.connect(connect("alice").expiry(60)).disconnects();
        broker.advance(Duration.ofSeconds(50));
        broker.tries(connect("alice").resuming()).receives(connackPresent());
    }

    @Test
    void expiryAboveTheMaximum_isCutAndTold() {
        broker.configured(settings().sessionExpiry(Duration.ofDays(7), Duration.ofSeconds(100)));
        var alice = broker.tries(connect("alice").expiry(1_000));
        alice.receives(connack(Property.SESSION_EXPIRY_INTERVAL, 100L));
        alice.vanishes();
        broker.advance(Duration.ofSeconds(103));
        broker.tries(connect("alice").resuming()).receives(connack());
    }

    @Test
    void wallClockThatSteps_endsNoSession() {
        broker.connect(connect("alice").expiry(60)).vanishes();
        broker.clock().stepWall(Duration.ofDays(20_000));
        broker.advance(Duration.ofSeconds(30));
        broker.connect(connect("alice").resuming().expiry(60)).vanishes();
        broker.clock().stepWall(Duration.ofDays(-20_000));
        broker.advance(Duration.ofSeconds(58));
        broker.tries(connect("alice").resuming()).receives(connackPresent());
    }

    @Test
    void downtime_counts() {
        broker.connect(connect("alice").expiry(60)).vanishes();
        broker.connect(connect("bob").expiry(600)).vanishes();
        broker.restarts(Duration.ofMinutes(2));
        broker.advance(Duration.ofSeconds(2));
        broker.tries(connect("alice").resuming()).receives(connack());
        broker.tries(connect("bob").resuming()).receives(connackPresent());
    }

    @Test
    void downtime_leavesTheRest() {
        broker.connect(connect("alice").expiry(60)).vanishes();
        broker.connect(connect("bob").expiry(60)).vanishes();
        broker.restarts(Duration.ofSeconds(20));
        broker.advance(Duration.ofSeconds(20));
        broker.tries(connect("alice").resuming()).receives(connackPresent());
        broker.advance(Duration.ofSeconds(45));
        broker.tries(connect("bob").resuming()).receives(connack());
    }

    @Test
    void connectedAtACrash_countsAsDisconnectedAtTheRestart() {
        broker.connect(connect("alice").expiry(60));
        broker.advance(Duration.ofMinutes(5));
        broker.crashes();
        broker.advance(Duration.ofSeconds(55));
        broker.tries(connect("alice").resuming()).receives(connackPresent());
    }

    @Test
    void wallClockThatGoesBackOverARestart_endsNoSession() {
        broker.connect(connect("alice").expiry(60)).vanishes();
        broker.clock().stepWall(Duration.ofDays(-10_000));
        broker.restarts();
        broker.advance(Duration.ofSeconds(50));
        broker.tries(connect("alice").resuming()).receives(connackPresent());
    }
}
