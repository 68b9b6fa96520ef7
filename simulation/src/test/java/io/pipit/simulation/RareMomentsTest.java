package io.pipit.simulation;

import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.QueuePolicy;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What histories made from seeds have found, as dialogues. */
final class RareMomentsTest {
    private static final String LARGE = "x".repeat(3_000);

    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    void bufferThatFillsAgainInTheTurnOfItsWakeUp_doesNotPauseForEver() {
        broker.configured(settings().outgoingBytes(1_000));
        var bob = broker.connect(connect("bob").expiry(600))
                .subscribes("stored", 2)
                .subscribes("direct", 0);
        bob.sendsTogether(
                publish("stored", LARGE).qos2(1).packet(),
                publish("direct", LARGE).packet());
        assertThat(bob.network().isPaused()).isFalse();
        bob.mayLeaveUnheard();
    }

    @Test
    void removalThatBecomesDurableWhileItsClientConnectsAgain_isNotToldBeforeConnack() {
        var alice = broker.connect(connect("alice").expiry(600));
        alice.sends(publish("t", "x").qos2(1));
        alice.receives(Packets.pubrec(1, ReasonCode.NO_MATCHING_SUBSCRIBERS));
        broker.storage().holdCommits();
        alice.sends(pubrel(1));
        alice.vanishes();
        var again = broker.tries(connect("alice").expiry(600).resuming());
        broker.storage().releaseOneCommit();
        broker.runUntilIdle();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        again.receives(connackPresent());
    }

    @Test
    @Spec("MQTT-3.3.2-5")
    void messageThatMayHaveBeenSentAtQos0BeforeACrash_expiresAllTheSame() {
        broker.configured(settings().queueQos0());
        broker.connect(connect("bob").expiry(600).receiveMaximum(1))
                .subscribes("first", 1)
                .subscribes("t", 0)
                .mayLeaveUnheard();
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("first", "1").qos1());
        alice.publishes(publish("first", "2").qos1());
        alice.publishes(publish("t", "x").qos1().expiry(10));
        broker.crashes(Duration.ofSeconds(30));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("first", "1").qos1().asDuplicate()));
        bob.acknowledges(bob.receives(publish("first", "2").qos1().asDuplicate()));
        bob.receivesNothing();
        broker.dropped("bob", DropReason.EXPIRED, 1);
    }

    @Test
    @Spec("MQTT-3.1.3-9")
    void crash_doesNotLetTheWillsOfConnectedClientsComeEarly() {
        broker.connect(connect("bob").expiry(600)).subscribes("will");
        broker.connect(connect("alice").expiry(600).will(publish("will", "gone").delay(12)));
        broker.advance(Duration.ofSeconds(9)); // the time was stored at the start, and is not stored again yet
        broker.crashes();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        broker.advance(Duration.ofSeconds(11));
        broker.connect(connect("alice").resuming().expiry(600));
        broker.advance(Duration.ofSeconds(30));
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-4.8.2-5")
    void sharedMessageInFlightAtQos2_isNotGivenToAnotherThoughACrashInterruptsTheEndOfItsSession() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("$share/g/t", 2);
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "x").qos2());
        bob.receives(publish("t", "x").qos2());
        bob.vanishes();
        broker.connect(connect("carol").expiry(600)).subscribes("$share/g/t", 2);
        broker.storage().holdCommits();
        broker.tries(connect("bob").expiry(600));
        broker.storage().releaseOneCommit(); // its session has ended, and what is left of it is there
        broker.crashes();
        broker.advance(Duration.ofSeconds(2));
        broker.connect(connect("carol").resuming().expiry(600)).receivesNothing();
    }

    @Test
    void crash_doesNotLetTheSessionsOfConnectedClientsExpireEarly() {
        broker.connect(connect("alice").expiry(12));
        broker.advance(Duration.ofSeconds(9)); // the time was stored at the start, and is not stored again yet
        broker.crashes();
        broker.advance(Duration.ofSeconds(11));
        broker.tries(connect("alice").expiry(12).resuming()).receives(connackPresent());
    }

    @Test
    void subscriptionOf31ThatCannotBeStored_isNotGranted() {
        var alice = broker.connect(connect("alice").v31().resuming());
        broker.storage().failCommits("no space left", true);
        alice.sends(Packets.subscribe(1, "t").qos(1));
        alice.isClosed();
    }

    @Test
    void subscriptionOf31WhileTheStorageRefuses_isNotGranted() {
        var alice = broker.connect(connect("alice").v31().resuming());
        broker.storage().refuse("there is too little room");
        alice.sends(Packets.subscribe(1, "t").qos(1));
        alice.isClosed();
    }

    @Test
    void qos0ThatWasQueued_isNotOvertakenByQos0ThatComesLater() {
        broker.configured(settings().queueQos0());
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t", 1);
        bob.vanishes();
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "first").qos1());
        alice.publishes(publish("t", "second"));
        bob = broker.connect(connect("bob").expiry(600).receiveMaximum(1).resuming());
        alice.publishes(publish("t", "third").qos1());
        alice.publishes(publish("t", "fourth"));
        var first = bob.receives(publish("t", "first").qos1());
        bob.receives(publish("t", "second"));
        bob.acknowledges(first);
        bob.acknowledges(bob.receives(publish("t", "third").qos1()));
        bob.receives(publish("t", "fourth"));
    }

    @Test
    void messageThatIsDroppedWhileItsClientConnects_isNotSentFromItsRow() {
        broker.configured(settings().queue(2, QueuePolicy.DROP_OLDEST));
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t", 2);
        bob.vanishes();
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "first").qos1());
        alice.publishes(publish("t", "second").qos1());
        broker.storage().holdCommits();
        var again = broker.tries(connect("bob").expiry(600).resuming());
        alice.sends(publish("t", "third").qos1(7));
        broker.runUntilIdle();
        broker.dropped("bob", DropReason.QUEUE_FULL, 1);
        broker.storage().releaseOneCommit();
        broker.runUntilIdle();
        again.receives(connackPresent());
        again.acknowledges(again.receives(publish("t", "second").qos1()));
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(new PubAck(7));
        again.acknowledges(again.receives(publish("t", "third").qos1()));
        again.receivesNothing();
    }

    @Test
    void absenceThatIsWrittenAgainWhileItsClientConnects_isNotWrittenBehindTheConnection() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t", 2);
        broker.storage().failCommits("input/output error", false);
        bob.vanishes();
        broker.storage().recover();
        broker.storage().holdCommits();
        bob = broker.tries(connect("bob").expiry(600).resuming());
        broker.advance(Duration.ofSeconds(2));
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        bob.receives(connackPresent());
        broker.connect(connect("alice")).publishes(publish("t", "x").qos1());
        bob.receives(publish("t", "x").qos1());
        broker.crashes();
        bob = broker.tries(connect("bob").expiry(600).resuming());
        bob.receives(connackPresent());
        assertThat(bob.receivesPublish().dup()).isTrue();
    }

    @Test
    void willWhoseRowIsRemovedAgainWhileItsClientConnects_doesNotTakeTheNextWillWithIt() {
        broker.connect(connect("bob").expiry(600)).subscribes("t", 1).vanishes();
        var alice = broker.connect(connect("alice").expiry(600).will(publish("nobody", "first")));
        broker.storage().failCommits("input/output error", false);
        alice.vanishes();
        broker.storage().recover();
        broker.storage().holdCommits();
        alice = broker.tries(connect("alice")
                .expiry(600)
                .resuming()
                .will(publish("t", "second").qos1()));
        broker.advance(Duration.ofSeconds(2));
        broker.storage().releaseCommits();
        broker.advance(Duration.ofSeconds(2));
        alice.receives(connackPresent());
        broker.crashes();
        broker.advance(Duration.ofSeconds(2));
        var bob = broker.connect(connect("bob").expiry(600).resuming());
        bob.acknowledges(bob.receives(publish("t", "second").qos1()));
    }

    @Test
    void willWhoseRowIsRemovedAgainWhileItsClientConnectsInVain_leavesNoRow() {
        var alice = broker.connect(connect("alice").expiry(600).will(publish("nobody", "first")));
        broker.storage().failCommits("input/output error", false);
        alice.vanishes();
        broker.storage().recover();
        broker.storage().holdCommits();
        alice = broker.tries(connect("alice").expiry(600).resuming().will(publish("nobody", "second")));
        broker.advance(Duration.ofSeconds(2));
        broker.storage().failHeldCommits("input/output error");
        broker.advance(Duration.ofSeconds(5));
        assertThat(alice.receivesConnack().reasonCode().isError()).isTrue();
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
        broker.crashes();
        broker.advance(Duration.ofSeconds(2));
        broker.connect(connect("alice").expiry(600).resuming()).receivesNothing();
    }

    @Test
    void entryAcknowledgedAndThenLeftByItsSession_givesItsClaimOnTheMessageBackOnce() {
        for (int i = 1; i <= 9; i++) {
            broker.connect(connect("c" + i).expiry(600)).subscribes("t", 1).vanishes();
        }
        var first = broker.connect(connect("c1").expiry(600).resuming());
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "x").qos1(7));
        first.acknowledges(first.receives(publish("t", "x").qos1())).mayLeaveUnheard();
        broker.tries(connect("c1").expiry(600)).mayLeaveUnheard();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(new PubAck(7));
        for (int i = 2; i <= 9; i++) {
            broker.advance(Duration.ofSeconds(2));
            var other = broker.tries(connect("c" + i).expiry(600).resuming());
            other.receives(connackPresent());
            other.acknowledges(other.receives(publish("t", "x").qos1()));
        }
    }
}
