package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.Packets.unsuback;
import static io.pipit.simulation.Packets.unsubscribe;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Section 4.8.2: each message to one of several. */
final class SharedSubscriptionTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    void members_receiveInTurn() {
        var members = members(3, "$share/g/t");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 30; i++) {
            alice.publishes(publish("t", "m" + i));
        }
        for (var member : members) {
            assertThat(member.hearsAll()).as(member.name()).hasSize(10);
        }
    }

    @Test
    void groups_areIndependentOfEachOtherAndOfOthers() {
        var one = broker.connect(connect("one")).subscribes("$share/g/t");
        var two = broker.connect(connect("two")).subscribes("$share/h/t");
        var three = broker.connect(connect("three")).subscribes("$share/g/+");
        var four = broker.connect(connect("four")).subscribes("t");
        broker.connect(connect("alice")).publishes(publish("t", "hi"));
        for (var client : List.of(one, two, three, four)) {
            client.receives(publish("t", "hi"));
        }
    }

    @Test
    @Spec("MQTT-3.3.4-5")
    void copiesForSeveralSubscriptions_carryEachItsOwnIdentifier() {
        var alice = broker.connect(connect("alice"));
        alice.subscribes(subscribe(1, "$share/g/t").identifier(1))
                .subscribes(subscribe(2, "t").identifier(2))
                .subscribes(subscribe(3, "$share/h/#"));
        broker.connect(connect("bob")).publishes(publish("t", "hi"));
        alice.receivesInAnyOrder(
                publish("t", "hi").identifier(1), publish("t", "hi").identifier(2), publish("t", "hi"));
        alice.receivesNothing();
    }

    @Test
    void memberThatAlsoSubscribesOrdinarily_receivesBoth() {
        var bob = broker.connect(connect("bob"))
                .subscribes(subscribe(1, "$share/g/t").identifier(1))
                .subscribes(subscribe(2, "t").identifier(2));
        broker.connect(connect("alice")).publishes(publish("t", "hi"));
        bob.receivesInAnyOrder(
                publish("t", "hi").identifier(1), publish("t", "hi").identifier(2));
        bob.receivesNothing();
    }

    @Test
    void clients311_maybeMembers() {
        var bob = broker.connect(connect("bob").v311()).subscribes("$share/g/t", 1);
        var carol = broker.connect(connect("carol").v31()).subscribes("$share/g/t", 1);
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "1").qos1()).publishes(publish("t", "2").qos1());
        assertThat(bob.hearsAll().size()).isEqualTo(1);
        assertThat(carol.hearsAll().size()).isEqualTo(1);
    }

    @Test
    @Spec("MQTT-4.8.2-3")
    void delivery_isAtTheQoSOfItsMember() {
        var bob = broker.connect(connect("bob")).subscribes("$share/g/t", 0);
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "hi").qos2());
        bob.receives(publish("t", "hi"));
        bob.disconnects();
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t", 1);
        alice.publishes(publish("t", "hi").qos2());
        carol.acknowledges(carol.receives(publish("t", "hi").qos1()));
    }

    @Test
    @Spec("MQTT-3.8.3-4")
    void noLocal_isAProtocolError() {
        var bob = broker.connect(connect("bob"));
        bob.sends(subscribe(1, "$share/g/t").noLocal());
        bob.isClosedAfter(disconnect(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    void retainedMessages_areNotSent() {
        broker.connect(connect("alice")).publishes(publish("t", "kept").retained());
        broker.connect(connect("bob"))
                .subscribes("$share/g/t")
                .subscribes("$share/g/#")
                .receivesNothing();
    }

    @Test
    void unsubscribe_leavesTheGroup() {
        var bob = broker.connect(connect("bob")).subscribes("$share/g/t");
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        bob.sends(unsubscribe(1, "$share/g/t", "t"))
                .receives(unsuback(1, ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED));
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 4; i++) {
            alice.publishes(publish("t", "m" + i));
            carol.receives(publish("t", "m" + i));
        }
        bob.receivesNothing();
    }

    @Test
    void memberWithRoom_comesBeforeOneWhoseWindowIsFull() {
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("$share/g/t");
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 10; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        assertThat(bob.hearsAll()).hasSize(1);
        assertThat(carol.hearsAll()).hasSize(9);
    }

    @Test
    void membersWhoseWindowsAreFull_keepTheRestInTheirQueues() {
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("$share/g/t");
        var carol = broker.connect(connect("carol").receiveMaximum(1)).subscribes("$share/g/t");
        broker.connect(connect("dave").expiry(600)).subscribes("$share/g/t").vanishes();
        var alice = broker.connect(connect("alice"));
        Set<Payload> missing = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
            missing.add(Payload.of("m" + i));
        }
        while (bob.unheard() + carol.unheard() > 0) {
            var next = bob.unheard() > 0 ? bob : carol;
            var received = next.receivesPublish();
            assertThat(missing.remove(received.payload())).isTrue();
            next.acknowledges(received);
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void connectedMember_comesBeforeOneThatIsOffline() {
        broker.connect(connect("bob").expiry(600)).subscribes("$share/g/t").vanishes();
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 5; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
            carol.acknowledges(carol.receives(publish("t", "m" + i).qos1()));
        }
        broker.connect(connect("bob").resuming().expiry(600)).receivesNothing();
    }

    @Test
    void offlineStoredMember_keepsWhatNobodyElseCanTake() {
        broker.connect(connect("bob").expiry(600)).subscribes("$share/g/t").vanishes();
        broker.connect(connect("alice"))
                .publishes(publish("t", "1").qos1())
                .publishes(publish("t", "2").qos2());
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        var one = bob.receives(publish("t", "1").qos1());
        var two = bob.receives(publish("t", "2").qos2());
        bob.acknowledges(one).acknowledges(two);
    }

    @Test
    void sessionThatEnds_leavesItsUnacknowledgedQos1ToAnother() {
        var bob = broker.connect(connect("bob").receiveMaximum(2)).subscribes("$share/g/t");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 5; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        bob.acknowledges(bob.receives(publish("t", "m0").qos1()));
        bob.receives(publish("t", "m1").qos1());
        bob.receives(publish("t", "m2").qos1());
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        bob.vanishes();
        for (var received : carol.receivesInAnyOrder(
                publish("t", "m1").qos1(),
                publish("t", "m2").qos1(),
                publish("t", "m3").qos1(),
                publish("t", "m4").qos1())) {
            carol.acknowledges(received);
        }
        carol.receivesNothing();
    }

    @Test
    void messageOnItsWayToAMemberThatEnds_reachesAnother() {
        for (int turns = 0; turns < 8; turns++) {
            for (String member : List.of("alice", "bob", "dave")) { // on more loops than one
                broker.configured(SettingsDraft.settings());
                var leaving = broker.connect(connect(member)).subscribes("$share/g/t");
                var staying = broker.connect(connect("carol")).subscribes("$share/g/t");
                var publisher = broker.connect(connect("publisher"));
                for (int i = 1; i <= 4; i++) {
                    publisher.sendsWithoutTurn(publish("t", "m" + i).qos1(i).packet());
                }
                for (int i = 0; i < turns; i++) {
                    broker.turn();
                }
                leaving.network().peerCloses();
                broker.runUntilIdle();
                staying.receivesInAnyOrder(
                        publish("t", "m1").qos1(),
                        publish("t", "m2").qos1(),
                        publish("t", "m3").qos1(),
                        publish("t", "m4").qos1());
                leaving.mayLeaveUnheard();
                for (int i = 1; i <= 4; i++) {
                    publisher.receives(puback(i));
                }
            }
        }
    }

    @Test
    @Spec("MQTT-4.8.2-5")
    void sessionThatEnds_givesAwayNoQos2ThatWasSent() {
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("$share/g/t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "sent").qos2())
                .publishes(publish("t", "unsent").qos2());
        bob.receives(publish("t", "sent").qos2());
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        bob.vanishes();
        carol.acknowledges(carol.receives(publish("t", "unsent").qos2()));
        carol.receivesNothing();
        broker.dropped("bob", DropReason.SHARED_QOS_2_IN_FLIGHT, 1);
    }

    @Test
    void qos2ThatItsClientHasReceived_isNotDropped_whenTheSessionEnds() {
        var bob = broker.connect(connect("bob")).subscribes("$share/g/t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
        bob.sends(pubrec(identifier)).receives(pubrel(identifier));
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        bob.vanishes();
        carol.receivesNothing();
        broker.droppedNothing("bob");
    }

    @Test
    @Spec("MQTT-4.8.2-4")
    void qos2ThatWasSent_waitsForItsClient() {
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("$share/g/t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        int identifier = bob.receives(publish("t", "hi").qos2()).packetIdentifier();
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        bob.vanishes();
        broker.advance(Duration.ofMinutes(5));
        carol.receivesNothing();
        bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "hi").qos2(identifier).asDuplicate()));
    }

    @Test
    void storedSessionThatExpires_leavesItsQueueToAnother() {
        broker.connect(connect("bob").expiry(60)).subscribes("$share/g/t").vanishes();
        broker.connect(connect("alice"))
                .publishes(publish("t", "1").qos1())
                .publishes(publish("t", "2").qos2());
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        broker.advance(Duration.ofSeconds(63));
        for (var received : carol.receivesInAnyOrder(
                publish("t", "1").qos1(), publish("t", "2").qos2())) {
            carol.acknowledges(received);
        }
        broker.droppedNothing("bob");
    }

    @Test
    @Spec("MQTT-4.8.2-6")
    void acknowledgementWithAnError_endsTheMessage() {
        var bob = broker.connect(connect("bob")).subscribes("$share/g/t");
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos1());
        var received = bob.receives(publish("t", "hi").qos1());
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        bob.sends(puback(received.packetIdentifier(), ReasonCode.UNSPECIFIED_ERROR));
        carol.receivesNothing();
        bob.disconnects();
        carol.receivesNothing();
        broker.dropped("bob", DropReason.REFUSED_BY_CLIENT, 1);
    }

    @Test
    void groupOfStoredSessions_outlivesACrash() {
        broker.connect(connect("bob").expiry(600)).subscribes("$share/g/t");
        broker.connect(connect("carol").expiry(600)).subscribes("$share/g/t");
        broker.crashes();
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 4; i++) {
            alice.publishes(publish("t", "m" + i).qos1());
        }
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        var carol = broker.connect(connect("carol").resuming().expiry(600));
        assertThat(bob.hearsAll().size() + carol.hearsAll().size()).isEqualTo(4);
    }

    @Test
    void sameClientTwice_isOneMember() {
        var bob = broker.connect(connect("bob")).subscribes("$share/g/t").subscribes("$share/g/t", 1);
        broker.connect(connect("alice")).publishes(publish("t", "hi").qos2());
        bob.acknowledges(bob.receives(publish("t", "hi").qos1()));
        bob.receivesNothing();
    }

    @Test
    void memberThatSubscribesAgain_hasOneTurnAsBefore() {
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        var bob = broker.connect(connect("bob")).subscribes("$share/g/t").subscribes("$share/g/t");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 6; i++) {
            alice.publishes(publish("t", "m" + i));
        }
        assertThat(bob.hearsAll()).hasSize(3);
        assertThat(carol.hearsAll()).hasSize(3);
    }

    @Test
    void lastMemberThatLeaves_endsTheGroupUntilAnotherComes() {
        var bob = broker.connect(connect("bob")).subscribes("$share/g/t");
        var carol = broker.connect(connect("carol")).subscribes("$share/g/t");
        var alice = broker.connect(connect("alice"));
        bob.unsubscribes("$share/g/t");
        alice.sends(publish("t", "one").qos1(1)).receives(puback(1));
        carol.acknowledges(carol.receives(publish("t", "one").qos1()));
        carol.unsubscribes("$share/g/t");
        alice.sends(publish("t", "two").qos1(2)).receives(puback(2, ReasonCode.NO_MATCHING_SUBSCRIBERS));
        bob.subscribes("$share/g/t");
        alice.sends(publish("t", "three").qos1(3)).receives(puback(3));
        bob.acknowledges(bob.receives(publish("t", "three").qos1()));
        carol.receivesNothing();
    }

    private List<SimulatedClient> members(int count, String filter) {
        List<SimulatedClient> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(broker.connect(connect("member" + i)).subscribes(filter));
        }
        return members;
    }
}
