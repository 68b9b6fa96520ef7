package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.Packets.subscribe;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Table;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is there again after a restart, in order or after a crash: everything that was promised. */
final class RestartTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sessionsAndSubscriptions_areThereAgain(boolean crash) {
        broker.connect(connect("alice").expiry(600))
                .subscribes(subscribe(1, "a/+").qos(1).identifier(3))
                .subscribes(subscribe(2, "b").noLocal().retainAsPublished())
                .vanishes();
        broker.connect(connect("bob").v311().resuming()).subscribes("#", 0).vanishes();
        again(crash);
        var alice = broker.tries(connect("alice").resuming().expiry(600));
        alice.receives(connackPresent());
        var bob = broker.tries(connect("bob").v311().resuming());
        bob.receives(connackPresent());
        broker.connect(connect("carol"))
                .publishes(publish("a/x", "1").qos2())
                .publishes(publish("b", "2").retained());
        alice.acknowledges(alice.receives(publish("a/x", "1").qos1().identifier(3)));
        alice.receives(publish("b", "2").retained());
        alice.publishes(publish("b", "mine"));
        alice.receivesNothing();
        bob.receives(publish("a/x", "1"));
        bob.receives(publish("b", "2"));
        bob.receives(publish("b", "mine"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cleanSessions_areGone(boolean crash) {
        broker.connect(connect("alice")).subscribes("t").mayLeaveUnheard();
        again(crash);
        broker.tries(connect("alice").resuming()).receives(connack());
        assertThat(broker.storage().rows(Table.SUBSCRIPTIONS)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void retainedMessagesOnTheirWay_comeAgain_alsoWhenTheSubscriptionWasReplaced(boolean crash) {
        broker.connect(connect("bob"))
                .mayLeaveUnheard()
                .publishes(publish("r/1", "one").qos1().retained())
                .publishes(publish("r/2", "two").qos1().retained())
                .publishes(publish("other", "three").qos1().retained());
        var alice = broker.connect(connect("alice").expiry(600).receiveMaximum(1))
                .mayLeaveUnheard()
                .subscribes("r/#", 1);
        alice.receivesPublish();
        alice.subscribes(subscribe(2, "r/#").qos(1).retainHandling(RetainHandling.DO_NOT_SEND));
        alice.subscribes(subscribe(3, "other").qos(1).retainHandling(RetainHandling.DO_NOT_SEND));
        alice.receivesNothing();
        again(crash);
        alice = broker.connect(connect("alice").resuming().expiry(600));
        Set<String> heard = new HashSet<>();
        while (alice.unheard() > 0) {
            var message = alice.receivesPublish();
            heard.add(message.payload().toText());
            alice.acknowledges(message);
        }
        assertThat(heard).containsExactlyInAnyOrder("one", "two");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void queues_areThereAgainInOrder(boolean crash) {
        broker.connect(connect("alice").expiry(600)).subscribes("t").vanishes();
        var bob = broker.connect(connect("bob")).mayLeaveUnheard();
        for (int i = 0; i < 50; i++) {
            bob.publishes(publish("t", "m" + i).qos(QoS.of(1 + i % 2), 0));
        }
        again(crash);
        broker.connect(connect("bob")).publishes(publish("t", "m50").qos1());
        var alice = broker.connect(connect("alice").resuming().expiry(600).receiveMaximum(7));
        for (int i = 0; i < 50; i++) {
            alice.acknowledges(alice.receives(publish("t", "m" + i).qos(QoS.of(1 + i % 2), 0)));
        }
        alice.acknowledges(alice.receives(publish("t", "m50").qos1()));
        alice.receivesNothing();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Spec("MQTT-4.4.0-1")
    void unacknowledged_isSentAgainWithItsIdentifier(boolean crash) {
        var alice = broker.connect(connect("alice").expiry(600)).subscribes("t").mayLeaveUnheard();
        broker.connect(connect("bob"))
                .mayLeaveUnheard()
                .publishes(publish("t", "one").qos1())
                .publishes(publish("t", "two").qos2())
                .publishes(publish("t", "three").qos2());
        int first = alice.receives(publish("t", "one").qos1()).packetIdentifier();
        int second = alice.receives(publish("t", "two").qos2()).packetIdentifier();
        int third = alice.receives(publish("t", "three").qos2()).packetIdentifier();
        alice.sends(pubrec(third)).receives(pubrel(third));
        again(crash);
        alice = broker.connect(connect("alice").resuming().expiry(600));
        var one = alice.receives(publish("t", "one").qos1(first).asDuplicate());
        var two = alice.receives(publish("t", "two").qos2(second).asDuplicate());
        alice.receives(pubrel(third));
        alice.sends(pubcomp(third)).acknowledges(one).acknowledges(two).receivesNothing();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void identifiers_goOnWhereTheyWere(boolean crash) {
        var alice = broker.connect(connect("alice").expiry(600)).subscribes("t").mayLeaveUnheard();
        var bob = broker.connect(connect("bob")).mayLeaveUnheard();
        bob.publishes(publish("t", "one").qos1()).publishes(publish("t", "two").qos1());
        var one = alice.receives(publish("t", "one").qos1());
        var two = alice.receives(publish("t", "two").qos1());
        alice.acknowledges(one);
        alice.vanishes();
        broker.connect(connect("bob"))
                .mayLeaveUnheard()
                .publishes(publish("t", "three").qos1());
        again(crash);
        alice = broker.connect(connect("alice").resuming().expiry(600));
        var again =
                alice.receives(publish("t", "two").qos1(two.packetIdentifier()).asDuplicate());
        var three = alice.receives(publish("t", "three").qos1(two.packetIdentifier() + 1));
        alice.acknowledges(again).acknowledges(three);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Spec("MQTT-4.3.2-2")
    void newMessage_isNoDuplicateThoughLaterOnesWereComplete(boolean crash) {
        var alice = broker.connect(connect("alice").expiry(600)).subscribes("t");
        var bob = broker.connect(connect("bob"));
        bob.publishes(publish("t", "one").qos1()).publishes(publish("t", "two").qos1());
        int first = alice.receives(publish("t", "one").qos1()).packetIdentifier();
        alice.acknowledges(alice.receives(publish("t", "two").qos1()));
        alice.vanishes();
        again(crash);
        broker.connect(connect("bob")).publishes(publish("t", "three").qos1());
        alice = broker.connect(connect("alice").resuming().expiry(600));
        var one = alice.receives(publish("t", "one").qos1(first).asDuplicate());
        var three = alice.receives(publish("t", "three").qos1());
        assertThat(three.packetIdentifier()).isNotEqualTo(first);
        alice.acknowledges(one).acknowledges(three);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void newMessage_isNoDuplicateThoughItsQueueWasEmptyAtAnEarlierRestart(boolean crash) {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t", 1);
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 3; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
            bob.acknowledges(bob.receives(publish("t", "m" + i).qos1()));
        }
        bob.disconnects();
        again(crash);
        broker.connect(connect("alice")).publishes(publish("t", "new").qos1());
        again(crash);
        bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "new").qos1()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Spec("MQTT-4.3.3-10")
    void qos2ThatWasReceived_isNotReceivedAgain(boolean crash) {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice").expiry(600)).mayLeaveUnheard();
        alice.sends(publish("t", "hi").qos2(7)).receives(pubrec(7));
        again(crash);
        alice = broker.connect(connect("alice").resuming().expiry(600));
        alice.sends(publish("t", "hi").qos2(7).asDuplicate()).receives(pubrec(7));
        alice.sends(pubrel(7)).receives(pubcomp(7));
        alice.publishes(publish("t", "other").qos2(7));
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "hi").qos2()));
        bob.acknowledges(bob.receives(publish("t", "other").qos2()));
        bob.receivesNothing();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void storedSession_stillBelongsToItsUserName(boolean crash) {
        broker.connect(connect("alice").user("alice", "x").expiry(600)).vanishes();
        again(crash);
        broker.tries(connect("alice").user("mallory", "x").resuming().expiry(600))
                .isClosedAfter(connack(ReasonCode.NOT_AUTHORIZED));
    }

    @Test
    void rowsOfASessionThatEndedWhileTheStorageFailed_goAtTheNextStart() {
        var alice = broker.connect(connect("alice").expiry(5)).subscribes("t");
        broker.storage().failCommits("no space left", true);
        alice.vanishes();
        broker.advance(Duration.ofSeconds(10));
        broker.storage().recover();
        broker.connect(connect("alice").expiry(600)).mayLeaveUnheard();
        again(true);
        broker.advance(Duration.ofSeconds(1));
        assertThat(broker.storage().rows(Table.SUBSCRIPTIONS)).isZero();
        assertThat(broker.storage().rows(Table.SESSIONS)).isEqualTo(1);
    }

    @Test
    void manyCrashes_loseNothingAndRepeatNothing() {
        broker.connect(connect("alice").expiry(6_000)).subscribes("t").vanishes();
        List<String> received = new ArrayList<>();
        int sent = 0;
        for (int round = 0; round < 10; round++) {
            var bob = broker.connect(connect("bob"));
            for (int i = 0; i < 5; i++) {
                bob.publishes(publish("t", "m" + sent++).qos2());
            }
            broker.crashes(Duration.ofSeconds(5));
            var alice = broker.connect(connect("alice").resuming().expiry(6_000).receiveMaximum(2));
            for (int i = 0; i < (round < 9 ? 3 : sent - 27); i++) {
                var message = alice.receivesPublish();
                received.add(message.payload().toText());
                alice.acknowledges(message);
            }
            alice.hearsAll();
            alice.vanishes();
        }
        assertThat(received)
                .containsExactlyElementsOf(
                        IntStream.range(0, sent).mapToObj(i -> "m" + i).toList());
    }

    private void again(boolean crash) {
        if (crash) {
            broker.crashes();
        } else {
            broker.restarts();
        }
    }
}
