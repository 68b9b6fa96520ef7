package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.broker.LocalMessage;
import io.pipit.broker.QueuePolicy;
import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The program around the broker publishes and subscribes without a connection. */
final class LocalSubscriptionTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue();

    private static LocalMessage message(String topic, String text) {
        return LocalMessage.of(topic, text, QoS.AT_LEAST_ONCE);
    }

    @Test
    void messagesOfClients_comeInTheirOrder() {
        var local = broker.subscribes("a/+");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 5; i++) {
            alice.publishes(publish("a/b", "m" + i).qos1());
        }
        alice.publishes(publish("other", "no"));
        assertThat(local.hears()).containsExactly("a/b=m0", "a/b=m1", "a/b=m2", "a/b=m3", "a/b=m4");
    }

    @Test
    void messageOfTheProgram_reachesClientsAndTheProgram() {
        var local = broker.subscribes("a/#");
        var bob = broker.connect(connect("bob")).subscribes("a/#");
        var published = broker.publishes(message("a/b", "hi"));
        assertThat(published.outcome()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(published.isReleased()).isTrue();
        bob.acknowledges(bob.receives(publish("a/b", "hi").qos1()));
        assertThat(local.hears()).containsExactly("a/b=hi");
    }

    @Test
    void messageThatNobodyGets_saysSo() {
        assertThat(broker.publishes(message("a/b", "hi")).outcome()).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
    }

    @Test
    void messageForAStoredSession_isAcceptedWhenItIsDurable() {
        broker.connect(connect("bob").expiry(600)).subscribes("t", 1).vanishes();
        broker.storage().holdCommits();
        var published = broker.publishes(message("t", "one"));
        assertThat(published.outcome()).isNull();
        broker.storage().releaseCommits();
        broker.runUntilIdle();
        assertThat(published.outcome()).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void messageThatNoClientMayPublish_isRefused() {
        broker.configured(settings().maximumQos(0).maximumTopicLevels(2).withoutRetain());
        assertThat(broker.publishes(message("t", "x")).outcome()).isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
        assertThat(broker.publishes(LocalMessage.of("a/b/c", "x", QoS.AT_MOST_ONCE))
                        .outcome())
                .isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(broker.publishes(LocalMessage.of("a", "x", QoS.AT_MOST_ONCE).retained())
                        .outcome())
                .isEqualTo(ReasonCode.RETAIN_NOT_SUPPORTED);
        assertThat(broker.publishes(LocalMessage.of("a", "x".repeat(2 << 20), QoS.AT_MOST_ONCE))
                        .outcome())
                .isEqualTo(ReasonCode.PACKET_TOO_LARGE);
    }

    @Test
    void properties_areForwardedWithTheRestOfTheExpiry() {
        List<LocalMessage> heard = new ArrayList<>();
        var local = broker.subscribes("t").does(heard::add);
        Properties properties = Properties.builder()
                .add(Property.CONTENT_TYPE, "text/plain")
                .add(Property.MESSAGE_EXPIRY_INTERVAL, 60L)
                .build();
        broker.publishes(new LocalMessage(TopicName.of("t"), Payload.of("hi"), QoS.AT_LEAST_ONCE, false, properties));
        broker.advance(Duration.ofSeconds(20));
        local.hears();
        assertThat(heard).hasSize(1);
        assertThat(heard.get(0).qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(heard.get(0).properties().get(Property.CONTENT_TYPE)).isEqualTo("text/plain");
        assertThat(heard.get(0).properties().get(Property.MESSAGE_EXPIRY_INTERVAL))
                .isEqualTo(40L);
    }

    @Test
    void messageThatExpiresWhileItWaits_isDroppedAndCounted() {
        var local = broker.subscribes("t");
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "late").expiry(10));
        alice.publishes(publish("t", "kept"));
        broker.advance(Duration.ofSeconds(11));
        assertThat(local.hears()).containsExactly("t=kept");
        broker.dropped("$local-1", DropReason.EXPIRED, 1);
        assertThat(local.subscription().dropped()).isEqualTo(1);
    }

    @Test
    void retainedMessages_comeOnSubscribing() {
        broker.publishes(message("a/b", "one").retained());
        broker.publishes(message("a/c", "two").retained());
        broker.publishes(message("other", "no").retained());
        var local = broker.subscribes("a/+");
        assertThat(local.hears()).containsExactlyInAnyOrder("a/b!=one", "a/c!=two");
        broker.publishes(message("a/b", "three").retained());
        assertThat(local.hears()).containsExactly("a/b=three");
    }

    @Test
    void retainedMessages_doNotComeWhenNotWanted() {
        broker.publishes(message("a/b", "one").retained());
        assertThat(broker.subscribes("a/+", RetainHandling.DO_NOT_SEND).hears()).isEmpty();
    }

    @Test
    void manyRetainedMessages_comeAtTheListenersPaceAndAreNeverCutShort() {
        broker.configured(settings().queue(10, QueuePolicy.DROP_OLDEST));
        for (int i = 0; i < 3000; i++) {
            broker.publishes(message("a/" + i, "x").retained());
        }
        var local = broker.subscribes("a/+");
        assertThat(local.subscription().waiting()).isBetween(1, 256);
        assertThat(local.hears()).hasSize(3000).doesNotHaveDuplicates();
        broker.droppedNothing("$local-1");
    }

    @Test
    void fullQueue_dropsTheOldestAndCounts() {
        broker.configured(settings().queue(3, QueuePolicy.DROP_OLDEST));
        broker.publishes(message("t", "retained").retained());
        var local = broker.subscribes("t");
        for (int i = 0; i < 10; i++) {
            broker.publishes(message("t", "m" + i));
        }
        assertThat(local.subscription().waiting()).isEqualTo(4);
        assertThat(local.hears()).containsExactly("t!=retained", "t=m7", "t=m8", "t=m9");
        broker.dropped("$local-1", DropReason.QUEUE_FULL, 7);
        assertThat(local.subscription().dropped()).isEqualTo(7);
    }

    @Test
    void fullQueueByBytes_dropsTheNewestWhenThatIsThePolicy() {
        broker.configured(settings().queueBytes(1000, QueuePolicy.DROP_NEWEST));
        var local = broker.subscribes("t");
        for (int i = 0; i < 10; i++) {
            broker.publishes(message("t", i + "x".repeat(250)));
        }
        assertThat(local.hears()).hasSize(2).allMatch(text -> text.startsWith("t=0") || text.startsWith("t=1"));
        broker.dropped("$local-1", DropReason.QUEUE_FULL, 8);
    }

    @Test
    void fullQueue_refusesThePublisherWhenThatIsThePolicy() {
        broker.configured(settings().queue(2, QueuePolicy.REFUSE_PUBLISHER));
        var local = broker.subscribes("t");
        broker.publishes(message("t", "m0"));
        broker.publishes(message("t", "m1"));
        assertThat(broker.publishes(message("t", "m2")).outcome()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(local.hears()).containsExactly("t=m0", "t=m1");
    }

    @Test
    void closed_getsNothingMore() {
        var local = broker.subscribes("t");
        broker.publishes(message("t", "waits"));
        local.subscription().close();
        local.subscription().close();
        assertThat(broker.publishes(message("t", "late")).outcome()).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        assertThat(local.hears()).isEmpty();
        assertThat(local.subscription().waiting()).isZero();
        broker.dropped("$local-1", DropReason.UNSUBSCRIBED, 1);
    }

    @Test
    void listenerThatThrows_getsTheNextMessage() {
        var local = broker.subscribes("t").does(message -> {
            throw new IllegalStateException("a fault of the program");
        });
        broker.publishes(message("t", "one"));
        broker.publishes(message("t", "two"));
        assertThat(local.hears()).containsExactly("t=one", "t=two");
    }

    @Test
    void sharedFilter_isRefused() {
        assertThatThrownBy(() -> broker.subscribes("$share/g/t"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("$share/g/t is shared");
    }

    @Test
    void listenerThatDoesNotTake_pausesPublishersWhenMemoryIsShort() {
        broker.configured(settings().memory(1 << 20));
        var local = broker.subscribes("t");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 20; i++) {
            alice.sends(publish("t", "x".repeat(100 << 10)));
        }
        assertThat(alice.network().isPaused()).isTrue();
        var held = broker.publishes(message("t", "y"));
        assertThat(held.outcome()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(held.isReleased()).isFalse();
        broker.advance(Duration.ofMillis(1100));
        assertThat(held.isReleased()).isTrue();

        local.hears();
        broker.advance(Duration.ofSeconds(1));
        local.hears();
        broker.advance(Duration.ofSeconds(1));
        assertThat(alice.network().isPaused()).isFalse();
        assertThat(broker.publishes(message("t", "y")).isReleased()).isTrue();
    }

    @Test
    void everySubscription_getsAMessageOnce() {
        List<LocalSubscriber> all =
                IntStream.range(0, 7).mapToObj(i -> broker.subscribes("t")).toList();
        broker.connect(connect("alice")).publishes(publish("t", "hi"));
        assertThat(all).allSatisfy(one -> assertThat(one.hears()).containsExactly("t=hi"));
    }
}
