package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.suback;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.QueuePolicy;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.Spec;
import io.pipit.mqtt.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section 3.3.1.3 and 3.8.3.1: the last message of a topic, for those who come later. Whether memory has it, or some, or
 * only the storage, makes no difference to anybody.
 */
@ParameterizedClass
@ValueSource(longs = {0, 300, 1})
final class RetainedTest {
    private final long cacheBytes;

    @RegisterExtension
    final Dialogue broker;

    RetainedTest(long cacheBytes) {
        this.cacheBytes = cacheBytes;
        this.broker = new Dialogue(configuration());
    }

    private SettingsDraft configuration() {
        return settings().retainedCache(cacheBytes);
    }

    @Test
    @Spec({"MQTT-3.3.1-5", "MQTT-3.3.1-9"})
    void retained_isSentToANewSubscriberWithRetain() {
        broker.connect(connect("alice"))
                .publishes(publish("t", "kept").retained().qos1());
        var bob = broker.connect(connect("bob")).subscribes("t");
        bob.acknowledges(bob.receives(publish("t", "kept").retained().qos1()));
    }

    @Test
    @Spec({"3.1.1:MQTT-3.3.1-8", "3.1.1:MQTT-3.3.1-9"})
    void retained_in311_hasRetainOnlyForNewSubscriptions() {
        var carol = broker.connect(connect("carol").v311()).subscribes("t");
        broker.connect(connect("alice").v311()).publishes(publish("t", "kept").retained());
        carol.receives(publish("t", "kept"));
        var bob = broker.connect(connect("bob").v311()).subscribes("t");
        bob.receives(publish("t", "kept").retained());
    }

    @Test
    void retained_behindAQueueWhoseMessagesHaveExpired_isSent() {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        broker.connect(connect("alice"))
                .publishes(publish("t", "old").qos1().expiry(60))
                .publishes(publish("r", "kept").retained().qos1());
        broker.advance(Duration.ofSeconds(62));
        broker.storage().holdReads();
        var bob = broker.connect(connect("bob").resuming().expiry(600)).subscribes("r");
        bob.receivesNothing();
        broker.storage().releaseReads();
        broker.runUntilIdle();
        bob.acknowledges(bob.receives(publish("r", "kept").retained().qos1()));
    }

    @Test
    @Spec("MQTT-3.3.1-5")
    void retained_isReplaced() {
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "old").retained())
                .publishes(publish("t", "new").retained());
        var bob = broker.connect(connect("bob")).subscribes("t");
        bob.receives(publish("t", "new").retained());
        bob.receivesNothing();
    }

    @Test
    @Spec({"MQTT-3.3.1-6", "MQTT-3.3.1-7"})
    void emptyPayload_clearsAndIsDelivered() {
        var carol = broker.connect(connect("carol")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "kept").retained())
                .publishes(publish("t", "").retained());
        carol.receives(publish("t", "kept"));
        carol.receives(publish("t", ""));
        broker.connect(connect("bob")).subscribes("#").receivesNothing();
        assertThat(broker.storage().rows(Table.RETAINED)).isZero();
    }

    @Test
    @Spec("MQTT-3.3.1-8")
    void withoutRetain_nothingIsKeptReplacedOrCleared() {
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("u", "passing"))
                .publishes(publish("t", "kept").retained())
                .publishes(publish("t", "passing"))
                .publishes(publish("t", ""));
        var bob = broker.connect(connect("bob")).subscribes("#");
        bob.receives(publish("t", "kept").retained());
        bob.receivesNothing();
    }

    @Test
    @Spec("MQTT-3.8.4-4")
    void subscriptionThatIsReplaced_losesNoMessageMeanwhile() {
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        bob.sends(subscribe(5, "t").qos(1));
        alice.sends(publish("t", "meanwhile").qos1(1));
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        assertThat(alice.hearsAll()).hasSize(1);
        assertThat(bob.hearsAll())
                .filteredOn(Publish.class::isInstance)
                .singleElement()
                .isInstanceOfSatisfying(
                        Publish.class, publish -> assertThat(publish.payload()).isEqualTo(Payload.of("meanwhile")));
    }

    @Test
    @Spec("MQTT-3.3.1-10")
    void retainHandling1_sendsForANewSubscriptionOnly() {
        broker.connect(connect("alice")).publishes(publish("t", "kept").retained());
        var bob =
                broker.connect(connect("bob")).subscribes(subscribe(1, "t").retainHandling(RetainHandling.SEND_IF_NEW));
        bob.receives(publish("t", "kept").retained());
        bob.subscribes(subscribe(2, "t").retainHandling(RetainHandling.SEND_IF_NEW));
        bob.receivesNothing();
        bob.unsubscribes("t").subscribes(subscribe(3, "t").retainHandling(RetainHandling.SEND_IF_NEW));
        bob.receives(publish("t", "kept").retained());
    }

    @Test
    @Spec("MQTT-3.3.1-11")
    void retainHandling2_sendsNothing() {
        broker.connect(connect("alice")).publishes(publish("t", "kept").retained());
        broker.connect(connect("bob"))
                .subscribes(subscribe(1, "t").retainHandling(RetainHandling.DO_NOT_SEND))
                .receivesNothing();
    }

    @Test
    @Spec({"MQTT-3.8.4-4", "MQTT-3.3.1-9"})
    void retainHandling0_sendsAgainForTheSameSubscription() {
        broker.connect(connect("alice")).publishes(publish("t", "kept").retained());
        var bob = broker.connect(connect("bob")).subscribes("t");
        bob.receives(publish("t", "kept").retained());
        bob.subscribes("t");
        bob.receives(publish("t", "kept").retained());
    }

    @Test
    void resumedSession_isNotSentRetainedMessagesAgain() {
        broker.connect(connect("alice")).publishes(publish("t", "kept").retained());
        var bob = broker.connect(connect("bob").expiry(60)).subscribes("t");
        bob.receives(publish("t", "kept").retained());
        bob.vanishes();
        broker.connect(connect("bob").resuming().expiry(60)).receivesNothing();
    }

    @ParameterizedTest
    @CsvSource({"0,2,0", "1,0,0", "1,1,1", "2,1,1", "2,2,2"})
    @Spec("MQTT-3.8.4-8")
    void retained_isSentAtTheLowerOfBothQoS(int published, int subscribed, int delivered) {
        broker.connect(connect("alice"))
                .publishes(publish("t", "kept").retained().qos(QoS.of(published), 0));
        var bob = broker.connect(connect("bob")).subscribes("t", subscribed);
        var received = bob.receives(publish("t", "kept").retained().qos(QoS.of(delivered), 0));
        if (delivered > 0) {
            bob.acknowledges(received);
        }
    }

    @Test
    void wildcards_receiveAllThatMatch() {
        var alice = broker.connect(connect("alice"));
        for (String topic : List.of("a", "a/b", "a/b/c", "b", "b/b", "$x/b", "/b")) {
            alice.publishes(publish(topic, "in " + topic).retained());
        }
        broker.connect(connect("one"))
                .subscribes("#")
                .receivesInAnyOrder(kept("a"), kept("a/b"), kept("a/b/c"), kept("b"), kept("b/b"), kept("/b"));
        broker.connect(connect("two")).subscribes("+/b").receivesInAnyOrder(kept("a/b"), kept("b/b"), kept("/b"));
        broker.connect(connect("three")).subscribes("a/#").receivesInAnyOrder(kept("a"), kept("a/b"), kept("a/b/c"));
        broker.connect(connect("four")).subscribes("$x/#").receives(kept("$x/b"));
    }

    @Test
    @Spec("MQTT-3.3.4-3")
    void retained_carriesTheIdentifierOfItsSubscription() {
        broker.connect(connect("alice")).publishes(publish("t", "kept").retained());
        var bob = broker.connect(connect("bob")).subscribes(subscribe(1, "t").identifier(5));
        bob.receives(publish("t", "kept").retained().identifier(5));
        bob.subscribes(subscribe(2, "#").identifier(6));
        bob.receives(publish("t", "kept").retained().identifier(6));
    }

    @Test
    void retained_keepsItsProperties() {
        var rich = publish("t", "kept")
                .retained()
                .with(Property.CONTENT_TYPE, "text/plain")
                .userProperty("b", "1")
                .userProperty("a", "2");
        broker.connect(connect("alice")).publishes(rich);
        broker.connect(connect("bob")).subscribes("t").receives(rich);
        broker.crashes();
        broker.connect(connect("bob")).subscribes("t").receives(rich);
    }

    @Test
    @Spec({"MQTT-3.3.2-5", "MQTT-3.3.2-6"})
    void messageExpiry_endsARetainedMessage() {
        broker.connect(connect("alice"))
                .publishes(publish("t", "kept").retained().expiry(60));
        broker.advance(Duration.ofSeconds(20));
        broker.connect(connect("bob"))
                .subscribes("t")
                .receives(publish("t", "kept").retained().expiry(40));
        broker.advance(Duration.ofSeconds(41));
        broker.connect(connect("carol")).subscribes("t").receivesNothing();
    }

    @Test
    void serverSideExpiry_endsARetainedMessage() {
        broker.configured(configuration().retainedExpiry(Duration.ofSeconds(100)));
        broker.connect(connect("alice")).publishes(publish("t", "kept").retained());
        broker.advance(Duration.ofSeconds(98));
        broker.connect(connect("bob")).subscribes("t").receivesPublish();
        broker.advance(Duration.ofSeconds(4));
        broker.connect(connect("carol")).subscribes("t").receivesNothing();
    }

    @Test
    void retained_outlivesARestartAndACrash() {
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "one").retained())
                .publishes(publish("u", "two").retained().qos1());
        alice.publishes(publish("v", "gone").retained())
                .publishes(publish("v", "").retained().qos1());
        alice.disconnects();
        broker.restarts();
        checkOneAndTwo(broker.connect(connect("bob")).subscribes("#"));
        broker.crashes();
        checkOneAndTwo(broker.connect(connect("bob")).subscribes("#"));
    }

    @Test
    void manyRetained_areAllSentWhileLiveMessagesFlow() {
        int topics = 20_000;
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < topics; i++) {
            alice.sends(publish("r/" + i, "kept " + i).retained());
        }
        var bob = broker.connect(connect("bob"));
        bob.sendsWithoutTurn(subscribe(1, "r/#").and("live").packet());
        int live = 0;
        while (broker.turn()) {
            alice.sendsWithoutTurn(publish("live", "m" + live++).packet());
            if (live > 500) {
                break;
            }
        }
        broker.runUntilIdle();
        bob.receives(suback(1, ReasonCode.GRANTED_QOS_2, ReasonCode.GRANTED_QOS_2));
        Set<String> seen = new HashSet<>();
        int liveSeen = 0;
        for (Packet packet : bob.hearsAll()) {
            Publish publish = (Publish) packet;
            if (publish.retain()) {
                seen.add(Objects.requireNonNull(publish.topic()).toString());
            } else {
                assertThat(publish.payload()).isEqualTo(Payload.of("m" + liveSeen++));
            }
        }
        assertThat(seen).hasSize(topics);
        assertThat(liveSeen).as("live messages").isGreaterThan(0);
    }

    @Test
    void manyRetained_goAtThePaceOfTheClient() {
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 100; i++) {
            alice.publishes(publish("r/" + i, "kept").retained().qos1());
        }
        var bob = broker.connect(connect("bob").receiveMaximum(3)).subscribes("r/#");
        alice.publishes(publish("other", "x"));
        Set<TopicName> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            assertThat(bob.unheard()).isLessThanOrEqualTo(3);
            var received = bob.receivesPublish();
            assertThat(received.retain()).isTrue();
            seen.add(Objects.requireNonNull(received.topic()));
            bob.acknowledges(received);
        }
        assertThat(seen).hasSize(100);
        bob.receivesNothing();
    }

    @Test
    void manyRetained_goOnWhenTheStoredSessionComesBack() {
        retain(50);
        Set<TopicName> seen = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            var bob = broker.connect(stored("bob", i));
            if (i == 0) {
                bob.subscribes("r/#");
            }
            seen.addAll(takes(bob, 3));
            bob.mayLeaveUnheard().vanishes();
        }
        seen.addAll(takes(broker.connect(stored("bob", 5)), 50));
        assertThat(seen).hasSize(50);
    }

    @Test
    void manyRetained_beginAnew_whenTheBrokerHasCrashed() {
        retain(50);
        takes(broker.connect(stored("bob", 0)).subscribes("r/#").mayLeaveUnheard(), 8);
        broker.crashes();
        assertThat(takes(broker.connect(stored("bob", 1)).mayLeaveUnheard(), 60))
                .hasSize(50);
        broker.restarts();
        broker.connect(stored("bob", 2)).receivesNothing();
    }

    @Test
    void manyRetained_goOn_whenTheirSubscriptionIsReplacedByOneThatWantsNone() {
        retain(50);
        var bob = broker.connect(stored("bob", 0)).subscribes("r/#");
        Set<TopicName> seen = takes(bob, 8);
        bob.sendsWithoutTurn(
                subscribe(1, "r/#").retainHandling(RetainHandling.DO_NOT_SEND).packet());
        seen.addAll(takes(bob, 60));
        assertThat(seen).hasSize(50);
        bob.mayLeaveUnheard();
        broker.restarts();
        broker.connect(stored("bob", 1)).receivesNothing();
    }

    @Test
    void manyRetained_thatWereSentWhileAReplacementWasMadeDurable_areNotSentAgain() {
        retain(4);
        var bob = broker.connect(stored("bob", 0)).subscribes("r/#");
        broker.storage().holdCommits();
        bob.sends(subscribe(1, "r/#").retainHandling(RetainHandling.DO_NOT_SEND));
        assertThat(takes(bob, 60)).hasSize(4);
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        bob.receives(suback(1, ReasonCode.GRANTED_QOS_2));
        broker.restarts();
        broker.connect(stored("bob", 1)).receivesNothing();
    }

    @Test
    void manyRetained_thatWereSentWhileAnotherSubscriptionWasMadeDurable_areNotSentAgain() {
        retain(4);
        var bob = broker.connect(stored("bob", 0)).subscribes("r/#");
        broker.storage().holdCommits();
        bob.sends(subscribe(1, "other"));
        assertThat(takes(bob, 60)).hasSize(4);
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        bob.receives(suback(1, ReasonCode.GRANTED_QOS_2));
        broker.restarts();
        broker.connect(stored("bob", 1)).receivesNothing();
    }

    @Test
    void manyRetained_thatWereSentWhileAReplacementThatWantsThemWasMadeDurable_areSentAgain() {
        retain(4);
        var bob = broker.connect(stored("bob", 0)).subscribes("r/#");
        broker.storage().holdCommits();
        bob.sends(subscribe(1, "r/#"));
        assertThat(takes(bob, 60)).hasSize(4);
        broker.storage().releaseOneCommit();
        bob.mayLeaveUnheard();
        broker.crashes();
        assertThat(takes(broker.connect(stored("bob", 1)), 60)).hasSize(4);
    }

    @Test
    void manyRetained_areSentInTurnsThatAreBounded() {
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 600; i++) {
            alice.sends(publish("r/" + i, "kept").retained());
        }
        var bob = broker.connect(connect("bob")).mayLeaveUnheard();
        bob.sendsWithoutTurn(subscribe(1, "r/#").qos(0).packet());
        int before = bob.unheard();
        while (broker.turn()) {
            assertThat(bob.unheard() - before).as("packets in one turn").isLessThanOrEqualTo(1 + 256);
            before = bob.unheard();
        }
        assertThat(bob.unheard()).isEqualTo(1 + 600);
    }

    @Test
    void retainedOnTheirWay_goOnAtTheQosOfTheSubscriptionThatReplacedTheirs() {
        var bob = broker.connect(connect("bob"));
        for (int i = 1; i <= 3; i++) {
            bob.publishes(publish("r/" + i, "kept").qos1().retained());
        }
        var alice = broker.connect(connect("alice").receiveMaximum(1)).subscribes("r/#", 1);
        var first = alice.receivesPublish();
        assertThat(first.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        alice.subscribes(subscribe(2, "r/#").qos(0).retainHandling(RetainHandling.DO_NOT_SEND));
        alice.acknowledges(first);
        assertThat(List.of(
                        alice.receivesPublish().qos(), alice.receivesPublish().qos()))
                .containsOnly(QoS.AT_MOST_ONCE);
    }

    @Test
    void retainedOnTheirWay_beginAnew_whenTheirSubscriptionIsReplacedByOneThatWantsThem() {
        var bob = broker.connect(connect("bob"));
        for (String topic : List.of("r/1", "r/2", "s/1")) {
            bob.publishes(publish(topic, topic).qos1().retained());
        }
        var alice = broker.connect(connect("alice").receiveMaximum(1)).subscribes("r/#", 1);
        var first = alice.receivesPublish();
        alice.subscribes("s/#", 1).subscribes("r/#", 1);
        alice.acknowledges(first);
        List<String> heard = new ArrayList<>();
        while (alice.unheard() > 0) {
            var message = alice.receivesPublish();
            heard.add(message.payload().toText());
            alice.acknowledges(message);
        }
        assertThat(heard).containsExactlyInAnyOrder("r/1", "r/2", "s/1");
    }

    @Test
    void retainedOnTheirWay_endWithTheirSubscription() {
        var bob = broker.connect(connect("bob"));
        for (int i = 1; i <= 3; i++) {
            bob.publishes(publish("r/" + i, "kept").qos1().retained());
        }
        var alice = broker.connect(connect("alice").receiveMaximum(1)).subscribes("r/#", 1);
        var first = alice.receivesPublish();
        alice.unsubscribes("r/#");
        alice.acknowledges(first).receivesNothing();
    }

    private void retain(int count) {
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < count; i++) {
            alice.publishes(publish("r/" + i, "kept").retained().qos1());
        }
    }

    private static ConnectDraft stored(String client, int earlierConnections) {
        ConnectDraft draft = connect(client).expiry(600).receiveMaximum(2);
        return earlierConnections == 0 ? draft : draft.resuming();
    }

    /** Acknowledges so many messages at most; returns their topics. */
    private static Set<TopicName> takes(SimulatedClient client, int most) {
        Set<TopicName> topics = new HashSet<>();
        for (int i = 0; i < most; i++) {
            List<Packet> heard = client.hearsAll();
            if (heard.isEmpty()) {
                break;
            }
            for (Packet packet : heard) {
                if (packet instanceof Publish publish) {
                    topics.add(Objects.requireNonNull(publish.topic()));
                    client.sends(puback(publish.packetIdentifier()));
                }
            }
        }
        return topics;
    }

    @Test
    void manyRetained_areNotCountedAgainstTheQueue() {
        broker.configured(configuration().queue(5, QueuePolicy.DROP_OLDEST));
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 50; i++) {
            alice.publishes(publish("r/" + i, "kept").retained().qos1());
        }
        var bob = broker.connect(connect("bob").expiry(60).receiveMaximum(2)).subscribes("r/#");
        for (int i = 0; i < 50; i++) {
            bob.acknowledges(bob.receivesPublish());
        }
        broker.droppedNothing("bob");
    }

    @Test
    void change_duringTheSending_isNeverFollowedByAnOlderValue() {
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 1_000; i++) {
            alice.sends(publish("r/" + i, "old").retained());
        }
        var bob = broker.connect(connect("bob"));
        bob.sendsWithoutTurn(subscribe(1, "r/#").packet());
        for (int i = 0; i < 1_000; i++) {
            alice.sendsWithoutTurn(publish("r/" + i, "new").retained().packet());
            broker.turn();
        }
        broker.runUntilIdle();
        Map<String, String> last = new HashMap<>();
        for (Packet packet : bob.hearsAll()) {
            if (packet instanceof Publish publish) {
                last.put(
                        Objects.requireNonNull(publish.topic()).toString(),
                        publish.payload().toText());
            }
        }
        assertThat(last).hasSize(1_000);
        assertThat(last.values()).containsOnly("new");
    }

    private static void checkOneAndTwo(SimulatedClient client) {
        for (var received : client.receivesInAnyOrder(
                publish("t", "one").retained(), publish("u", "two").retained().qos1())) {
            if (received.qos() == QoS.AT_LEAST_ONCE) {
                client.acknowledges(received);
            }
        }
        client.receivesNothing();
    }

    private static PublishDraft kept(String topic) {
        return publish(topic, "in " + topic).retained();
    }
}
