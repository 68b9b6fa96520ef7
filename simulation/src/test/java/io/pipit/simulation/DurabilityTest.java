package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.Packets.suback;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.Packets.unsuback;
import static io.pipit.simulation.Packets.unsubscribe;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is sent only after it is durable: held and failed commits show the order. */
final class DurabilityTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec("MQTT-4.5.0-1")
    void puback_waitsForTheQueueEntries() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "hi").qos1(1)).receivesNothing();
        release();
        alice.receives(puback(1));
    }

    @Test
    void puback_waitsForTheRetainedChange() {
        broker.connect(connect("carol")).subscribes("t", 0).mayLeaveUnheard();
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "hi").qos1(1).retained()).receivesNothing();
        release();
        alice.receives(puback(1));
    }

    @Test
    void puback_ofWhatTouchesNothingStored_doesNotWait() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "hi").qos1(1)).receives(puback(1));
        alice.sends(publish("t", "ho").qos2(2)).receives(pubrec(2));
        alice.sends(pubrel(2)).receives(pubcomp(2));
        bob.acknowledges(bob.receives(publish("t", "hi").qos1()));
        bob.acknowledges(bob.receives(publish("t", "ho").qos2()));
        assertThat(broker.storage().held().stream().filter(batch -> batch.urgency() == Batch.Urgency.DURABLE))
                .isEmpty();
    }

    @Test
    void puback_keepsItsOrderBehindOneThatWaits() {
        offline("bob");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "waits").qos1(1))
                .sends(publish("free", "does not").qos1(2));
        alice.receivesNothing();
        release();
        assertThat(alice.hearsAll().stream().map(packet -> ((PubAck) packet).packetIdentifier()))
                .containsExactly(1, 2);
    }

    @Test
    @Spec("MQTT-4.3.3-10")
    void pubrec_waitsForEntriesAndIdentifierInOneBatch() {
        offline("bob");
        var alice = broker.connect(connect("alice").expiry(600));
        broker.storage().holdCommits();
        alice.sends(publish("t", "hi").qos2(1)).receivesNothing();
        assertThat(broker.storage().held())
                .anySatisfy(batch -> assertThat(tables(batch)).contains(Table.ENTRIES, Table.RECEIVED));
        release();
        alice.receives(pubrec(1));
    }

    @Test
    void pubrec_toAStoredSession_waitsForItsIdentifierAlone() {
        broker.connect(connect("carol")).subscribes("t", 0).mayLeaveUnheard();
        var alice = broker.connect(connect("alice").expiry(600));
        broker.storage().holdCommits();
        alice.sends(publish("t", "hi").qos2(1)).receivesNothing();
        release();
        alice.receives(pubrec(1));
    }

    @Test
    @Spec("MQTT-4.3.3-12")
    void pubcomp_toAStoredSession_waitsForTheRemovalOfTheIdentifier() {
        var alice = broker.connect(connect("alice").expiry(600));
        alice.sends(publish("t", "hi").qos2(1)).hearsAll();
        broker.storage().holdCommits();
        alice.sends(pubrel(1)).receivesNothing();
        release();
        alice.receives(pubcomp(1));
        assertThat(broker.storage().rows(Table.RECEIVED)).isZero();
    }

    @Test
    @Spec("MQTT-4.3.3-10")
    void repeatedQos2_whoseCommitIsPending_waitsForIt() {
        offline("bob");
        var alice = broker.connect(connect("alice").expiry(600));
        broker.storage().holdCommits();
        alice.sends(publish("t", "hi").qos2(1)).receivesNothing();
        alice.sends(publish("t", "hi").qos2(1).asDuplicate()).receivesNothing();
        release();
        alice.receives(pubrec(1));
        alice.hearsAll();
        alice.sends(pubrel(1)).receives(pubcomp(1));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "hi").qos2()));
        bob.receivesNothing();
    }

    @Test
    void qos2Publish_toAStoredSession_waitsForItsEntry() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "hi").qos2(1));
        bob.receivesNothing();
        release();
        alice.receives(pubrec(1));
        bob.acknowledges(bob.receives(publish("t", "hi").qos2()));
    }

    @Test
    void qos2Publish_toAConnectedCleanSession_doesNotWaitForAnother() {
        offline("bob");
        var carol = broker.connect(connect("carol")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "hi").qos2(1)).receivesNothing();
        carol.acknowledges(carol.receives(publish("t", "hi").qos2()));
        release();
        alice.receives(pubrec(1));
    }

    @Test
    @Spec("MQTT-4.3.3-6")
    void pubrel_toAStoredSession_waitsForPubrecReceived() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
        broker.storage().holdCommits();
        bob.sends(pubrec(identifier)).receivesNothing();
        release();
        bob.receives(pubrel(identifier));
        bob.sends(pubcomp(identifier));
    }

    @Test
    @Spec("MQTT-4.3.3-6")
    void pubrecAgain_whoseCommitIsPending_hasOnePubrel() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
        broker.storage().holdCommits();
        bob.sends(pubrec(identifier)).sends(pubrec(identifier)).receivesNothing();
        release();
        bob.receives(pubrel(identifier));
        bob.sends(pubcomp(identifier)).receivesNothing();
    }

    @Test
    void pubrecWhoseConnectionIsLostBeforeItIsDurable_hasItsPubrelOnTheNext() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
        broker.storage().holdCommits();
        bob.sends(pubrec(identifier)).vanishes();
        bob = broker.tries(connect("bob").resuming().expiry(600));
        release();
        bob.receives(connackPresent());
        bob.receives(pubrel(identifier));
        bob.sends(pubcomp(identifier)).receivesNothing();
    }

    @Test
    void pubrelAgain_whoseCommitIsPending_hasOnePubcomp() {
        var alice = broker.connect(connect("alice").expiry(600));
        alice.sends(publish("t", "hi").qos2(1)).hearsAll();
        broker.storage().holdCommits();
        alice.sends(pubrel(1)).sends(pubrel(1)).receivesNothing();
        release();
        alice.receives(pubcomp(1));
        alice.receivesNothing();
    }

    @Test
    void suback_isForTheConnectionThatAskedForIt() {
        var first = broker.connect(connect("alice").expiry(600));
        broker.storage().holdCommits();
        first.sends(subscribe(1, "t").qos(1));
        var second = broker.tries(connect("alice").resuming().expiry(600));
        first.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        release();
        second.receives(connackPresent());
        second.receivesNothing();
        broker.connect(connect("bob")).publishes(publish("t", "hi").qos1());
        second.acknowledges(second.receives(publish("t", "hi").qos1()));
    }

    @Test
    void connack_waitsForTheCreationOfAStoredSession() {
        broker.storage().holdCommits();
        var alice = broker.tries(connect("alice").expiry(600)).receivesNothing();
        release();
        alice.receives(connack());
    }

    @Test
    void connack_waitsForTheResumptionOfAStoredSession() {
        offline("alice");
        broker.storage().holdCommits();
        var alice = broker.tries(connect("alice").resuming().expiry(600)).receivesNothing();
        release();
        alice.receives(connackPresent());
    }

    @Test
    void connack_waitsForTheDiscardingOfAStoredSession() {
        offline("alice");
        broker.storage().holdCommits();
        var alice = broker.tries(connect("alice")).receivesNothing();
        release();
        alice.receives(connack());
    }

    @Test
    void connack_ofACleanSession_doesNotWait() {
        broker.storage().holdCommits();
        broker.tries(connect("alice")).receives(connack());
        broker.tries(connect("bob").v311()).receives(connack());
    }

    @Test
    void suback_ofAStoredSession_waitsForTheSubscriptions() {
        var alice = broker.connect(connect("alice").expiry(600));
        broker.storage().holdCommits();
        alice.sends(subscribe(1, "t").and("u").qos(0)).receivesNothing();
        release();
        alice.receives(suback(1, ReasonCode.GRANTED_QOS_2, ReasonCode.SUCCESS));
    }

    @Test
    void unsuback_ofAStoredSession_waitsForTheSubscriptions() {
        var alice = broker.connect(connect("alice").expiry(600)).subscribes("t");
        broker.storage().holdCommits();
        alice.sends(unsubscribe(1, "t")).receivesNothing();
        release();
        alice.receives(unsuback(1, ReasonCode.SUCCESS));
    }

    @Test
    void suback_ofACleanSession_doesNotWait() {
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.subscribes("t").unsubscribes("t");
    }

    @Test
    @Spec("MQTT-3.1.2-10")
    void will_isPublishedAndRemovedInOneBatch() {
        offline("bob");
        var alice = broker.connect(
                connect("alice").expiry(600).will(publish("t", "gone").qos1().retained()));
        broker.storage().holdCommits();
        alice.vanishes();
        assertThat(broker.storage().held())
                .anySatisfy(batch -> assertThat(tables(batch)).contains(Table.ENTRIES, Table.RETAINED, Table.WILLS));
        broker.crashes();
        broker.advance(Duration.ofSeconds(1));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "gone").qos1()));
        bob.receivesNothing();
    }

    @Test
    void acknowledgementsOfASubscriber_areLazy() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "1").qos1()).publishes(publish("t", "2").qos1());
        var one = bob.receives(publish("t", "1").qos1());
        broker.storage().holdCommits();
        bob.acknowledges(one);
        broker.advance(Duration.ofMillis(60));
        assertThat(broker.storage().held())
                .isNotEmpty()
                .allSatisfy(batch -> assertThat(batch.urgency()).isEqualTo(Batch.Urgency.LAZY));
        bob.receives(publish("t", "2").qos1());
        release();
    }

    @Test
    void messageThatIsAcknowledgedBeforeItIsDurable_leavesNoRow_andIsNotSentAgain() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("t", "1").qos1(1));
        bob.acknowledges(bob.receives(publish("t", "1").qos1()));
        alice.receivesNothing();
        release();
        alice.receives(puback(1));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        bob.vanishes();
        broker.connect(connect("bob").resuming().expiry(600)).receivesNothing();
    }

    @Test
    void publishWhoseCommitWasLost_isNotAcknowledgedAndMayComeAgain() {
        offline("bob");
        var alice = broker.connect(connect("alice").expiry(600));
        broker.storage().holdCommits();
        alice.sends(publish("t", "hi").qos2(1)).receivesNothing();
        broker.crashes();
        alice.isClosed();
        alice = broker.connect(connect("alice").resuming().expiry(600));
        alice.sends(publish("t", "hi").qos2(1).asDuplicate()).receives(pubrec(1));
        alice.sends(pubrel(1)).receives(pubcomp(1));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "hi").qos2()));
        bob.receivesNothing();
    }

    @Test
    void crashAtEveryCommit_losesNothingAcknowledgedAndDeliversQos2Once() {
        for (int commits = 0; commits < 12; commits++) {
            broker.configured(settings());
            offline("bob");
            var alice = broker.connect(connect("alice").expiry(600));
            broker.storage().holdCommits();
            alice.sends(publish("t", "hi").qos2(1));
            int released = 0;
            boolean received = false;
            for (; released < commits && !broker.storage().held().isEmpty(); released++) {
                broker.storage().releaseOneCommit();
                broker.runUntilIdle();
                if (!received && alice.unheard() > 0) {
                    received = true;
                    alice.receives(pubrec(1));
                    alice.sends(pubrel(1));
                }
            }
            boolean completed = alice.unheard() > 0;
            alice.hearsAll();
            broker.crashes();
            alice = broker.connect(connect("alice").resuming().expiry(600));
            if (!received) {
                alice.sends(publish("t", "hi").qos2(1).asDuplicate()).receives(pubrec(1));
            }
            if (!completed) {
                alice.sends(pubrel(1));
                assertThat(alice.hearsAll()).singleElement().isInstanceOf(PubComp.class);
            }
            var bob = broker.connect(connect("bob").resuming().expiry(600));
            bob.acknowledges(bob.receives(publish("t", "hi").qos2()));
            bob.receivesNothing();
        }
    }

    private static Set<Table> tables(Batch batch) {
        return batch.changes().stream().map(Batch.Change::table).collect(Collectors.toSet());
    }

    private void offline(String client) {
        broker.connect(connect(client).expiry(600)).subscribes("t").vanishes();
    }

    private void release() {
        broker.storage().releaseCommits();
        broker.runUntilIdle();
    }
}
