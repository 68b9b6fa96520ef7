package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.pingreq;
import static io.pipit.simulation.Packets.pingresp;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.Message;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that does not read costs its own bound, and nobody else anything. */
final class SlowClientTest {
    private static final int KIB = 1024;

    @RegisterExtension
    final Dialogue broker = new Dialogue(settings().outgoingBytes(100 * KIB));

    /** Each costs the same, however many wait before it. */
    @Tag("long")
    @Test
    void manyThatWaitForTheStorage_takeTimeByTheirNumber() {
        cpuNanosFor(5_000);
        long some = cpuNanosFor(20_000);
        long many = cpuNanosFor(160_000);
        assertThat(many).as("CPU time of 160,000 beside that of 20,000").isLessThan(some * 32);
        broker.configured(settings());
    }

    private long cpuNanosFor(int messages) {
        broker.configured(settings().uncommittedBytes(0).memory(4L << 30));
        broker.connect(connect("bob").expiry(600).receiveMaximum(1))
                .mayLeaveUnheard()
                .subscribes("t", 1);
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        Message message = new Message(
                TopicName.of("t"), Payload.of("x"), QoS.AT_LEAST_ONCE, false, Properties.NONE, Message.NEVER, null);
        long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int i = 0; i < messages; i++) {
            broker.publishesWithoutTurn(message);
        }
        broker.runUntilIdle();
        long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        alice.disconnects();
        broker.storage().crash();
        return end - begin;
    }

    @Test
    void qos0_isHeldUpToTheBoundAndThenDropped() {
        var bob = broker.connect(connect("bob")).subscribes("t").stalls();
        var carol = broker.connect(connect("carol")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        String payload = "x".repeat(10 * KIB);
        for (int i = 0; i < 50; i++) {
            alice.publishes(publish("t", payload + i));
            carol.receives(publish("t", payload + i));
        }
        bob.readsOn();
        var heard = bob.hearsAll();
        assertThat(heard.size()).isBetween(9, 15);
        for (int i = 0; i < heard.size(); i++) {
            assertThat(((Publish) heard.get(i)).payload()).isEqualTo(Payload.of(payload + i));
        }
        broker.dropped("bob", DropReason.CLIENT_TOO_SLOW, 50 - heard.size());
        alice.publishes(publish("t", "now"));
        bob.receives(publish("t", "now"));
        carol.receives(publish("t", "now"));
    }

    @Test
    void qos0_whereTheBufferHasNoBound_isAllHeld() {
        broker.configured(settings().outgoingBytes(0));
        var bob = broker.connect(connect("bob")).subscribes("t").stalls();
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 50; i++) {
            alice.publishes(publish("t", "x".repeat(10 * KIB)));
        }
        bob.readsOn();
        assertThat(bob.hearsAll()).hasSize(50);
        broker.droppedNothing("bob");
    }

    @ParameterizedTest
    @ValueSource(ints = {999, 1_000})
    void qos0_isDroppedFromTheByteOnAtWhichTheBoundIsReached(int held) {
        broker.configured(settings().outgoingBytes(1_000));
        var bob = broker.connect(connect("bob").v311()).subscribes("t", 0).stalls();
        var alice = broker.connect(connect("alice"));
        int overhead = 1 + 2 + 2 + 1;
        alice.publishes(publish("t", "x".repeat(held - overhead))).publishes(publish("t", "more"));
        broker.dropped("bob", DropReason.CLIENT_TOO_SLOW, held < 1_000 ? 0 : 1);
        bob.readsOn().hearsAll();
    }

    @Test
    void qos1_isQueuedAndComesInOrder() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t").stalls();
        var alice = broker.connect(connect("alice"));
        String payload = "x".repeat(10 * KIB);
        for (int i = 0; i < 50; i++) {
            alice.publishes(publish("t", payload + i).qos1());
        }
        bob.readsOn();
        for (int i = 0; i < 50; i++) {
            bob.acknowledges(bob.receives(publish("t", payload + i).qos1()));
        }
        bob.receivesNothing();
        broker.droppedNothing("bob");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void moreThanTheBoundInOneTurn_isSentWhenTheNetworkHasTakenThat(int topicAliasMaximum) {
        var bob = broker.connect(connect("bob").topicAliasMaximum(topicAliasMaximum))
                .mayLeaveUnheard()
                .subscribes("t");
        Packet[] together = IntStream.rangeClosed(1, 50)
                .mapToObj(i -> publish("t", "x".repeat(10 * KIB)).qos1(i).packet())
                .toArray(Packet[]::new);
        broker.connect(connect("alice")).mayLeaveUnheard().sendsTogether(together);
        assertThat(bob.unheard()).isEqualTo(50);
    }

    @Test
    void connectionThatTakesNothing_isNotReadAboveItsBound() {
        var bob = broker.connect(connect("bob")).subscribes("t").stalls();
        String payload = "x".repeat(10 * KIB);
        for (int i = 0; i < 30; i++) {
            bob.sendsWithoutTurn(publish("t", payload + i).packet());
            bob.sendsWithoutTurn(pingreq());
            broker.runUntilIdle();
        }
        assertThat(bob.network().isPaused()).isTrue();
        bob.readsOn();
        assertThat(bob.network().isPaused()).isFalse();
        assertThat(bob.hearsAll().stream().filter(packet -> packet.equals(pingresp())))
                .hasSize(30);
    }

    @Test
    void answersThatFillTheBufferInOneTurn_pauseNoLongerThanThat() {
        broker.configured(settings().outgoingBytes(4));
        var bob = broker.connect(connect("bob"));
        bob.sendsTogether(pingreq(), pingreq(), pingreq(), pingreq(), pingreq());
        for (int i = 0; i < 5; i++) {
            bob.receives(pingresp());
        }
        assertThat(bob.network().isPaused()).isFalse();
    }

    @Test
    void stalledClient_isDisconnectedByItsKeepAlive() {
        var bob = broker.connect(connect("bob").keepAlive(10)).subscribes("t").stalls();
        broker.advance(Duration.ofSeconds(30));
        assertThat(bob.network().isClosed()).isTrue();
    }

    @Test
    void uncommittedBytesAboveTheirBound_pauseThePublishersThatNeedTheDisk() {
        broker.configured(settings().uncommittedBytes(100 * KIB));
        broker.connect(connect("bob").expiry(600)).subscribes("stored").vanishes();
        var carol = broker.connect(connect("carol")).subscribes("free");
        var alice = broker.connect(connect("alice"));
        var dave = broker.connect(connect("dave"));
        broker.storage().holdCommits();
        for (int i = 1; i <= 50; i++) {
            alice.sends(publish("stored", "x".repeat(10 * KIB)).qos1(i));
        }
        assertThat(alice.network().isPaused()).isTrue();
        long pending = broker.storage().held().stream().mapToLong(Batch::bytes).sum();
        assertThat(pending).isLessThan(200L * KIB);
        dave.publishes(publish("free", "hi").qos1());
        carol.acknowledges(carol.receives(publish("free", "hi").qos1()));

        broker.storage().releaseCommits();
        broker.runUntilIdle();
        broker.advance(Duration.ofSeconds(2));
        for (int i = 1; i <= 50; i++) {
            alice.receives(puback(i));
        }
        assertThat(alice.network().isPaused()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0})
    void publisher_isPausedWhenItPublishesWhileTheBoundIsPassed_byAByte(int more) {
        long bytes = storedBytesOf("x");
        broker.configured(settings().uncommittedBytes(bytes + more));
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "x").qos1(1));
        assertThat(alice.network().isPaused()).isFalse();
        alice.sends(publish("t", "x").qos1(2));
        assertThat(alice.network().isPaused()).isEqualTo(more < 0);
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(puback(1));
        alice.receives(puback(2));
        assertThat(alice.network().isPaused()).isFalse();
    }

    /** What is handed to the storage for one queue that gets a message. */
    private long storedBytesOf(String payload) {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", payload).qos1(1));
        long bytes = broker.storage().held().stream().mapToLong(Batch::bytes).sum();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(puback(1));
        return bytes;
    }

    @Test
    void whileOthersFillTheBound_aPublisherThatNeedsTheDiskHasOneMessageUnderWay() {
        broker.configured(settings().uncommittedBytes(100 * KIB));
        broker.connect(connect("bob").expiry(600)).subscribes("stored").vanishes();
        var alice = broker.connect(connect("alice"));
        var dave = broker.connect(connect("dave"));
        broker.storage().holdCommits();
        alice.sends(publish("stored", "x".repeat(101 * KIB)).qos1(1));
        for (int i = 1; i <= 3; i++) {
            dave.sends(publish("stored", "y").qos1(i));
        }
        assertThat(dave.network().isPaused()).isTrue();
        assertThat(broker.storage().held()).hasSize(2);

        broker.storage().releaseCommits();
        broker.runUntilIdle();
        for (int i = 1; i <= 3; i++) {
            dave.receives(puback(i));
        }
        assertThat(dave.network().isPaused()).isFalse();
        alice.receives(puback(1));
    }

    @Test
    void publisher_whereUncommittedBytesHaveNoBound_isNotPaused() {
        broker.configured(settings().uncommittedBytes(0));
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "x".repeat(10 * KIB)).qos1(1));
        assertThat(alice.network().isPaused()).isFalse();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(puback(1));
    }

    @Test
    void pausedPublisher_isReadOnceASecond() {
        broker.configured(settings().uncommittedBytes(100 * KIB));
        broker.connect(connect("bob").expiry(600)).subscribes("stored").vanishes();
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        int sent = 0;
        while (!alice.network().isPaused()) {
            alice.sends(publish("stored", "x".repeat(10 * KIB)).qos1(++sent));
        }
        alice.sends(pingreq());
        assertThat(alice.hearsAll()).isEmpty();

        broker.advance(Duration.ofSeconds(2));
        alice.receives(pingresp());
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        assertThat(alice.hearsAll()).hasSize(sent);
    }

    @Test
    void keepAliveOfAPausedPublisher_stands() {
        broker.configured(settings().uncommittedBytes(100 * KIB));
        broker.connect(connect("bob").expiry(600)).subscribes("stored").vanishes();
        var alice = broker.connect(connect("alice").keepAlive(10));
        broker.storage().holdCommits();
        for (int i = 1; i <= 50; i++) {
            alice.sends(publish("stored", "x".repeat(10 * KIB)).qos1(i));
        }
        broker.advance(Duration.ofSeconds(30)); // each second lets one more of them in
        alice.isOpen();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        broker.advance(Duration.ofSeconds(2));
        assertThat(alice.hearsAll()).hasSize(50);
        broker.advance(Duration.ofSeconds(26)); // and goes on when it is read again
        alice.isClosedAfter(disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }
}
