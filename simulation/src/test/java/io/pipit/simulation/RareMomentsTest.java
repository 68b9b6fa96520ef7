package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.QueuePolicy;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    void retainedMessageAtQos0_waitsForRoomInTheQueueThatItHasToWaitIn() {
        broker.configured(settings().queue(2, QueuePolicy.DISCONNECT).queueQos0());
        var alice = broker.connect(connect("alice"));
        var bob = broker.connect(connect("bob").expiry(600).receiveMaximum(1)).subscribes("t", 1);
        alice.publishes(publish("r/1", "old").retained());
        alice.publishes(publish("t", "1").qos1());
        alice.publishes(publish("t", "2").qos1());
        var first = bob.receives(publish("t", "1").qos1());
        bob.subscribes("r/+", 0);
        bob.acknowledges(first);
        bob.acknowledges(bob.receives(publish("t", "2").qos1()));
        bob.receives(publish("r/1", "old").retained());
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
    void absenceThatIsWrittenAgainWhileItsClientConnectsInVain_isWrittenAfterThat() {
        var bob = broker.connect(connect("bob").expiry(60));
        broker.storage().failCommits("input/output error", false);
        bob.vanishes();
        broker.storage().recover();
        broker.storage().holdCommits();
        bob = broker.tries(connect("bob").expiry(600).resuming());
        broker.advance(Duration.ofSeconds(2));
        broker.storage().failHeldCommits("input/output error");
        broker.advance(Duration.ofSeconds(5));
        assertThat(bob.receivesConnack().reasonCode().isError()).isTrue();
        broker.advance(Duration.ofSeconds(33));
        broker.crashes(); // from its row it is known how long he has been away
        broker.advance(Duration.ofSeconds(25));
        broker.tries(connect("bob").expiry(600).resuming()).receives(connack());
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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void willWhoseRowIsRemovedAgainWhileItsClientConnectsWithoutOne_leavesNoRow(boolean cleanStart) {
        var alice = broker.connect(connect("alice").expiry(600).will(publish("t", "gone")));
        broker.storage().failCommits("input/output error", false);
        alice.disconnects();
        broker.storage().recover();
        broker.storage().holdCommits();
        var draft = connect("alice").expiry(600);
        alice = broker.tries(cleanStart ? draft : draft.resuming());
        broker.advance(Duration.ofSeconds(2));
        broker.storage().releaseCommits();
        broker.advance(Duration.ofSeconds(5));
        alice.receives(cleanStart ? connack() : connackPresent());
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
    }

    /** What becomes of the storage while a message of a shared subscription is on its way. */
    enum Storage {
        SOUND,
        FAILS,
        FAILS_BEFORE_A_CRASH
    }

    /** A new broker, in which two clients that are away share a subscription. */
    private void shareOffline(String... members) {
        broker.configured(settings());
        for (String member : members) {
            broker.connect(connect(member).expiry(600))
                    .subscribes("$share/g/t", 1)
                    .vanishes();
        }
    }

    @ParameterizedTest
    @EnumSource
    void sharedMessageOnItsWayToASessionThatIsDiscarded_reachesAnother_orIsRefused(Storage storage) {
        for (int turns = 0; turns < 8; turns++) {
            for (String member : List.of("alice", "bob", "dave")) { // on more loops than one
                shareOffline(member, "carol");
                var publisher = broker.connect(connect("publisher")).mayLeaveUnheard();
                broker.storage().holdCommits();
                broker.tries(connect(member).expiry(600)).mayLeaveUnheard();
                broker.storage().releaseCommits();
                publishesAndLater(publisher, turns, () -> {}, storage, true);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"SOUND, true", "SOUND, false", "FAILS, true", "FAILS, false"})
    void sharedMessageOnItsWayToASessionThatEnds_reachesAnother(Storage storage, boolean retained) {
        for (int turns = 0; turns < 8; turns++) {
            for (String member : List.of("alice", "bob", "dave")) { // on more loops than one
                broker.configured(settings());
                broker.connect(connect("carol").expiry(600))
                        .subscribes("$share/g/t", 1)
                        .vanishes();
                var leaving = broker.connect(connect(member))
                        .subscribes("$share/g/t", 1)
                        .mayLeaveUnheard();
                var publisher = broker.connect(connect("publisher")).mayLeaveUnheard();
                publishesAndLater(publisher, turns, () -> leaving.network().peerCloses(), storage, retained);
            }
        }
    }

    /** Publishes two messages, of which those that were acknowledged reach carol. */
    private void publishesAndLater(
            SimulatedClient publisher, int turns, Runnable event, Storage storage, boolean retained) {
        for (int i = 1; i <= 2; i++) {
            PublishDraft message = publish("t", "m" + i).qos1(i);
            publisher.sendsWithoutTurn((retained ? message.retained() : message).packet());
        }
        for (int i = 0; i < turns; i++) {
            broker.turn();
        }
        event.run();
        if (storage != Storage.SOUND) {
            broker.storage().failCommits("input/output error", false);
        }
        broker.runUntilIdle();
        var answers = publisher.hearsAll();
        assertThat(answers).hasSize(2);
        List<String> acknowledged = new ArrayList<>();
        for (Packet packet : answers) {
            if (packet instanceof PubAck ack && !ack.reasonCode().isError()) {
                acknowledged.add("m" + ack.packetIdentifier());
            }
        }
        broker.storage().recover();
        if (storage == Storage.FAILS_BEFORE_A_CRASH) {
            broker.crashes();
        } else {
            broker.advance(Duration.ofSeconds(5));
            assertThat(broker.storage().rows(Table.RETAINED)).isEqualTo(retained ? 1 : 0);
            assertThat(broker.census().holdings().pending()).isZero();
        }
        var carol = broker.connect(connect("carol").expiry(600).resuming());
        List<String> heard = new ArrayList<>();
        while (carol.unheard() > 0) {
            var message = carol.receivesPublish();
            heard.add(message.payload().toText());
            carol.acknowledges(message);
        }
        assertThat(heard).containsAll(acknowledged);
        if (storage == Storage.SOUND) {
            assertThat(acknowledged).hasSize(2);
        }
    }

    @Test
    void sharedMessageThatIsPassedOnToAMemberForWhomItCannotBeStored_isRefused_andRetainedAllTheSame() {
        for (int turns = 0; turns < 8; turns++) {
            for (String member : List.of("alice", "bob", "dave")) { // on more loops than one
                shareOffline(member, "carol");
                var publisher = broker.connect(connect("publisher"));
                broker.storage().holdCommits();
                broker.tries(connect(member).expiry(600)).mayLeaveUnheard();
                publisher.sendsWithoutTurn(publish("t", "x").qos1(1).retained().packet());
                for (int i = 0; i < turns; i++) {
                    broker.turn();
                }
                broker.storage().releaseOneCommit(); // the session that the message is on its way to ends
                broker.runUntilIdle();
                failTheFirstHeldEntry();
                broker.storage().releaseCommits();
                broker.runUntilIdle();
                publisher.receives(Packets.puback(1, ReasonCode.QUOTA_EXCEEDED));
                broker.advance(Duration.ofSeconds(5));
                broker.crashes();
                broker.connect(connect("carol").expiry(600).resuming()).receivesNothing();
                broker.connect(connect("eve"))
                        .subscribes("t")
                        .receives(publish("t", "x").qos1().retained());
            }
        }
    }

    /** What waits for the storage becomes durable, up to the first message for a queue, which does not. */
    private void failTheFirstHeldEntry() {
        while (broker.storage().held().getFirst().changes().stream()
                .noneMatch(change -> change instanceof Batch.Put put && put.table() == Table.ENTRIES)) {
            broker.storage().releaseOneCommit();
            broker.runUntilIdle();
        }
        broker.storage().failCommits("input/output error", false);
        broker.storage().releaseOneCommit();
        broker.storage().recover();
        broker.runUntilIdle();
    }

    @Test
    void removalThatIsMadeAgain_whileItsSessionIsTakenAway_givesItsClaimOnTheMessageBackOnce() {
        for (int i = 1; i <= 9; i++) {
            broker.connect(connect("c" + i).expiry(600)).subscribes("t", 1).vanishes();
        }
        broker.connect(connect("alice")).publishes(publish("t", "x").qos1());
        var first = broker.connect(connect("c1").expiry(600).resuming());
        var message = first.receives(publish("t", "x").qos1());
        broker.storage().failCommits("input/output error", false);
        first.acknowledges(message);
        broker.storage().recover();
        broker.storage().holdReads();
        first.disconnects(Packets.disconnectWithExpiry(0));
        broker.advance(Duration.ofSeconds(2));
        broker.storage().releaseReads();
        broker.advance(Duration.ofSeconds(5));
        for (int i = 2; i <= 9; i++) {
            var other = broker.tries(connect("c" + i).expiry(600).resuming());
            other.receives(connackPresent());
            other.acknowledges(other.receives(publish("t", "x").qos1()));
            broker.advance(Duration.ofSeconds(2));
        }
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void retainedMessagesThatWereSentWhileTheirSubscriptionWasReplacedInVain_leaveItsRowAsItWas(boolean crashAtOnce) {
        var bob = broker.connect(connect("bob"));
        bob.publishes(publish("r/1", "one").qos1().retained())
                .publishes(publish("r/2", "two").qos1().retained());
        var alice = broker.connect(connect("alice").expiry(600).receiveMaximum(1))
                .subscribes("r/#", 1)
                .mayLeaveUnheard();
        var first = alice.receivesPublish();
        broker.storage().holdCommits();
        alice.sends(subscribe(2, "r/#").qos(0).retainHandling(RetainHandling.DO_NOT_SEND));
        alice.acknowledges(first);
        broker.storage().failCommits("input/output error", false);
        broker.storage().releaseOneCommit();
        broker.storage().recover();
        broker.storage().releaseCommits();
        if (!crashAtOnce) {
            broker.runUntilIdle();
        }
        broker.crashes();
        alice = broker.connect(connect("alice").expiry(600).resuming()).mayLeaveUnheard();
        alice.hearsAll();
        broker.connect(connect("carol")).publishes(publish("r/3", "live").qos1());
        assertThat(alice.receivesPublish().qos()).isEqualTo(QoS.AT_LEAST_ONCE);
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
