package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.pingreq;
import static io.pipit.simulation.Packets.pingresp;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Publish;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The bound on the memory of all queues together: who fills it waits, nobody is stuck, everything arrives. */
final class MemoryTest {
    private static final int KIB = 1024;

    @RegisterExtension
    final Dialogue broker = new Dialogue(settings().memory(512 * KIB));

    @Test
    void publisherThatFillsTheMemory_isPausedUntilThereIsRoom() {
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("t");
        var carol = broker.connect(connect("carol"));
        var alice = broker.connect(connect("alice"));
        for (int i = 1; i <= 200; i++) {
            alice.sends(publish("t", "x".repeat(10 * KIB) + i).qos1(i));
        }
        assertThat(alice.network().isPaused()).isTrue();
        assertThat(alice.unheard()).isBetween(40, 70);
        carol.sends(pingreq()).receives(pingresp());
        alice.mayLeaveUnheard();
        for (int i = 1; i <= 200; i++) {
            if (bob.unheard() == 0) {
                broker.advance(Duration.ofSeconds(1));
            }
            bob.acknowledges(bob.receives(publish("t", "x".repeat(10 * KIB) + i).qos1()));
        }
        broker.advance(Duration.ofSeconds(1));
        assertThat(alice.network().isPaused()).isFalse();
        assertThat(alice.hearsAll()).hasSize(200);
        broker.droppedNothing("bob");
    }

    @Test
    void smallBound_isKeptToo() {
        broker.configured(settings().memory(40 * KIB));
        var bob =
                broker.connect(connect("bob").receiveMaximum(1)).subscribes("t").mayLeaveUnheard();
        var alice = broker.connect(connect("alice")).mayLeaveUnheard();
        for (int i = 1; i <= 50; i++) {
            alice.sends(publish("t", "x".repeat(KIB)).qos1(i));
        }
        assertThat(alice.network().isPaused()).isTrue();
        bob.vanishes();
        broker.advance(Duration.ofSeconds(1));
        assertThat(alice.network().isPaused()).isFalse();
        assertThat(alice.hearsAll()).hasSize(50);
    }

    @Test
    void subscriberThatGoes_leavesItsMemory() {
        var bob =
                broker.connect(connect("bob").receiveMaximum(1)).subscribes("t").mayLeaveUnheard();
        var alice = broker.connect(connect("alice")).mayLeaveUnheard();
        for (int i = 1; i <= 200; i++) {
            alice.sends(publish("t", "x".repeat(10 * KIB) + i).qos1(i));
        }
        assertThat(alice.network().isPaused()).isTrue();
        bob.vanishes();
        broker.advance(Duration.ofSeconds(3));
        assertThat(alice.network().isPaused()).isFalse();
        assertThat(alice.hearsAll()).hasSize(200);
    }

    @Test
    void outgoingBuffers_countToo() {
        broker.configured(settings().memory(1024 * KIB).outgoingBytes(100 * 1024 * KIB));
        var bob =
                broker.connect(connect("bob")).subscribes("t").mayLeaveUnheard().stalls();
        var alice = broker.connect(connect("alice"));
        for (int i = 1; i <= 200; i++) {
            alice.sends(publish("t", "x".repeat(10 * KIB)));
        }
        assertThat(alice.network().isPaused()).isTrue();
        bob.readsOn();
        broker.advance(Duration.ofSeconds(1));
        assertThat(alice.network().isPaused()).isFalse();
        assertThat(bob.hearsAll()).hasSize(200);
    }

    @Test
    void messagesOfAStoredSessionThatIsAway_takeNone() {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 500; i++) {
            alice.publishes(publish("t", "x".repeat(10 * KIB) + i).qos1());
            assertThat(alice.network().isPaused()).isFalse();
        }
        var bob = broker.connect(connect("bob").resuming().expiry(600).receiveMaximum(3));
        for (int i = 0; i < 500; i++) {
            bob.acknowledges(bob.receives(publish("t", "x".repeat(10 * KIB) + i).qos1()));
        }
    }

    @Test
    void messagesOfAStoredSessionThatIsBehind_takeNoMoreThanItsTail() {
        broker.configured(settings().memory(4 * KIB * KIB));
        var bob = broker.connect(connect("bob").expiry(600).receiveMaximum(2)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 1_000; i++) {
            alice.publishes(publish("t", "x".repeat(10 * KIB) + i).qos1());
            assertThat(alice.network().isPaused()).isFalse();
        }
        for (int i = 0; i < 1_000; i++) {
            bob.acknowledges(bob.receives(publish("t", "x".repeat(10 * KIB) + i).qos1()));
        }
        alice.publishes(publish("t", "now").qos1());
        bob.acknowledges(bob.receives(publish("t", "now").qos1()));
    }

    @Test
    void whatIsStored_takesNoneAnyMore_whenItsClientGoes() {
        broker.configured(settings().memory(1024 * KIB));
        var alice = broker.connect(connect("alice"));
        for (String client : List.of("bob", "carol", "dave")) {
            var slow = broker.connect(connect(client).expiry(600).receiveMaximum(1))
                    .mayLeaveUnheard()
                    .subscribes(client);
            for (int i = 0; i < 60; i++) {
                alice.publishes(publish(client, "x".repeat(10 * KIB)).qos1());
                assertThat(alice.network().isPaused()).isFalse();
            }
            slow.vanishes();
        }
    }

    @Test
    void queueThatEndsBeforeItIsDurable_isCountedOutOnce() {
        broker.configured(settings().memory(1024 * KIB));
        broker.connect(connect("bob").expiry(600).receiveMaximum(1))
                .mayLeaveUnheard()
                .subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        for (int i = 1; i <= 60; i++) {
            alice.sends(publish("t", "x".repeat(10 * KIB)).qos1(i));
        }
        broker.tries(connect("bob").receiveMaximum(1)).mayLeaveUnheard();
        broker.storage().releaseCommits();
        broker.advance(Duration.ofSeconds(1));
        assertThat(alice.hearsAll()).hasSize(60);
        var bob = broker.connect(connect("bob").receiveMaximum(1))
                .mayLeaveUnheard()
                .subscribes("t");
        int admitted = 0;
        while (!alice.network().isPaused()) {
            assertThat(++admitted).as("messages that are admitted").isLessThan(110);
            alice.sends(publish("t", "x".repeat(10 * KIB)).qos1(admitted));
        }
        assertThat(admitted).isGreaterThan(90);
        bob.vanishes();
        broker.advance(Duration.ofSeconds(3));
        alice.hearsAll();
    }

    @Tag("long")
    @Test
    void messagesOfAStoredSessionThatIsSlow_leaveTheMemoryWhenItIsShort() {
        broker.configured(settings().memory(256 * KIB));
        var bob = broker.connect(connect("bob").expiry(600).receiveMaximum(1)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        for (int i = 1; i <= 100; i++) {
            alice.sends(publish("t", "x".repeat(10 * KIB) + i).qos1(i));
        }
        assertThat(alice.network().isPaused()).isTrue();
        broker.advance(Duration.ofSeconds(5));
        assertThat(alice.hearsAll()).hasSize(100);
        for (int i = 1; i <= 100; i++) {
            bob.acknowledges(bob.receives(publish("t", "x".repeat(10 * KIB) + i).qos1()));
        }
    }

    @Test
    void twoThatPublishToEachOtherAtTheLimit_bothMakeProgress() {
        int messages = 150;
        var alice = broker.connect(connect("alice").receiveMaximum(5)).subscribes("to/alice", 1);
        var bob = broker.connect(connect("bob").receiveMaximum(5)).subscribes("to/bob", 1);
        for (int i = 1; i <= messages; i++) {
            alice.sendsWithoutTurn(
                    publish("to/bob", "x".repeat(10 * KIB)).qos1(i).packet());
            bob.sendsWithoutTurn(
                    publish("to/alice", "x".repeat(10 * KIB)).qos1(i).packet());
        }
        broker.runUntilIdle();
        int received = 0;
        for (int seconds = 0; received < 2 * messages; seconds++) {
            assertThat(seconds).as("seconds until all have arrived").isLessThan(1_000);
            received += acknowledgeAll(alice) + acknowledgeAll(bob);
            broker.advance(Duration.ofSeconds(1));
        }
        assertThat(received).isEqualTo(2 * messages);
        acknowledgeAll(alice);
        acknowledgeAll(bob);
    }

    @Test
    void keepAliveOfAPausedPublisher_stands() {
        broker.connect(connect("bob").receiveMaximum(1)).subscribes("t").mayLeaveUnheard();
        var alice = broker.connect(connect("alice").keepAlive(10)).mayLeaveUnheard();
        for (int i = 1; i <= 500; i++) {
            alice.sends(publish("t", "x".repeat(10 * KIB)).qos1(i));
        }
        broker.advance(Duration.ofSeconds(100));
        alice.isOpen();
    }

    private static int acknowledgeAll(SimulatedClient client) {
        int received = 0;
        for (Packet packet : client.hearsAll()) {
            if (packet instanceof Publish publish) {
                received++;
                client.sendsWithoutTurn(puback(publish.packetIdentifier()));
            }
        }
        return received;
    }
}
