package io.pipit.simulation;

import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.QueuePolicy;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits for a session that is not there, or not fast enough: bounded, in order, and every loss counted. */
final class OfflineQueueTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec("MQTT-4.5.0-1")
    void offlineSession_receivesInOrderWhenItReturns() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 300; i++) {
            alice.publishes(publish("t", "m" + i).qos(QoS.of(1 + i % 2), 0));
        }
        var bob = broker.connect(connect("bob").resuming().expiry(600).receiveMaximum(10));
        for (int i = 0; i < 300; i++) {
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos(QoS.of(1 + i % 2), 0)));
        }
        bob.receivesNothing();
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
    }

    @Test
    void offlineSession_receivesWhatComesWhileItIsBehind() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 10; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        var bob = broker.connect(connect("bob").resuming().expiry(600).receiveMaximum(2));
        for (int i = 0; i < 10; i++) {
            alice.publishes(publish("t", "n" + i).qos1());
        }
        for (int i = 0; i < 20; i++) {
            bob.acknowledges(
                    bob.receives(publish("t", i < 10 ? "m" + i : "n" + (i - 10)).qos1()));
        }
        bob.receivesNothing();
    }

    @Test
    void qos0_isNotQueuedButCounted() {
        offline("bob");
        broker.connect(connect("alice"))
                .publishes(publish("t", "zero"))
                .publishes(publish("t", "one").qos1());
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "one").qos1()));
        broker.dropped("bob", DropReason.OFFLINE_QOS_0, 1);
    }

    @Test
    void qos0_whereItIsConfigured_isQueued() {
        broker.configured(settings().queueQos0());
        offline("bob");
        broker.connect(connect("alice"))
                .publishes(publish("t", "zero"))
                .publishes(publish("t", "one").qos1());
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        for (var received :
                bob.receivesInAnyOrder(publish("t", "zero"), publish("t", "one").qos1())) {
            if (received.qos() == QoS.AT_LEAST_ONCE) {
                bob.acknowledges(received);
            }
        }
        broker.droppedNothing("bob");
    }

    @Test
    void dropOldest_keepsTheNewest() {
        broker.configured(settings().queue(3, QueuePolicy.DROP_OLDEST));
        offline("bob");
        publishFive();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        for (int i = 2; i < 5; i++) {
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
        }
        bob.receivesNothing();
        broker.dropped("bob", DropReason.QUEUE_FULL, 2);
    }

    @Test
    void dropOldest_dropsNoMoreThanItMust() {
        for (int messages = 3; messages < 10; messages++) {
            broker.configured(settings().queue(3, QueuePolicy.DROP_OLDEST));
            offline("bob");
            var alice = broker.connect(connect("alice"));
            for (int i = 0; i < messages; i++) {
                alice.publishes(publish("t", "m" + i).qos1());
            }
            var bob = broker.connect(connect("bob").resuming().expiry(600));
            for (int i = messages - 3; i < messages; i++) {
                bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
            }
            bob.receivesNothing();
        }
    }

    @Test
    void dropOldest_whileNothingIsDurableYet_keepsTheNewest() {
        broker.configured(settings().queue(3, QueuePolicy.DROP_OLDEST));
        offline("bob");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        for (int i = 0; i < 6; i++) {
            alice.sends(publish("t", "m" + i).qos1(i + 1));
        }
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        assertThat(alice.hearsAll()).hasSize(6);
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        for (int i = 3; i < 6; i++) {
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
        }
        bob.receivesNothing();
        broker.dropped("bob", DropReason.QUEUE_FULL, 3);
    }

    @Test
    void dropNewest_keepsTheOldest() {
        broker.configured(settings().queue(3, QueuePolicy.DROP_NEWEST));
        offline("bob");
        publishFive();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        for (int i = 0; i < 3; i++) {
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
        }
        bob.receivesNothing();
        broker.dropped("bob", DropReason.QUEUE_FULL, 2);
    }

    @Test
    void disconnect_endsTheConnectionOfASlowClient() {
        broker.configured(settings().queue(3, QueuePolicy.DISCONNECT));
        var bob = broker.connect(connect("bob").expiry(600).receiveMaximum(1)).subscribes("t");
        publishFive();
        bob.receives(publish("t", "m0").qos1());
        bob.isClosedAfter(disconnect(ReasonCode.QUOTA_EXCEEDED));
        assertThat(broker.drops("bob", DropReason.QUEUE_FULL)).isPositive();
    }

    @Test
    void refusePublisher_refusesTheWholePublish() {
        broker.configured(settings().queue(2, QueuePolicy.REFUSE_PUBLISHER));
        offline("bob");
        var carol = broker.connect(connect("carol")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 2; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
            carol.acknowledges(carol.receives(publish("t", "m" + i).qos1()));
        }
        alice.sends(publish("t", "m2").qos1(3)).receives(puback(3, ReasonCode.QUOTA_EXCEEDED));
        alice.sends(publish("t", "m3").qos2(4)).receives(pubrec(4, ReasonCode.QUOTA_EXCEEDED));
        carol.receivesNothing();

        var bob = broker.connect(connect("bob").resuming().expiry(600));
        for (int i = 0; i < 2; i++) {
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
        }
        bob.receivesNothing();
        alice.publishes(publish("t", "again").qos2(4));
        bob.acknowledges(bob.receives(publish("t", "again").qos2()));
        carol.acknowledges(carol.receives(publish("t", "again").qos2()));
    }

    @Test
    void refusePublisher_refusesAlsoWhenTheQueueWasFullBeforeARestart() {
        broker.configured(settings().queue(1, QueuePolicy.REFUSE_PUBLISHER));
        offline("bob");
        broker.connect(connect("alice")).publishes(publish("t", "1").qos1());
        broker.restarts();
        broker.connect(connect("alice"))
                .sends(publish("t", "2").qos1(3))
                .receives(puback(3, ReasonCode.QUOTA_EXCEEDED));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "1").qos1()));
        bob.receivesNothing();
        broker.droppedNothing("bob");
    }

    @Test
    void refusePublisher_refusesWhenEveryMemberOfASharedSubscriptionIsFull() {
        broker.configured(settings().queue(1, QueuePolicy.REFUSE_PUBLISHER));
        broker.connect(connect("bob").expiry(600)).subscribes("$share/g/t").vanishes();
        broker.connect(connect("carol").expiry(600)).subscribes("$share/g/t").vanishes();
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "1").qos1()).publishes(publish("t", "2").qos1());
        alice.sends(publish("t", "3").qos1(3)).receives(puback(3, ReasonCode.QUOTA_EXCEEDED));
        assertThat(broker.connect(connect("bob").resuming().expiry(600)).hearsAll())
                .hasSize(1);
        assertThat(broker.connect(connect("carol").resuming().expiry(600)).hearsAll())
                .hasSize(1);
        broker.droppedNothing("bob");
        broker.droppedNothing("carol");
    }

    @Test
    void refusePublisher_in311_closesWithoutAcknowledgement() {
        broker.configured(settings().queue(1, QueuePolicy.REFUSE_PUBLISHER));
        offline("bob");
        var alice = broker.connect(connect("alice").v311());
        alice.publishes(publish("t", "m0").qos1());
        alice.sends(publish("t", "m1").qos1(2));
        alice.isClosed();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "m0").qos1()));
        bob.receivesNothing();
    }

    @Test
    void refusePublisher_dropsAWillForWhichThereIsNoRoom() {
        broker.configured(settings().queue(1, QueuePolicy.REFUSE_PUBLISHER));
        offline("bob");
        broker.connect(connect("alice")).publishes(publish("t", "fills").qos1());
        broker.connect(connect("carol").will(publish("t", "gone").qos1())).vanishes();
        broker.advance(Duration.ofSeconds(5));
        broker.dropped("carol", DropReason.QUEUE_FULL, 1);
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "fills").qos1()));
        broker.advance(Duration.ofSeconds(5));
        bob.receivesNothing();
    }

    @Test
    void bound_countsBytesToo() {
        broker.configured(settings().queueBytes(10_000, QueuePolicy.DROP_NEWEST));
        offline("bob");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 10; i++) {
            alice.publishes(publish("t", "x".repeat(3_000)).qos1());
        }
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        assertThat(bob.hearsAll()).hasSize(3);
        broker.dropped("bob", DropReason.QUEUE_FULL, 7);
    }

    @Test
    void inFlight_isNeverDropped() {
        broker.configured(settings().queue(3, QueuePolicy.DROP_OLDEST));
        var bob = broker.connect(connect("bob").expiry(600).receiveMaximum(2)).subscribes("t");
        publishFive();
        var first = bob.receives(publish("t", "m0").qos1());
        var second = bob.receives(publish("t", "m1").qos1());
        bob.acknowledges(first).acknowledges(second);
        bob.acknowledges(bob.receives(publish("t", "m4").qos1()));
        bob.receivesNothing();
        broker.dropped("bob", DropReason.QUEUE_FULL, 2);
    }

    @Test
    void inFlightOnAnEarlierConnection_isNeverDropped_alsoBeforeItIsSentAgain() {
        broker.configured(settings().queue(2, QueuePolicy.DROP_OLDEST));
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "m0").qos1()).publishes(publish("t", "m1").qos1());
        int first = bob.receives(publish("t", "m0").qos1()).packetIdentifier();
        int second = bob.receives(publish("t", "m1").qos1()).packetIdentifier();
        bob.vanishes();
        bob = broker.connect(connect("bob").resuming().expiry(600).receiveMaximum(1));
        alice.publishes(publish("t", "m2").qos1());
        broker.dropped("bob", DropReason.QUEUE_FULL, 1);
        bob.acknowledges(bob.receives(publish("t", "m0").qos1(first).asDuplicate()));
        bob.acknowledges(bob.receives(publish("t", "m1").qos1(second).asDuplicate()));
        bob.receivesNothing();
    }

    @Test
    void inFlightOnAnEarlierConnection_isNeverDropped_alsoWhileItsClientDoesNotRead() {
        broker.configured(settings().queue(2, QueuePolicy.DROP_OLDEST).outgoingBytes(1_000));
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        String large = "x".repeat(3_000);
        alice.publishes(publish("t", large).qos1()).publishes(publish("t", "m1").qos1());
        int first = bob.receives(publish("t", large).qos1()).packetIdentifier();
        int second = bob.receives(publish("t", "m1").qos1()).packetIdentifier();
        bob.vanishes();
        bob = broker.opens("bob").stalls().sends(connect("bob").resuming().expiry(600));
        alice.publishes(publish("t", "m2").qos1());
        bob.readsOn().receives(connackPresent());
        bob.receives(publish("t", large).qos1(first).asDuplicate());
        bob.receives(publish("t", "m1").qos1(second).asDuplicate());
        bob.receivesNothing();
        broker.dropped("bob", DropReason.QUEUE_FULL, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void inFlightOfAClientThatIsAway_isNotDropped_butTheOldestBehindIt(boolean restart) {
        broker.configured(settings().queue(3, QueuePolicy.DROP_OLDEST));
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "m0").qos1()).disconnects();
        int identifier = bob.receives(publish("t", "m0").qos1()).packetIdentifier();
        bob.vanishes();
        if (restart) {
            broker.restarts();
        }
        var alice = broker.connect(connect("alice"));
        for (int i = 1; i < 6; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        broker.dropped("bob", DropReason.QUEUE_FULL, 3);
        bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "m0").qos1(identifier).asDuplicate()));
        bob.acknowledges(bob.receives(publish("t", "m4").qos1()));
        bob.acknowledges(bob.receives(publish("t", "m5").qos1()));
        bob.receivesNothing();
    }

    @Test
    void dropOldest_ofAClientThatIsBehind_dropsWhatItWouldBeSentNext() {
        broker.configured(settings().queue(3, QueuePolicy.DROP_OLDEST));
        offline("bob");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 3; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        var bob = broker.connect(connect("bob").resuming().expiry(600).receiveMaximum(1));
        var first = bob.receives(publish("t", "m0").qos1());
        for (int i = 3; i < 7; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        broker.dropped("bob", DropReason.QUEUE_FULL, 4);
        bob.acknowledges(first);
        bob.acknowledges(bob.receives(publish("t", "m5").qos1()));
        bob.acknowledges(bob.receives(publish("t", "m6").qos1()));
        bob.receivesNothing();
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
    }

    /** The last of 1 MiB, behind which the others are read from storage, is one of these. */
    @Test
    void clientThatFallsBehindOnce_isSentEachMessageOnce_andWhatComesWhenItHasCaughtUp() {
        String payload = "x".repeat(10 * 1024);
        for (int messages = 100; messages < 110; messages++) {
            broker.configured(settings());
            var bob =
                    broker.connect(connect("bob").expiry(600).receiveMaximum(2)).subscribes("t");
            var alice = broker.connect(connect("alice"));
            for (int i = 0; i < messages; i++) {
                alice.publishes(publish("t", payload + i).qos1());
            }
            for (int i = 0; i < messages; i++) {
                bob.acknowledges(bob.receives(publish("t", payload + i).qos1()));
            }
            alice.publishes(publish("t", "now").qos1());
            bob.acknowledges(bob.receives(publish("t", "now").qos1()));
            bob.receivesNothing();
        }
    }

    @Test
    void readThatIsOnItsWayWhenItsConnectionEnds_isNotForTheNextOne() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "m0").qos1()).publishes(publish("t", "m1").qos1());
        broker.storage().holdReads();
        broker.connect(connect("bob").resuming().expiry(600)).vanishes();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        broker.storage().releaseReads();
        broker.runUntilIdle();
        var first = bob.receives(publish("t", "m0").qos1());
        var second = bob.receives(publish("t", "m1").qos1());
        bob.receivesNothing();
        bob.acknowledges(first).acknowledges(second).receivesNothing();
    }

    @Test
    void readForTheBoundThatIsOnItsWayWhenItsClientComes_isNotForTheConnection() {
        broker.configured(settings().queue(2, QueuePolicy.DROP_OLDEST));
        offline("bob");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "m0").qos1()).publishes(publish("t", "m1").qos1());
        broker.storage().holdReads();
        alice.publishes(publish("t", "m2").qos1());
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        broker.storage().releaseReads();
        broker.runUntilIdle();
        List<Packet> heard = bob.hearsAll();
        assertThat(heard)
                .extracting(packet -> ((Publish) packet).payload().toText())
                .containsExactly("m0", "m1", "m2");
        heard.forEach(packet -> bob.acknowledges((Publish) packet));
        bob.receivesNothing();
    }

    @Test
    void allInFlight_dropsTheNew() {
        broker.configured(settings().queue(2, QueuePolicy.DROP_OLDEST));
        var bob = broker.connect(connect("bob").expiry(600).receiveMaximum(2)).subscribes("t");
        publishFive();
        var first = bob.receives(publish("t", "m0").qos1());
        var second = bob.receives(publish("t", "m1").qos1());
        bob.acknowledges(first).acknowledges(second).receivesNothing();
        broker.dropped("bob", DropReason.QUEUE_FULL, 3);
    }

    @Test
    void cleanSession_isBoundedToo() {
        broker.configured(settings().queue(3, QueuePolicy.DROP_OLDEST));
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("t");
        publishFive();
        bob.acknowledges(bob.receives(publish("t", "m0").qos1()));
        bob.acknowledges(bob.receives(publish("t", "m3").qos1()));
        bob.acknowledges(bob.receives(publish("t", "m4").qos1()));
        bob.receivesNothing();
        broker.dropped("bob", DropReason.QUEUE_FULL, 2);
    }

    @Test
    void queueThatWasFull_takesAgainWhenItIsRead() {
        broker.configured(settings().queue(3, QueuePolicy.DROP_NEWEST));
        offline("bob");
        publishFive();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        for (int i = 0; i < 3; i++) {
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
        }
        bob.vanishes();
        publishFive();
        bob = broker.connect(connect("bob").resuming().expiry(600));
        for (int i = 0; i < 3; i++) {
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
        }
    }

    @Test
    void bound_isKnownAgainAfterACrash() {
        broker.configured(settings().queue(3, QueuePolicy.DROP_NEWEST));
        offline("bob");
        broker.connect(connect("alice"))
                .publishes(publish("t", "m0").qos1())
                .publishes(publish("t", "m1").qos1());
        broker.crashes();
        broker.connect(connect("alice"))
                .publishes(publish("t", "m2").qos1())
                .publishes(publish("t", "m3").qos1());
        broker.dropped("bob", DropReason.QUEUE_FULL, 1);
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        for (int i = 0; i < 3; i++) {
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
        }
    }

    @Test
    void boundOfBytes_isKnownAgainAfterACrash() {
        broker.configured(settings().queueBytes(10_000, QueuePolicy.DROP_NEWEST));
        offline("bob");
        String large = "x".repeat(3_000);
        broker.connect(connect("alice"))
                .publishes(publish("t", large).qos1())
                .publishes(publish("t", large).qos1());
        broker.crashes();
        broker.connect(connect("alice"))
                .publishes(publish("t", large).qos1())
                .publishes(publish("t", large).qos1());
        broker.dropped("bob", DropReason.QUEUE_FULL, 1);
    }

    @Test
    void queueOfASessionThatEnds_isCounted() {
        broker.connect(connect("bob").expiry(60)).subscribes("t").vanishes();
        publishFive();
        broker.advance(Duration.ofSeconds(65));
        broker.dropped("bob", DropReason.SESSION_ENDED, 5);
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
    }

    @Test
    void largeFanOut_isStoredOnceAndRemovedWithTheLastEntry() {
        for (int i = 0; i < 20; i++) {
            offline("bob" + i);
        }
        broker.connect(connect("alice"))
                .publishes(publish("t", "x".repeat(5_000)).qos1());
        assertThat(broker.storage().rows(Table.ENTRIES)).isEqualTo(20);
        for (int i = 0; i < 20; i++) {
            var bob = broker.connect(connect("bob" + i).resuming().expiry(600));
            bob.acknowledges(bob.receives(publish("t", "x".repeat(5_000)).qos1()));
        }
        broker.advance(Duration.ofMinutes(5));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
    }

    @Test
    void smallFanOut_isStoredWithEachEntry() {
        for (int i = 0; i < 8; i++) {
            offline("bob" + i);
        }
        broker.connect(connect("alice")).publishes(publish("t", "few").qos1());
        assertThat(broker.storage().rows(Table.ENTRIES)).isEqualTo(8);
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
    }

    @Test
    void largeFanOut_atQos2_isThereForTheLast() {
        for (int i = 0; i < 20; i++) {
            offline("bob" + i);
        }
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        for (int i = 0; i < 20; i++) {
            var bob = broker.connect(connect("bob" + i).resuming().expiry(600));
            bob.acknowledges(bob.receives(publish("t", "hi").qos2()));
            broker.advance(Duration.ofSeconds(3));
        }
        broker.advance(Duration.ofMinutes(5));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
    }

    @Test
    @Spec("MQTT-4.4.0-1")
    void messageOfManyQueues_thatAllHaveReceivedAtQos2_goes_thoughTheirConnectionsWereLostBeforePubcomp() {
        for (int i = 0; i < 9; i++) {
            offline("bob" + i);
        }
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        for (int i = 0; i < 9; i++) {
            var bob = broker.connect(connect("bob" + i).resuming().expiry(600));
            int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
            bob.sends(pubrec(identifier)).receives(pubrel(identifier));
            bob.vanishes();
            bob = broker.connect(connect("bob" + i).resuming().expiry(600));
            bob.receives(pubrel(identifier));
            bob.sends(pubcomp(identifier));
        }
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
    }

    @Test
    void messageOfManyQueues_goesThoughManyThatStayAreBeforeIt_andTheseWhenTheirQueuesEnd() {
        for (int i = 0; i < 9; i++) {
            offline("bob" + i);
        }
        var alice = broker.connect(connect("alice"));
        int messages = 600; // two rows each: more than are looked at in one step
        for (int i = 0; i < messages; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        List<SimulatedClient> connected = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            connected.add(broker.connect(connect("carol" + i).expiry(600)).subscribes("u"));
        }
        alice.publishes(publish("u", "x").qos1());
        assertThat(broker.storage().rows(Table.MESSAGES)).isEqualTo(2 * messages + 2);
        connected.forEach(
                carol -> carol.acknowledges(carol.receives(publish("u", "x").qos1())));
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.MESSAGES)).isEqualTo(2 * messages);
        for (int i = 0; i < 9; i++) {
            broker.connect(connect("bob" + i));
        }
        broker.advance(Duration.ofSeconds(10));
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
    }

    @Test
    void messagesOfManyQueues_areLookedForOnceAtATime_howeverLongThatTakes() {
        broker.storage().holdReads();
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().heldReads()).isEqualTo(1);
        broker.storage().releaseReads();
        broker.runUntilIdle();
        broker.storage().holdReads();
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().heldReads()).isEqualTo(1);
        broker.storage().releaseReads();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9})
    void queuedMessages_keepTheTermsOfTheirSubscriptions(int others) {
        broker.connect(connect("bob").expiry(600))
                .subscribes(subscribe(1, "t").qos(2).retainAsPublished().identifier(3))
                .subscribes(subscribe(2, "+").qos(1).identifier(300))
                .subscribes(subscribe(3, "$share/g/t").qos(1).identifier(70_000))
                .vanishes();
        for (int i = 0; i < others; i++) {
            offline("other-" + i);
        }
        broker.connect(connect("alice")).publishes(publish("t", "1").qos2().retained());
        broker.restarts();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        for (var received : bob.receivesInAnyOrder(
                publish("t", "1").qos2().retained().identifier(3).identifier(300),
                publish("t", "1").qos1().identifier(70_000))) {
            bob.acknowledges(received);
        }
        for (int i = 0; i < others; i++) {
            var other = broker.connect(connect("other-" + i).resuming().expiry(600));
            other.acknowledges(other.receives(publish("t", "1").qos2()));
        }
        broker.advance(Duration.ofMinutes(5));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
    }

    private void offline(String client) {
        broker.connect(connect(client).expiry(600)).subscribes("t").vanishes();
    }

    private void publishFive() {
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 5; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        alice.disconnects();
    }
}
