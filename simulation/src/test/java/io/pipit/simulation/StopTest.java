package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How the broker stops: nothing more is decoded, what waits is acknowledged, everybody is told. */
final class StopTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    void clients_areToldAndClosed() {
        var alice = broker.connect(connect("alice"));
        var bob = broker.connect(connect("bob").v311());
        var carol = broker.connect(connect("carol").v31());
        broker.stops();
        alice.isClosedAfter(disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
        bob.isClosed();
        carol.isClosed();
    }

    @Test
    void connectionWithoutConnect_isClosed() {
        var alice = broker.opens("alice");
        broker.stops();
        alice.isClosed();
    }

    @Test
    void pendingAcknowledgements_areSentFirst() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        var dave = broker.connect(connect("dave").v311());
        broker.storage().holdCommits();
        alice.sends(publish("t", "one").qos1(1));
        dave.sends(publish("t", "two").qos2(2));
        boolean[] stopped = new boolean[1];
        broker.stopsWithoutWaiting(() -> stopped[0] = true);
        alice.receivesNothing();
        dave.receivesNothing();
        assertThat(stopped[0]).isFalse();

        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(puback(1));
        alice.isClosedAfter(disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
        dave.receives(pubrec(2));
        dave.isClosed();
        broker.advance(Duration.ofSeconds(1));
        assertThat(stopped[0]).isTrue();
    }

    @Test
    void nothingMore_isDecoded() {
        offline("bob");
        var carol = broker.connect(connect("carol")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        var dave = broker.connect(connect("dave"));
        broker.storage().holdCommits();
        dave.sends(publish("t", "pending").qos1(1));
        carol.acknowledges(carol.receives(publish("t", "pending").qos1()));
        broker.stopsWithoutWaiting(() -> {});
        alice.sends(publish("t", "late").qos1(2)).receivesNothing();
        carol.receivesNothing();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        dave.receives(puback(1));
        dave.isClosedAfter(disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
        alice.isClosedAfter(disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
        carol.isClosedAfter(disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
    }

    @Test
    void commitThatNeverEnds_isWaitedForNoLongerThanTheTimeout() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "one").qos1(1));
        boolean[] stopped = new boolean[1];
        broker.stopsWithoutWaiting(() -> stopped[0] = true);
        broker.advance(Duration.ofSeconds(12));
        assertThat(stopped[0]).isTrue();
        alice.isClosedAfter(disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
    }

    @Test
    void storageThatHangs_isWaitedForAsLongAsTheTimeoutSays() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "one").qos1(1));
        boolean[] stopped = new boolean[1];
        broker.stopsWithin(Duration.ofSeconds(3), () -> stopped[0] = true);
        broker.advance(Duration.ofMillis(2900));
        alice.isOpen();
        assertThat(stopped[0]).isFalse();
        broker.advance(Duration.ofMillis(200));
        alice.isClosedAfter(disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
        assertThat(stopped[0]).isTrue();
    }

    @Test
    void storageThatHangs_isWaitedForWithoutEndWhenThereIsNoTimeout() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "one").qos1(1));
        boolean[] stopped = new boolean[1];
        broker.stopsWithin(Duration.ZERO, () -> stopped[0] = true);
        broker.advance(Duration.ofHours(1));
        assertThat(stopped[0]).isFalse();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(puback(1));
        alice.isClosedAfter(disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
        assertThat(stopped[0]).isTrue();
    }

    @Test
    void connectionOnItsWayToAnotherLoop_isToldOfTheStop() {
        List<ReasonCode> told = new ArrayList<>();
        for (int turns = 0; turns < 8; turns++) {
            for (String name : List.of("alice", "bob", "carol")) {
                broker.configured(settings());
                var client = broker.opens(name).sendsWithoutTurn(connect(name).packet());
                for (int i = 0; i < turns; i++) {
                    broker.turn();
                }
                boolean[] stopped = new boolean[1];
                broker.stopsWithoutWaiting(() -> stopped[0] = true);
                broker.advance(Duration.ofSeconds(1));
                assertThat(stopped[0]).isTrue();
                assertThat(client.network().isClosed()).isTrue();
                client.hearsAll().stream()
                        .filter(packet -> packet instanceof ConnAck)
                        .forEach(packet -> told.add(((ConnAck) packet).reasonCode()));
            }
        }
        assertThat(told).contains(ReasonCode.SERVER_UNAVAILABLE, ReasonCode.SUCCESS);
    }

    @Test
    void connectionThatComesDuringTheStop_isClosed() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "one").qos1(1));
        broker.stopsWithoutWaiting(() -> {});
        broker.opens("late").isClosed();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(puback(1));
        alice.isClosedAfter(disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
    }

    @Test
    void willWithoutDelay_isPublishedBeforeTheStorageCloses() {
        offline("bob");
        var alice = broker.connect(connect("alice").will(publish("t", "gone").qos1()));
        broker.restarts();
        alice.isClosedAfter(disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "gone").qos1()));
        bob.receivesNothing();
    }

    @Test
    void willWithDelay_keepsItsClock() {
        offline("bob");
        broker.connect(connect("alice")
                        .expiry(600)
                        .will(publish("t", "gone").qos1().delay(60)))
                .mayLeaveUnheard();
        broker.restarts(Duration.ofSeconds(10));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.receivesNothing();
        broker.advance(Duration.ofSeconds(62));
        bob.acknowledges(bob.receives(publish("t", "gone").qos1()));
    }

    private void offline(String client) {
        broker.connect(connect(client).expiry(600)).subscribes("t").vanishes();
    }
}
