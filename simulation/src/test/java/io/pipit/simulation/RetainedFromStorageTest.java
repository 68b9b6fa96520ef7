package io.pipit.simulation;

import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.suback;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.QueuePolicy;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Spec;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retained messages that only the storage has: what happens while they are read. */
final class RetainedFromStorageTest {
    private static final byte[] NONSENSE = {(byte) 0xFF};
    private static final Duration RETRY = Duration.ofSeconds(2);

    @RegisterExtension
    final Dialogue broker = new Dialogue(settings().retainedCache(1));

    @Test
    @Spec("MQTT-3.3.2-17")
    void message_comesWithItsPayloadAndAllItsProperties() {
        var rich = publish("t", "\u0000\uFFFD kept")
                .retained()
                .qos1()
                .with(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                .with(Property.CONTENT_TYPE, "text/plain")
                .with(Property.RESPONSE_TOPIC, "answers/here")
                .with(Property.CORRELATION_DATA, Payload.of("c"))
                .userProperty("b", "1")
                .userProperty("a", "2")
                .userProperty("b", "3");
        broker.connect(connect("alice")).publishes(rich);
        var bob = broker.connect(connect("bob")).subscribes("t");
        bob.acknowledges(bob.receives(rich));
    }

    @Test
    void whileTheStorageCannotRead_nothingComes_andAllOfItAfterwards() {
        retain("a", "b", "c");
        broker.storage().failReads("input/output error");
        var bob = broker.connect(connect("bob")).subscribes("#", 0);
        bob.receivesNothing();
        assertThat(broker.alarms()).containsEntry("storage-reads", "input/output error");
        broker.advance(RETRY);
        bob.receivesNothing();
        broker.storage().recover();
        broker.advance(RETRY);
        bob.receivesInAnyOrder(kept("a"), kept("b"), kept("c"));
        assertThat(broker.alarms()).isEmpty();
    }

    @Test
    void readThatFailsAfterItsClientHasGone_isNotTriedAgain() {
        retain("a");
        broker.storage().holdReads();
        broker.connect(connect("bob")).subscribes("#", 0).vanishes();
        broker.storage().failReads("input/output error");
        broker.storage().releaseReads();
        broker.advance(RETRY);
        assertThat(broker.census().holdings().timers()).isZero();
    }

    @Test
    void sessionTakenOverWhileItsMessagesAreRead_isSentThemOnItsNewConnection() {
        retain("a", "b");
        var first = broker.connect(connect("bob").expiry(600));
        broker.storage().holdReads();
        first.subscribes("#", 0);
        var second = broker.tries(connect("bob").resuming().expiry(600));
        second.receives(connackPresent());
        answerReads();
        second.receivesInAnyOrder(kept("a"), kept("b"));
        first.mayLeaveUnheard();
    }

    @Test
    void sessionThatEndsWhileItsMessagesAreRead_isSentNothing() {
        retainAndHoldReads();
        broker.connect(connect("bob")).subscribes("#", 0).vanishes();
        answerReads();
        broker.connect(connect("bob")).receivesNothing();
    }

    @Test
    void offlineWhileItsMessagesAreRead_isSentThemWhenItComesBack() {
        retainAndHoldReads();
        broker.connect(connect("bob").expiry(600)).subscribes("#", 0).vanishes();
        answerReads();
        broker.connect(connect("bob").resuming().expiry(600)).receivesInAnyOrder(kept("a"), kept("b"));
    }

    @Test
    void unsubscribedWhileItsMessagesAreRead_isSentNothing() {
        retainAndHoldReads();
        var bob = broker.connect(connect("bob")).subscribes("#", 0).unsubscribes("#");
        answerReads();
        bob.receivesNothing();
    }

    @Test
    void changeWhileItIsRead_isNotFollowedByTheOlderValue() {
        retainAndHoldReads();
        var bob = broker.connect(connect("bob")).subscribes("#", 0);
        broker.connect(connect("alice")).publishes(publish("a", "newer").retained());
        bob.receives(publish("a", "newer"));
        answerReads();
        bob.receivesInAnyOrder(publish("a", "newer").retained(), kept("b"));
    }

    @Test
    void changeThatIsNotYetDurable_isNotFollowedByTheOlderValueThatIsRead() {
        retainAndHoldReads();
        var bob = broker.connect(connect("bob")).subscribes("#", 0);
        broker.storage().holdCommits();
        broker.connect(connect("alice")).publishes(publish("a", "newer").retained());
        bob.receives(publish("a", "newer"));
        answerReads();
        bob.receivesInAnyOrder(publish("a", "newer").retained(), kept("b"));
        broker.storage().releaseCommits();
    }

    @Test
    void changeAfterItWasRead_isNotFollowedByTheOlderValueThatWaitsForRoom() {
        var alice = broker.connect(connect("alice"));
        for (String topic : new String[] {"a", "b", "c"}) {
            alice.publishes(publish(topic, "kept " + topic).retained().qos1());
        }
        var bob = broker.connect(connect("bob").receiveMaximum(1)).subscribes("#", 1);
        var first = bob.receives(publish("a", "kept a").retained().qos1());
        alice.publishes(publish("b", "newer").retained());
        alice.publishes(publish("c", "").retained());
        bob.receives(publish("b", "newer"));
        bob.receives(publish("c", ""));
        bob.acknowledges(first);
        bob.receives(publish("b", "newer").retained());
        bob.receivesNothing();
    }

    @Test
    void clearedWhileItIsRead_isNotSent() {
        retainAndHoldReads();
        var bob = broker.connect(connect("bob")).subscribes("#", 0);
        broker.connect(connect("alice")).publishes(publish("a", "").retained());
        bob.receives(publish("a", ""));
        answerReads();
        bob.receives(kept("b"));
        bob.receivesNothing();
    }

    @Test
    void clearedWhileItIsRead_whoseRowIsStillThere_isNotSent() {
        retainAndHoldReads();
        var bob = broker.connect(connect("bob")).subscribes("#", 0);
        broker.storage().holdCommits();
        broker.connect(connect("alice")).publishes(publish("a", "").retained());
        bob.receives(publish("a", ""));
        answerReads();
        bob.receives(kept("b"));
        bob.receivesNothing();
        broker.storage().releaseCommits();
    }

    @Test
    @Spec("MQTT-3.3.2-5")
    void expiredWhileItIsRead_isNotSent() {
        broker.connect(connect("alice"))
                .publishes(publish("a", "kept a").retained().expiry(10))
                .publishes(publish("b", "kept b").retained());
        broker.storage().holdReads();
        var bob = broker.connect(connect("bob")).subscribes("#", 0);
        broker.advance(Duration.ofSeconds(11));
        answerReads();
        bob.receives(kept("b"));
        bob.receivesNothing();
    }

    @Test
    void rowThatCannotBeRead_isSetAside_andTheOthersAreSent() {
        retain("a", "b", "c");
        broker.storage().corruptFirst(Table.RETAINED, NONSENSE);
        var bob = broker.connect(connect("bob")).subscribes("#", 0);
        bob.receivesInAnyOrder(kept("b"), kept("c"));
        bob.receivesNothing();
        broker.runUntilIdle();
        assertThat(broker.alarms())
                .hasEntrySatisfying(
                        "storage-unreadable",
                        text -> assertThat(text).startsWith("1 or more rows").contains("RETAINED"));
        assertThat(broker.storage().rows(Table.UNREADABLE)).isEqualTo(1);
        assertThat(broker.storage().rows(Table.RETAINED)).isEqualTo(2);
        broker.connect(connect("alice")).publishes(publish("a", "anew").retained());
        bob.receives(publish("a", "anew"));
        broker.connect(connect("carol"))
                .subscribes("a")
                .receives(publish("a", "anew").retained());
    }

    @Test
    void localSubscription_isToldOfThem() {
        retainAndHoldReads();
        LocalSubscriber program = broker.subscribes("#");
        assertThat(program.hears()).isEmpty();
        broker.storage().releaseReads();
        assertThat(program.hears()).containsExactlyInAnyOrder("a!=kept a", "b!=kept b");
    }

    @Test
    void localSubscriptionThatClosesWhileTheyAreRead_isToldOfNone() {
        retainAndHoldReads();
        LocalSubscriber program = broker.subscribes("#");
        program.subscription().close();
        broker.runUntilIdle();
        broker.storage().releaseReads();
        assertThat(program.hears()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void manyMessages_comeWhole_afterAStartToo(int qos) {
        Map<String, String> published = new TreeMap<>();
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 1_500; i++) {
            String text = "kept " + i + "x".repeat(i % 7 == 0 ? 3_000 : i % 50);
            published.put("r/" + i % 11 + "/" + i, text);
            alice.publishes(publish("r/" + i % 11 + "/" + i, text).retained().qos2());
        }
        assertThat(all("bob", qos)).isEqualTo(published);
        broker.restarts();
        assertThat(all("carol", qos)).isEqualTo(published);
    }

    private Map<String, String> all(String name, int qos) {
        Map<String, String> heard = new TreeMap<>();
        var client = broker.connect(connect(name).receiveMaximum(30)).subscribes("r/#", qos);
        while (client.unheard() > 0) {
            Publish message = client.receivesPublish();
            assertThat(message.retain()).isTrue();
            String topic = Objects.requireNonNull(message.topic()).toString();
            assertThat(heard.put(topic, message.payload().toText())).as(topic).isNull();
            if (message.qos() != QoS.AT_MOST_ONCE) {
                client.acknowledges(message);
            }
        }
        return heard;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void nearTheBoundOfTheQueueByBytes_theyWaitForRoom(long cacheBytes) {
        broker.configured(settings().retainedCache(cacheBytes).queueBytes(1_000, QueuePolicy.DISCONNECT));
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 20; i++) {
            alice.publishes(publish("r/" + i, "x".repeat(10 + 30 * (i % 10)))
                    .retained()
                    .qos1());
        }
        var bob = broker.connect(connect("bob")).subscribes("r/#", 1);
        for (int i = 0; i < 20; i++) {
            bob.acknowledges(bob.receivesPublish());
        }
        bob.receivesNothing();
        broker.droppedNothing("bob");
    }

    @Test
    void messageThatNoQueueCouldHold_isCountedAsDropped_andTheOthersAreSent() {
        broker.configured(settings().retainedCache(1).queueBytes(1_000, QueuePolicy.DISCONNECT));
        broker.connect(connect("alice"))
                .publishes(publish("a", "kept a").retained().qos1())
                .publishes(publish("b", "x".repeat(2_000)).retained().qos1())
                .publishes(publish("c", "kept c").retained().qos1());
        var bob = broker.connect(connect("bob"));
        bob.sends(subscribe(1, "#").qos(1));
        bob.receives(suback(1, ReasonCode.GRANTED_QOS_1));
        bob.acknowledges(bob.receives(kept("a").qos1()));
        bob.acknowledges(bob.receives(kept("c").qos1()));
        bob.receivesNothing();
        broker.dropped("bob", DropReason.QUEUE_FULL, 1);
    }

    @Test
    void slowClient_keepsWhatWasReadInTheCountOfMemory_untilItGoes() {
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 50; i++) {
            alice.publishes(publish("r/" + i, "x".repeat(1_000)).retained().qos1());
        }
        var bob = broker.connect(connect("bob").expiry(600).receiveMaximum(2)).subscribes("r/#", 1);
        bob.mayLeaveUnheard();
        assertThat(broker.census().memoryBytes()).isBetween(48 * 1_000L, 60 * 1_200L);
        bob.vanishes();
        assertThat(broker.census().memoryBytes()).isLessThan(3_000);
    }

    /** What is retained on a and b is asked for from now on, and not answered. */
    private void retainAndHoldReads() {
        retain("a", "b");
        broker.storage().holdReads();
    }

    private void answerReads() {
        broker.storage().releaseReads();
        broker.runUntilIdle();
    }

    private void retain(String... topics) {
        var alice = broker.connect(connect("retainer"));
        for (String topic : topics) {
            alice.publishes(kept(topic));
        }
        alice.disconnects();
    }

    private static PublishDraft kept(String topic) {
        return publish(topic, "kept " + topic).retained();
    }
}
