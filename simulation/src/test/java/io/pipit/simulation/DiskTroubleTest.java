package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connect;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

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
        assertThat(alice.unheard()).isZero();
        broker.advance(Duration.ofSeconds(12));
        alice.isClosed();
        broker.storage().recover();
        broker.connect(connect("bob").resuming().expiry(600)).receivesNothing();
    }

    @Test
    void will_isPublishedWhenItNeedsNoDisk_andItsRowGoesInAnyCase() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice").will(publish("t", "gone")));
        var carol =
                broker.connect(connect("carol").will(publish("t", "gone, too").retained()));
        broker.storage().refuse(FULL);
        alice.vanishes();
        bob.receives(publish("t", "gone"));
        carol.vanishes();
        bob.receivesNothing();
        broker.dropped("carol", DropReason.STORAGE_REFUSED, 1);
        assertThat(broker.storage().rows(Table.WILLS)).isZero();
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
