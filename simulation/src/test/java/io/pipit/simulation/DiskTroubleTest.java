package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.disconnectWithExpiry;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.Packets.suback;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.Packets.unsubscribe;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.QueuePolicy;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused while the storage cannot take more, and what goes on. */
final class DiskTroubleTest {
    private static final String FULL = "less than 512 MiB free";

    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    void publishThatNeedsTheDisk_isRefused() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        broker.storage().refuse(FULL);
        alice.sends(publish("t", "hi").qos1(1)).receives(puback(1, ReasonCode.QUOTA_EXCEEDED));
        alice.sends(publish("t", "hi").qos2(2)).receives(pubrec(2, ReasonCode.QUOTA_EXCEEDED));
        broker.storage().recover();
        alice.publishes(publish("t", "again").qos2(2));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "again").qos2()));
        bob.receivesNothing();
    }

    @Test
    @Spec("3.1.1:MQTT-4.8.0-2")
    void publishThatNeedsTheDisk_in311_isNotAcknowledgedAndClosedAfterAWhile() {
        offline("bob");
        var alice = broker.connect(connect("alice").v311());
        broker.storage().refuse(FULL);
        alice.sends(publish("t", "hi").qos1(1));
        broker.advance(Duration.ofSeconds(5));
        alice.sends(publish("t", "hi").qos2(2));
        assertThat(alice.unheard()).isZero();
        alice.subscribes("u");
        alice.sends(publish("u", "goes on").qos1(3));
        alice.acknowledges(alice.receivesPublish()).receives(puback(3));
        broker.advance(Duration.ofMillis(4_500));
        assertThat(alice.hasEnded()).isFalse();
        broker.advance(Duration.ofSeconds(1));
        alice.isClosed();
        broker.storage().recover();
        broker.connect(connect("bob").resuming().expiry(600)).receivesNothing();
    }

    @Test
    void publishWhoseCommitFails_in311_isNotAcknowledgedAndClosedAfterAWhile() {
        broker.configured(settings().refuseAfter(Duration.ofSeconds(3)));
        offline("bob");
        var alice = broker.connect(connect("alice").v311());
        broker.storage().failCommits("no space left", true);
        alice.sends(publish("t", "hi").qos1(1));
        broker.advance(Duration.ofSeconds(2));
        assertThat(alice.hasEnded()).isFalse();
        broker.advance(Duration.ofSeconds(2));
        alice.isClosed();
    }

    @Test
    void will_isPublishedWhenItNeedsNoDisk_elseAsSoonAsTheDiskTakesIt() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice").will(publish("t", "gone")));
        var carol =
                broker.connect(connect("carol").will(publish("t", "gone, too").retained()));
        broker.storage().refuse(FULL);
        alice.vanishes();
        bob.receives(publish("t", "gone"));
        carol.vanishes();
        broker.advance(Duration.ofSeconds(10));
        bob.receivesNothing();
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(2));
        bob.receives(publish("t", "gone, too"));
        broker.droppedNothing("carol");
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
    }

    @Test
    void willWhoseCommitFails_isPublishedOnce_whenNothingButItsRowWasToBeStored() {
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        var alice = broker.connect(connect("alice").will(publish("t", "gone")));
        broker.storage().failCommits("no space left", true);
        alice.vanishes();
        bob.receives(publish("t", "gone"));
        broker.advance(Duration.ofSeconds(5));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(2));
        bob.receivesNothing();
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
    }

    @Test
    void willForAnOfflineSession_isTriedAgain_whenItsCommitFails() {
        offline("bob");
        var alice = broker.connect(connect("alice").will(publish("t", "gone").qos1()));
        broker.storage().failCommits("no space left", true);
        alice.vanishes();
        broker.advance(Duration.ofSeconds(5));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(2));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "gone").qos1()));
        bob.receivesNothing();
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
    }

    @Test
    void willWhoseCommitFails_isSentOnceToASessionThatIsConnected() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice").will(publish("t", "gone").qos1()));
        broker.storage().failCommits("no space left", true);
        alice.vanishes();
        bob.acknowledges(bob.receives(publish("t", "gone").qos1()));
        broker.advance(Duration.ofSeconds(5));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(2));
        bob.receivesNothing();
        bob.vanishes();
        broker.connect(connect("bob").resuming().expiry(600)).receivesNothing();
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"DROP_NEWEST", "REFUSE_PUBLISHER"})
    void messageThatWasSentButNotStored_countsInTheQueueNoLongerThanTheConnection(QueuePolicy policy) {
        broker.configured(settings().queue(1, policy));
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.storage().failCommits("no space left", true);
        alice.sends(publish("t", "1").qos1(1)).receives(puback(1, ReasonCode.QUOTA_EXCEEDED));
        bob.receives(publish("t", "1").qos1());
        bob.vanishes();
        broker.storage().recover();
        alice.publishes(publish("t", "2").qos1());
        bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "2").qos1()));
        broker.droppedNothing("bob");
    }

    @Test
    @Spec("3.1.1:MQTT-4.6.0-6")
    void whatFollowsARefusedPublishOnItsTopic_in311_isRefusedToo_andComesAgainInOrder() {
        offline("bob");
        var alice = broker.connect(connect("alice").v311().resuming());
        broker.storage().refuse(FULL);
        alice.sends(publish("t", "1").qos1(1));
        broker.storage().recover();
        alice.sends(publish("t", "2").qos1(2));
        alice.sends(publish("u", "elsewhere").qos1(3)).receives(puback(3));
        broker.advance(Duration.ofSeconds(11));
        alice.isClosed();
        alice = broker.connect(connect("alice").v311().resuming());
        alice.sends(publish("t", "1").qos1(1).asDuplicate()).receives(puback(1));
        alice.sends(publish("t", "2").qos1(2).asDuplicate()).receives(puback(2));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.receives(publish("t", "1").qos1());
        bob.receives(publish("t", "2").qos1());
    }

    @Test
    void messageThatIsDroppedWhileItsClientComesBack_isNotSent() {
        broker.configured(settings().queue(1, QueuePolicy.DROP_OLDEST));
        offline("bob");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "1").qos2());
        broker.storage().holdCommits();
        var bob = broker.tries(connect("bob").resuming().expiry(600));
        alice.sends(publish("t", "2").qos2(2));
        broker.storage().releaseOneCommit();
        broker.runUntilIdle();
        bob.receives(connackPresent());
        bob.receivesNothing();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(pubrec(2));
        bob.acknowledges(bob.receives(publish("t", "2").qos2()));
        bob.receivesNothing();
        broker.dropped("bob", DropReason.QUEUE_FULL, 1);
    }

    @Test
    void sessionThatIsWrittenAsOffline_afterAFailure_isNotSo_whenItsClientComesBackMeanwhile() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        broker.storage().failCommits("no space left", true);
        bob.vanishes();
        broker.storage().recover();
        broker.storage().holdCommits();
        bob = broker.tries(connect("bob").resuming().expiry(600));
        broker.advance(Duration.ofSeconds(2));
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        bob.receives(connackPresent());
        broker.connect(connect("alice")).publishes(publish("t", "1").qos2());
        int identifier = bob.receives(publish("t", "1").qos2()).packetIdentifier();
        broker.crashes(Duration.ZERO);
        bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.receives(publish("t", "1").qos2(identifier).asDuplicate());
    }

    @Test
    void cleanStartWhoseCommitFails_leavesTheSessionThatWasThere() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "1").qos1());
        broker.storage().failCommits("no space left", true);
        broker.tries(connect("bob").expiry(600)).isClosedAfter(connack(ReasonCode.QUOTA_EXCEEDED));
        broker.advance(Duration.ofSeconds(5));
        broker.storage().recover();
        alice.publishes(publish("t", "2").qos1());
        var bob = broker.tries(connect("bob").resuming().expiry(600));
        bob.receives(connackPresent());
        bob.acknowledges(bob.receives(publish("t", "1").qos1()))
                .acknowledges(bob.receives(publish("t", "2").qos1()));
        broker.droppedNothing("bob");
    }

    @Test
    void sessionWhoseCleanStartFailed_stillExpires() {
        broker.connect(connect("bob").expiry(60)).subscribes("t").vanishes();
        broker.advance(Duration.ofSeconds(30));
        broker.storage().failCommits("no space left", true);
        broker.tries(connect("bob").expiry(600)).isClosedAfter(connack(ReasonCode.QUOTA_EXCEEDED));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(33));
        broker.tries(connect("bob").resuming().expiry(600)).receives(connack());
    }

    @Test
    void connectThatComesWhileAnotherWaitsForTheStorage_comesAfterIt() {
        offline("bob");
        broker.connect(connect("alice")).publishes(publish("t", "1").qos1());
        broker.storage().holdCommits();
        var first = broker.tries(connect("bob").expiry(600));
        var second = broker.tries(connect("bob").resuming().expiry(600));
        assertThat(first.unheard() + second.unheard()).isZero();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        first.receives(connack());
        first.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        second.receives(connackPresent());
        second.receivesNothing();
    }

    @Test
    void connectionThatIsLostWhileItsConnectWaitsForTheStorage_leavesASession() {
        broker.storage().holdCommits();
        broker.tries(connect("bob").expiry(60)).vanishes();
        broker.storage().releaseCommits();
        broker.advance(Duration.ofSeconds(30));
        var bob = broker.tries(connect("bob").resuming().expiry(60));
        bob.receives(connackPresent());
        bob.disconnects();
        broker.advance(Duration.ofSeconds(63));
        assertThat(broker.storage().rows(Table.SESSIONS)).isZero();
    }

    @Test
    void sessionOfAConnectionThatWasLostWhileItsConnectWaited_expires() {
        broker.storage().holdCommits();
        broker.tries(connect("bob").expiry(60)).vanishes();
        broker.storage().releaseCommits();
        broker.advance(Duration.ofSeconds(63));
        assertThat(broker.storage().rows(Table.SESSIONS)).isZero();
        assertThat(broker.census().holdings().sessions()).isZero();
    }

    @Test
    void delayedWillOfASession_isPublishedAllTheSame_whenItsNextConnectFails() {
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        broker.connect(connect("alice").expiry(600).will(publish("t", "gone").delay(60)))
                .vanishes();
        broker.advance(Duration.ofSeconds(30));
        broker.storage().failCommits("no space left", true);
        broker.tries(connect("alice").resuming().expiry(600)).isClosedAfter(connack(ReasonCode.QUOTA_EXCEEDED));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(28));
        bob.receivesNothing();
        broker.advance(Duration.ofSeconds(3));
        bob.receives(publish("t", "gone"));
    }

    @Test
    void sharedMessagesOfASessionThatExpires_areNotLost_whenTheirCommitFails() {
        broker.connect(connect("bob").expiry(60)).subscribes("$share/g/t").vanishes();
        broker.connect(connect("alice")).publishes(publish("t", "1").qos1());
        var carol = broker.connect(connect("carol").expiry(600)).subscribes("$share/g/t");
        broker.storage().failCommits("no space left", true);
        broker.advance(Duration.ofSeconds(65));
        carol.hearsAll();
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(5));
        carol.acknowledges(carol.receivesPublish());
        carol.receivesNothing();
        broker.droppedNothing("bob");
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
    }

    @Test
    void sharedMessagesOfASessionThatExpires_areNotGivenTwiceToOneThatIsConnected_whenTheirCommitFails() {
        broker.connect(connect("bob").expiry(60)).subscribes("$share/g/t").vanishes();
        broker.connect(connect("alice")).publishes(publish("t", "1").qos1());
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        broker.advance(Duration.ofSeconds(59));
        broker.storage().holdReads();
        broker.advance(Duration.ofSeconds(3));
        broker.storage().failCommits("no space left", true);
        broker.storage().releaseReads();
        broker.advance(Duration.ofSeconds(5));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(5));
        carol.acknowledges(carol.receives(publish("t", "1").qos1()));
        carol.receivesNothing();
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
    }

    @Test
    void sharedMessagesOfASessionWithoutRows_areNotLost_whenTheirCommitFails() {
        broker.connect(connect("carol").expiry(600)).subscribes("$share/g/t").vanishes();
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("$share/g/t");
        broker.connect(connect("alice"))
                .publishes(publish("t", "1").qos1())
                .publishes(publish("t", "2").qos1());
        bob.receives(publish("t", "1").qos1());
        broker.storage().failCommits("no space left", true);
        bob.vanishes();
        broker.advance(Duration.ofSeconds(5));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(5));
        var carol = broker.connect(connect("carol").resuming().expiry(600));
        assertThat(carol.hearsAll()).hasSize(2);
    }

    @Test
    void rowOfASessionThatExpiredWhileCommitsFail_goes_alsoWhenItsClientIsBackWithoutOne() {
        broker.connect(connect("bob").expiry(60)).vanishes();
        broker.storage().failCommits("no space left", true);
        broker.advance(Duration.ofSeconds(65));
        broker.storage().recover();
        broker.connect(connect("bob"));
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.SESSIONS)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rowsOfASessionThatExpiredWhileCommitsFail_go_andThoseOfTheSessionThatItsClientMakesStay(boolean crash) {
        broker.connect(connect("bob").expiry(60)).subscribes("t").vanishes();
        broker.connect(connect("alice")).publishes(publish("t", "1").qos1());
        broker.storage().failCommits("no space left", true);
        broker.advance(Duration.ofSeconds(65));
        broker.storage().recover();
        broker.storage().holdCommits();
        var bob = broker.tries(connect("bob").expiry(600));
        broker.advance(Duration.ofSeconds(3));
        if (crash) {
            broker.storage().holdReads(); // so that it comes before the rows have gone
        }
        broker.storage().releaseCommits();
        broker.advance(Duration.ofSeconds(5));
        bob.receives(connack());
        broker.crashes();
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.SUBSCRIPTIONS)).isZero();
        broker.tries(connect("bob").resuming().expiry(600)).receives(connackPresent());
    }

    @Test
    void nothingIsLeftBehind_ofWhatEndsWhileCommitsFail() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        var carol = broker.connect(connect("carol").will(publish("u", "gone")));
        var dave = broker.connect(connect("dave").expiry(60));
        broker.connect(connect("alice")).publishes(publish("t", "1").qos1());
        dave.sends(publish("x", "1").qos2(7)).receives(pubrec(7, ReasonCode.NO_MATCHING_SUBSCRIBERS));
        var sent = bob.receives(publish("t", "1").qos1());
        broker.storage().failCommits("no space left", true);
        bob.acknowledges(sent);
        carol.disconnects();
        bob.vanishes();
        dave.vanishes();
        broker.advance(Duration.ofSeconds(70));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(10));
        for (Table table : Table.values()) {
            int expected = table == Table.BROKER ? 2 : 0; // the epoch and the time
            assertThat(broker.storage().rows(table)).as("%s", table).isEqualTo(expected);
        }
    }

    @Test
    void messageOfManyQueues_goesInTheEnd_alsoWhenTheRemovalOfItsEntriesFails() {
        var clients = manyOffline();
        broker.connect(connect("alice")).publishes(publish("t", "many").qos1());
        assertThat(broker.storage().rows(Table.MESSAGES)).isEqualTo(2);
        acknowledgeWithoutEffect(clients);
        broker.advance(Duration.ofSeconds(10));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
    }

    /** Each acknowledges its message, whose removal the storage refuses. */
    private void acknowledgeWithoutEffect(List<String> clients) {
        for (String name : clients) {
            var client = broker.connect(connect(name).resuming().expiry(600));
            var sent = client.receives(publish("t", "many").qos1());
            broker.storage().failCommits("no space left", true);
            client.acknowledges(sent);
            broker.storage().recover();
        }
    }

    @Test
    void sessionThatEndsWhileARemovalIsOnItsWay_givesItsClaimOnAMessageBackOnce() {
        var clients = manyOffline();
        broker.connect(connect("alice")).publishes(publish("t", "many").qos1());
        var first = broker.connect(connect(clients.getFirst()).resuming().expiry(60));
        broker.storage().holdLazyCommits();
        first.acknowledges(first.receives(publish("t", "many").qos1()));
        first.vanishes();
        broker.advance(Duration.ofSeconds(63));
        broker.storage().releaseCommits();
        broker.advance(Duration.ofSeconds(5));
        for (String name : clients.subList(1, clients.size())) {
            var client = broker.connect(connect(name).resuming().expiry(600));
            client.acknowledges(client.receives(publish("t", "many").qos1()));
            broker.advance(Duration.ofSeconds(5));
        }
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
    }

    @Test
    void messageOfManyQueues_goesInTheEnd_alsoWhenItsRowsCannotBeReadAtFirst() {
        var clients = manyOffline();
        broker.connect(connect("alice")).publishes(publish("t", "many").qos1());
        acknowledgeWithoutEffect(clients);
        broker.storage().failReads("a bad block");
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.MESSAGES)).isEqualTo(2);
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
    }

    @Test
    void messageOfManyQueuesThatCannotBeRead_isTriedAgain() {
        var clients = manyOffline();
        broker.connect(connect("alice")).publishes(publish("t", "many").qos1());
        broker.storage().holdReads();
        var bob = broker.connect(connect(clients.getFirst()).resuming().expiry(600));
        broker.storage().releaseReads();
        broker.storage().failReads("a bad block");
        broker.runUntilIdle();
        bob.receivesNothing();
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(5));
        bob.acknowledges(bob.receives(publish("t", "many").qos1()));
        bob.receivesNothing();
    }

    @Test
    void messageWhoseRemovalHasFailed_isNotSentAgain_beforeThatIsTriedAgain() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        broker.connect(connect("alice"))
                .publishes(publish("t", "1").qos1())
                .publishes(publish("t", "2").qos1());
        var first = bob.receives(publish("t", "1").qos1());
        var second = bob.receives(publish("t", "2").qos1());
        broker.storage().failCommits("no space left", true);
        bob.acknowledges(second);
        broker.storage().recover();
        bob.vanishes();
        assertThat(broker.storage().rows(Table.ENTRIES)).isEqualTo(2);
        bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.receives(publish("t", "1").qos1(first.packetIdentifier()).asDuplicate());
        bob.receivesNothing();
        bob.acknowledges(first);
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
    }

    @Test
    void sessionThatEndsWhenItsAcknowledgedMessageBecomesDurable_givesItsClaimOnAMessageBackOnce() {
        var clients = manyOffline();
        var bob = broker.connect(connect(clients.getFirst()).resuming().expiry(600));
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "many").qos1(1));
        bob.acknowledges(bob.receives(publish("t", "many").qos1()));
        broker.tries(connect(clients.getFirst())).mayLeaveUnheard();
        broker.storage().releaseCommits();
        broker.advance(Duration.ofSeconds(5));
        alice.receives(puback(1));
        bob.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        for (String name : clients.subList(1, clients.size())) {
            var client = broker.connect(connect(name).resuming().expiry(600));
            client.acknowledges(client.receives(publish("t", "many").qos1()));
            broker.advance(Duration.ofSeconds(5));
        }
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
    }

    private List<String> manyOffline() {
        List<String> names = IntStream.range(0, 9).mapToObj(i -> "bob" + i).toList();
        names.forEach(this::offline);
        return names;
    }

    @Test
    void publishThatDoesNotNeedTheDisk_goesOn() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.storage().refuse(FULL);
        alice.sends(publish("t", "1").qos1(1)).receives(puback(1));
        alice.publishes(publish("t", "2").qos2());
        bob.acknowledges(bob.receives(publish("t", "1").qos1()));
        bob.acknowledges(bob.receives(publish("t", "2").qos2()));
    }

    @Test
    void subscribeOfAStoredSession_isRefused() {
        var alice = broker.connect(connect("alice").expiry(600));
        var bob = broker.connect(connect("bob").v311().resuming());
        var carol = broker.connect(connect("carol"));
        broker.storage().refuse(FULL);
        alice.sends(subscribe(1, "t").and("u"))
                .receives(suback(1, ReasonCode.QUOTA_EXCEEDED, ReasonCode.QUOTA_EXCEEDED));
        bob.sends(subscribe(1, "t")).receives(suback(1, ReasonCode.UNSPECIFIED_ERROR));
        carol.subscribes("t");
        carol.sends(publish("t", "hi"));
        carol.receives(publish("t", "hi"));
        alice.receivesNothing();
        bob.receivesNothing();
    }

    @Test
    void connectThatNeedsAStoredSession_isRefused() {
        broker.storage().refuse(FULL);
        broker.tries(connect("alice").expiry(600)).isClosedAfter(connack(ReasonCode.QUOTA_EXCEEDED));
        broker.tries(connect("alice").v311().resuming()).isClosedAfter(connack(ReasonCode.SERVER_UNAVAILABLE));
        broker.connect(connect("alice"));
    }

    @Test
    void retainedQos0_isDroppedAndCounted() {
        var alice = broker.connect(connect("alice"));
        broker.storage().refuse(FULL);
        alice.publishes(publish("t", "kept").retained());
        broker.storage().recover();
        broker.connect(connect("bob")).subscribes("t").receivesNothing();
        broker.dropped("alice", DropReason.STORAGE_REFUSED, 1);
    }

    @Test
    void retainedMessageWhoseCommitFailed_isStoredLater() {
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "older").retained().qos1());
        broker.storage().failCommits("no space left", true);
        alice.sends(publish("t", "newer").retained().qos1(1)).receives(puback(1, ReasonCode.QUOTA_EXCEEDED));
        broker.connect(connect("bob"))
                .subscribes("t")
                .receives(publish("t", "newer").retained().qos1());
        broker.advance(Duration.ofSeconds(5));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(2));
        broker.crashes();
        broker.connect(connect("bob"))
                .subscribes("t")
                .receives(publish("t", "newer").retained().qos1());
    }

    @Test
    void retainedMessageWhoseRemovalFailed_doesNotComeBack() {
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "older").retained().qos1());
        broker.storage().failCommits("no space left", true);
        alice.sends(publish("t", "").retained().qos1(1)).receives(puback(1, ReasonCode.QUOTA_EXCEEDED));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(2));
        assertThat(broker.storage().rows(Table.RETAINED)).isZero();
        broker.crashes();
        broker.connect(connect("bob")).subscribes("t").receivesNothing();
    }

    @Test
    void retainedMessageThatExpiresWhileCommitsFail_leavesNoRow() {
        broker.connect(connect("alice"))
                .publishes(publish("t", "kept").retained().qos1().expiry(60));
        broker.storage().failCommits("no space left", true);
        broker.advance(Duration.ofSeconds(65));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.RETAINED)).isZero();
    }

    @Test
    void acknowledgementsAndQos2Steps_goOn() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice").expiry(600));
        alice.sends(publish("t", "hi").qos2(1)).receives(pubrec(1));
        broker.storage().refuse(FULL);
        alice.sends(pubrel(1)).receives(pubcomp(1));
        bob.acknowledges(bob.receives(publish("t", "hi").qos2()));
        bob.vanishes();
        broker.storage().recover();
        broker.connect(connect("bob").resuming().expiry(600)).receivesNothing();
    }

    @Test
    void commitThatFails_refusesItsPublish() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        broker.storage().failCommits("no space left", true);
        alice.sends(publish("t", "hi").qos1(1)).receives(puback(1, ReasonCode.QUOTA_EXCEEDED));
        alice.sends(publish("t", "hi").qos2(2)).receives(pubrec(2, ReasonCode.QUOTA_EXCEEDED));
        broker.storage().recover();
        alice.publishes(publish("t", "again").qos2(2));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "again").qos2()));
        bob.receivesNothing();
    }

    @Test
    void commitThatFails_forAConnectedStoredSession_deliversNothingOfIt() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.storage().failCommits("no space left", true);
        alice.sends(publish("t", "hi").qos2(1)).receives(pubrec(1, ReasonCode.QUOTA_EXCEEDED));
        bob.receivesNothing();
        broker.storage().recover();
        alice.publishes(publish("t", "again").qos2(1));
        bob.acknowledges(bob.receives(publish("t", "again").qos2()));
        bob.receivesNothing();
    }

    @Test
    void commitThatFails_refusesItsSubscribe() {
        var alice = broker.connect(connect("alice").expiry(600));
        broker.storage().failCommits("no space left", true);
        alice.sends(subscribe(1, "t")).receives(suback(1, ReasonCode.QUOTA_EXCEEDED));
        broker.storage().recover();
        broker.connect(connect("bob")).publishes(publish("t", "hi"));
        alice.receivesNothing();
    }

    @Test
    void commitThatFails_refusesItsConnect() {
        broker.storage().failCommits("no space left", true);
        broker.tries(connect("alice").expiry(600)).isClosedAfter(connack(ReasonCode.QUOTA_EXCEEDED));
        broker.storage().recover();
        broker.tries(connect("alice").resuming().expiry(600)).receives(connack());
    }

    @Test
    void commitThatFails_keepsTheSubscriptionThatWasThere() {
        var alice = broker.connect(connect("alice").expiry(600)).subscribes("t", 1);
        broker.storage().failCommits("no space left", true);
        alice.sends(subscribe(1, "t").qos(0)).receives(suback(1, ReasonCode.QUOTA_EXCEEDED));
        broker.storage().recover();
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1());
        alice.acknowledges(alice.receives(publish("t", "hi").qos1()));
    }

    @Test
    void commitThatFails_keepsWhatWasToBeUnsubscribed() {
        var alice = broker.connect(connect("alice").expiry(600)).subscribes("t", 1);
        broker.storage().failCommits("no space left", true);
        alice.sends(unsubscribe(1, "t"));
        alice.hearsAll();
        broker.storage().recover();
        alice = broker.connect(connect("alice").resuming().expiry(600));
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1());
        alice.acknowledges(alice.receives(publish("t", "hi").qos1()));
    }

    @Test
    void subscribesToOneFilterOfWhichNoneIsStored_leaveNone() {
        var alice = broker.connect(connect("alice").expiry(600));
        broker.storage().holdCommits();
        alice.sends(subscribe(1, "t").qos(1))
                .sends(subscribe(2, "t").qos(2).and("t").qos(0));
        broker.storage().failHeldCommits("no space left");
        broker.runUntilIdle();
        alice.receives(suback(1, ReasonCode.QUOTA_EXCEEDED));
        alice.receives(suback(2, ReasonCode.QUOTA_EXCEEDED, ReasonCode.QUOTA_EXCEEDED));
        broker.connect(connect("bob")).publishes(publish("t", "hi"));
        alice.receivesNothing();
    }

    @Test
    void subscribesToSeveralFiltersOfWhichNoneIsStored_leaveNone() {
        var alice = broker.connect(connect("alice").expiry(600));
        broker.storage().holdCommits();
        alice.sends(subscribe(1, "t")).sends(subscribe(2, "u"));
        broker.storage().failHeldCommits("no space left");
        broker.runUntilIdle();
        alice.hearsAll();
        broker.connect(connect("bob")).publishes(publish("t", "hi")).publishes(publish("u", "hi"));
        alice.receivesNothing();
    }

    @Test
    void subscribesToOneFilterOfWhichTheFirstIsNotStored_leaveTheSecond() {
        var alice = broker.connect(connect("alice").expiry(600)).subscribes("t", 2);
        broker.storage().holdCommits();
        alice.sends(subscribe(1, "t").qos(0)).sends(subscribe(2, "t").qos(1));
        broker.storage().failCommits("no space left", true);
        broker.storage().releaseOneCommit();
        broker.storage().recover();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        alice.receives(suback(1, ReasonCode.QUOTA_EXCEEDED));
        alice.receives(suback(2, ReasonCode.GRANTED_QOS_1));
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos2());
        alice.acknowledges(alice.receives(publish("t", "hi").qos1()));
    }

    @Test
    void subscribesToOneFilterOfWhichTheSecondIsNotStored_leaveTheFirst() {
        var alice = broker.connect(connect("alice").expiry(600));
        broker.storage().holdCommits();
        alice.sends(subscribe(1, "t").qos(1)).sends(subscribe(2, "t").qos(0));
        broker.storage().releaseOneCommit();
        broker.storage().failHeldCommits("no space left");
        broker.runUntilIdle();
        alice.receives(suback(1, ReasonCode.GRANTED_QOS_1));
        alice.receives(suback(2, ReasonCode.QUOTA_EXCEEDED));
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1());
        alice.acknowledges(alice.receives(publish("t", "hi").qos1()));
    }

    @Test
    void unsubscribeAndSubscribeThatAreNotStored_leaveWhatWasThere() {
        var alice = broker.connect(connect("alice").expiry(600)).subscribes("t", 1);
        broker.storage().holdCommits();
        alice.sends(unsubscribe(1, "t")).sends(subscribe(2, "t").qos(0));
        broker.storage().failHeldCommits("no space left");
        broker.runUntilIdle();
        alice.isClosedAfter(disconnect(ReasonCode.QUOTA_EXCEEDED));
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1());
        alice = broker.connect(connect("alice").resuming().expiry(600));
        alice.acknowledges(alice.receives(publish("t", "hi").qos1()));
    }

    @Test
    void subscribeThatIsNotStored_changesNothingOfASessionThatHasEnded() {
        var alice = broker.connect(connect("alice").expiry(600)).subscribes("t", 1);
        broker.storage().holdCommits();
        alice.sends(subscribe(1, "t").qos(0)).disconnects(disconnectWithExpiry(0));
        broker.storage().failHeldCommits("no space left");
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.census().holdings().subscriptions()).isZero();
        assertThat(broker.census().indexIsEmpty()).isTrue();
    }

    @Test
    void pubrecWhoseCommitFails_endsTheConnection_andTheMessageComesAgain() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
        broker.storage().failCommits("no space left", true);
        bob.sends(pubrec(identifier));
        bob.isClosedAfter(disconnect(ReasonCode.QUOTA_EXCEEDED));
        broker.storage().recover();
        bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "hi").qos2(identifier).asDuplicate()));
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-4.3.3-10")
    void pubrelWhoseCommitFails_endsTheConnection_andTheMessageIsStillKnown() {
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        var alice = broker.connect(connect("alice").expiry(600));
        alice.sends(publish("t", "hi").qos2(1)).receives(pubrec(1));
        bob.receives(publish("t", "hi"));
        broker.storage().failCommits("no space left", true);
        alice.sends(pubrel(1));
        alice.isClosedAfter(disconnect(ReasonCode.QUOTA_EXCEEDED));
        broker.storage().recover();
        alice = broker.connect(connect("alice").resuming().expiry(600));
        alice.sends(publish("t", "hi").qos2(1).asDuplicate()).receives(pubrec(1));
        alice.sends(pubrel(1)).receives(pubcomp(1));
        bob.receivesNothing();
    }

    @Test
    void connectThatWouldDiscardAStoredSession_isRefused() {
        offline("bob");
        broker.storage().refuse(FULL);
        broker.tries(connect("bob")).isClosedAfter(connack(ReasonCode.QUOTA_EXCEEDED));
        broker.storage().recover();
        broker.tries(connect("bob").resuming().expiry(600)).receives(connackPresent());
    }

    @Test
    void willOfAConnectionThatIsLostWhileItsConnectWaitsForTheStorage_isPublished() {
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        broker.storage().holdCommits();
        broker.tries(connect("alice").expiry(600).will(publish("t", "gone"))).vanishes();
        bob.receivesNothing();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        bob.receives(publish("t", "gone"));
    }

    @Test
    void publishThatIsRefused_in311_whereNobodyIsToBeClosed_isNotAcknowledged() {
        broker.configured(settings().refuseAfter(Duration.ZERO));
        offline("bob");
        var alice = broker.connect(connect("alice").v311());
        broker.storage().refuse(FULL);
        alice.sends(publish("t", "hi").qos1(1));
        broker.advance(Duration.ofHours(1));
        alice.receivesNothing();
    }

    @Test
    void subscriptionThatIsWrittenAgain_isNot_whenItsSessionHasEnded() {
        broker.connect(connect("bob")).publishes(publish("t", "kept").retained());
        var alice = broker.connect(connect("alice").expiry(600));
        broker.storage().holdCommits();
        alice.sends(subscribe(1, "t"));
        broker.storage().releaseOneCommit();
        broker.runUntilIdle();
        alice.receives(suback(1, ReasonCode.GRANTED_QOS_2));
        alice.receives(publish("t", "kept").retained());
        broker.storage().failHeldCommits("no space left"); // that it has been sent what was retained
        broker.runUntilIdle();
        alice.disconnects(disconnectWithExpiry(0));
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.SUBSCRIPTIONS)).isZero();
    }

    @Test
    void commitThatFails_raisesAnAlarmUntilOneSucceeds() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        broker.storage().failCommits("no space left", true);
        alice.sends(publish("t", "hi").qos1(1)).receives(puback(1, ReasonCode.QUOTA_EXCEEDED));
        assertThat(broker.alarms()).containsValue("no space left");
        broker.storage().recover();
        alice.publishes(publish("t", "hi").qos1());
        assertThat(broker.alarms()).isEmpty();
    }

    @Test
    void refusal_raisesAnAlarmAsLongAsItLasts() {
        broker.storage().refuse(FULL);
        broker.advance(Duration.ofSeconds(11));
        assertThat(broker.alarms()).containsValue(FULL);
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(11));
        assertThat(broker.alarms()).isEmpty();
    }

    @Test
    void readThatFails_isTriedAgain() {
        offline("bob");
        broker.connect(connect("alice"))
                .publishes(publish("t", "1").qos1())
                .publishes(publish("t", "2").qos1());
        broker.storage().failReads("a bad block");
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.receivesNothing();
        assertThat(broker.alarms()).containsValue("a bad block");
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(5));
        bob.acknowledges(bob.receives(publish("t", "1").qos1()));
        bob.acknowledges(bob.receives(publish("t", "2").qos1()));
        assertThat(broker.alarms()).isEmpty();
    }

    @Test
    void clientThatKeepsUp_isServedWithoutReadingTheStorage() {
        var bob = broker.connect(connect("bob").expiry(600).receiveMaximum(1)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.storage().failReads("a bad block");
        for (int i = 0; i < 10; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        for (int i = 0; i < 10; i++) {
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
        }
        assertThat(broker.alarms()).isEmpty();
    }

    @Test
    void sessionThatExpiresWhileReadsFail_isRemovedLater() {
        broker.connect(connect("bob").expiry(60)).subscribes("t").vanishes();
        broker.connect(connect("alice")).publishes(publish("t", "1").qos1());
        broker.storage().failReads("a bad block");
        broker.advance(Duration.ofSeconds(65));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(65));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        broker.dropped("bob", DropReason.SESSION_ENDED, 1);
    }

    @Test
    void removalOfAnAcknowledgedMessage_isTriedAgain() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "1").qos1());
        var sent = bob.receives(publish("t", "1").qos1());
        broker.storage().failCommits("no space left", true);
        bob.acknowledges(sent);
        broker.advance(Duration.ofSeconds(1));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
    }

    @Test
    void messageThatWasSentAndThenRefused_takesNoPlaceInTheQueue() {
        broker.configured(settings().queue(2, QueuePolicy.DROP_NEWEST));
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice"));
        for (int i = 1; i <= 3; i++) {
            var bob = broker.connect(connect("bob").resuming().expiry(600)).mayLeaveUnheard();
            broker.storage().holdCommits();
            alice.sends(publish("t", "refused").qos1(i));
            bob.vanishes();
            broker.storage().failHeldCommits("no space left");
            broker.runUntilIdle();
            alice.receives(puback(i, ReasonCode.QUOTA_EXCEEDED));
        }
        alice.publishes(publish("t", "1").qos1()).publishes(publish("t", "2").qos1());
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        var one = bob.receives(publish("t", "1").qos1());
        var two = bob.receives(publish("t", "2").qos1());
        bob.acknowledges(one).acknowledges(two).receivesNothing();
    }

    private void offline(String client) {
        broker.connect(connect(client).expiry(600)).subscribes("t").vanishes();
    }
}
