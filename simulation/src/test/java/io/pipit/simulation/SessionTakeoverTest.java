package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.pingreq;
import static io.pipit.simulation.Packets.pingresp;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Packet;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 3.1.4: one connection a Client Identifier, and it is that of the CONNECT accepted last. */
final class SessionTakeoverTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    @Spec("MQTT-3.1.4-3")
    void takeover_tellsTheFirstConnectionAndClosesIt() {
        var first = broker.connect(connect("alice"));
        var second = broker.connect(connect("alice"));
        first.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        second.receivesNothing();
        second.sends(pingreq()).receives(pingresp());
    }

    @Test
    @Spec("3.1.1:MQTT-3.1.4-2")
    void takeover_in311_closesTheFirstConnectionWithoutAWord() {
        var first = broker.connect(connect("alice").v311());
        var second = broker.connect(connect("alice").v311());
        first.isClosed();
        second.receivesNothing();
    }

    @Test
    void takeover_betweenVersions_speaksToEachInItsOwn() {
        var first = broker.connect(connect("alice"));
        var second = broker.connect(connect("alice").v31());
        first.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        broker.connect(connect("alice"));
        second.isClosed();
    }

    @Test
    void takeover_manyTimes_leavesExactlyTheLast() {
        var last = broker.connect(connect("alice"));
        for (int i = 0; i < 20; i++) {
            var next = broker.connect(connect("alice"));
            last.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
            last = next;
        }
        last.receivesNothing();
    }

    @Test
    void refusedConnect_takesNothingOver() {
        var first = broker.connect(connect("alice"));
        broker.access().refuse(ReasonCode.NOT_AUTHORIZED);
        broker.tries(connect("alice")).isClosedAfter(connack(ReasonCode.NOT_AUTHORIZED));
        first.receivesNothing();
    }

    @Test
    void undecidedConnect_takesNothingOverYet() {
        var first = broker.connect(connect("alice"));
        broker.access().hold();
        var second = broker.tries(connect("alice"));
        first.receivesNothing();

        broker.access().acceptOne();
        broker.runUntilIdle();
        second.receives(connack());
        first.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
    }

    @Test
    void twoAtOnce_areServedInTheOrderOfTheirDecision() {
        broker.access().hold();
        var first = broker.tries(connect("alice"));
        var second = broker.tries(connect("alice"));
        broker.access().acceptLast();
        broker.access().acceptOne();
        broker.runUntilIdle();
        second.receives(connack());
        second.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        first.receives(connack());
        first.receivesNothing();
    }

    @Test
    @Spec({"MQTT-3.1.2-5", "MQTT-4.4.0-1"})
    void takeover_withCleanStart0_continuesTheSession() {
        var first = broker.connect(connect("alice").expiry(60)).subscribes("t");
        var bob = broker.connect(connect("bob"));
        bob.publishes(publish("t", "one").qos1(1));
        var sent = first.receives(publish("t", "one").qos1());

        var second = broker.tries(connect("alice").resuming().expiry(60));
        first.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        second.receives(connackPresent());
        var again = second.receives(
                publish("t", "one").qos1(sent.packetIdentifier()).asDuplicate());
        second.acknowledges(again);
        bob.publishes(publish("t", "two").qos1(2));
        second.acknowledges(second.receives(publish("t", "two").qos1()));
    }

    @Test
    @Spec({"MQTT-3.1.2-4", "MQTT-3.2.2-2"})
    void takeover_withCleanStart_endsTheSession() {
        var first = broker.connect(connect("alice").expiry(60)).subscribes("t");
        var second = broker.tries(connect("alice").expiry(60));
        first.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        second.receives(connack());
        broker.connect(connect("bob")).publishes(publish("t", "one").qos1(1));
        second.receivesNothing();
    }

    @Test
    void takeover_ofASessionThatEndsWithItsConnection_startsANewOne() {
        var first = broker.connect(connect("alice")).subscribes("t");
        var second = broker.tries(connect("alice").resuming().expiry(60));
        first.isClosedAfter(disconnect(ReasonCode.SESSION_TAKEN_OVER));
        second.receives(connack());
    }

    @Test
    void takeover_ofAStalledConnection_doesNotWaitForIt() {
        var first = broker.connect(connect("alice").expiry(60)).stalls();
        var second = broker.connect(connect("alice").resuming().expiry(60));
        second.sends(pingreq()).receives(pingresp());
        broker.advance(Duration.ofSeconds(30));
        first.isClosed();
    }

    @Test
    void takeover_isConnectedForTheStorageToo() {
        broker.connect(connect("alice")
                        .expiry(60)
                        .will(publish("will", "gone").qos1().delay(30)))
                .mayLeaveUnheard();
        broker.connect(connect("alice").resuming().expiry(60));
        broker.advance(Duration.ofMinutes(5));
        broker.crashes();
        broker.connect(connect("bob").expiry(600)).subscribes("will");
        broker.advance(Duration.ofSeconds(45));
        broker.tries(connect("alice").resuming().expiry(60)).receives(connackPresent());
        broker.advance(Duration.ofMinutes(5));
        broker.crashes();
        broker.connect(connect("bob").resuming().expiry(600)).receivesNothing();
    }

    @Test
    void takeover_whileTheFirstWaitsForAnAcknowledgement_deliversOnce() {
        broker.connect(connect("bob").expiry(60)).subscribes("t").vanishes();
        var first = broker.connect(connect("alice").expiry(60));
        broker.storage().holdCommits();
        first.sends(publish("t", "one").qos2(1));
        var second = broker.tries(connect("alice").resuming().expiry(60));
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        second.receives(connackPresent());
        second.sends(publish("t", "one").qos2(1).asDuplicate()).receives(pubrec(1));
        second.sends(pubrel(1)).receives(pubcomp(1));
        first.hearsAll();

        var bob = broker.connect(connect("bob").resuming().expiry(60));
        bob.acknowledges(bob.receives(publish("t", "one").qos2()));
        bob.receivesNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    @Spec("MQTT-4.3.3-10")
    void takeover_repeatsAPublishWhoseCommitIsPending_hasItsPubrecWhenThatIsSafe(int others) {
        var second = takesOverDuringAPublish(
                others, connect("alice").expiry(60), connect("alice").resuming().expiry(60));
        while (!broker.storage().held().isEmpty()) {
            broker.storage().releaseOneCommit();
            broker.runUntilIdle();
        }
        second.receives(connackPresent());
        second.receives(pubrec(1));
        second.sends(pubrel(1));
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        second.receives(pubcomp(1));
        var bob = broker.connect(connect("bob").resuming().expiry(60));
        bob.acknowledges(bob.receives(publish("t", "one").qos2()));
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-4.3.3-10")
    void takeover_repeatsAPublishBehindAnother_hasBothAcknowledged() {
        var second = takesOverDuringAPublish(
                0,
                connect("alice").expiry(60),
                connect("alice").resuming().expiry(60),
                publish("t", "two").qos1(7).packet());
        while (!broker.storage().held().isEmpty()) {
            broker.storage().releaseOneCommit();
            broker.runUntilIdle();
        }
        second.receives(connackPresent());
        assertThat(second.hearsAll()).containsExactlyInAnyOrder(pubrec(1), puback(7));
    }

    @Test
    void takeover_thatIsLostAgain_waitsForNoPubrec() {
        var second = takesOverDuringAPublish(
                0, connect("alice").expiry(60), connect("alice").resuming().expiry(60));
        releaseUntilHeard(second);
        second.receives(connackPresent());
        second.vanishes();
        var third = broker.tries(connect("alice").resuming().expiry(60));
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        third.receives(connackPresent());
        third.sends(publish("t", "one").qos2(1).asDuplicate()).receives(pubrec(1));
        third.sends(pubrel(1)).receives(pubcomp(1));
        assertThat(broker.census().holdings().receivedIdentifiers()).isZero();
    }

    @Test
    void takeover_repeatsAPublishThatCannotBeStored_hearsSo() {
        var second = takesOverDuringAPublish(
                0, connect("alice").expiry(60), connect("alice").resuming().expiry(60));
        releaseUntilHeard(second);
        broker.storage().failHeldCommits("no space left");
        broker.runUntilIdle();
        second.receives(connackPresent());
        second.receives(pubrec(1, ReasonCode.QUOTA_EXCEEDED));
    }

    @Test
    void takeover_in311_repeatsAPublishThatCannotBeStored_isClosedAfterAWhile() {
        broker.configured(settings().refuseAfter(Duration.ofSeconds(10)));
        var second = takesOverDuringAPublish(
                0, connect("alice").v311().resuming(), connect("alice").v311().resuming());
        releaseUntilHeard(second);
        broker.storage().failHeldCommits("no space left");
        broker.runUntilIdle();
        second.receives(connackPresent());
        broker.advance(Duration.ofSeconds(9));
        second.receivesNothing();
        broker.advance(Duration.ofSeconds(2));
        second.isClosed();
    }

    private void releaseUntilHeard(SimulatedClient client) {
        while (client.unheard() == 0) {
            broker.storage().releaseOneCommit();
            broker.runUntilIdle();
        }
    }

    /** A PUBLISH has come, and behind it a second connection that repeats it, while the storage commits nothing. */
    private SimulatedClient takesOverDuringAPublish(
            int others, ConnectDraft before, ConnectDraft after, Packet... beforeTheRepetition) {
        for (String subscriber : List.of("bob", "carol", "dave")) { // on more loops than one
            broker.connect(connect(subscriber).expiry(60)).subscribes("t").vanishes();
        }
        var first = broker.connect(before);
        for (int i = 0; i < others; i++) {
            broker.opens("other"); // so the second connection begins on another loop
        }
        var second = broker.opens("alice");
        broker.storage().holdCommits();
        first.sendsWithoutTurn(publish("t", "one").qos2(1).packet());
        second.sendsWithoutTurn(after.packet());
        Arrays.stream(beforeTheRepetition).forEach(second::sendsWithoutTurn);
        second.sends(publish("t", "one").qos2(1).asDuplicate());
        first.mayLeaveUnheard();
        return second;
    }
}
