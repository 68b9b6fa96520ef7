package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.ReasonCode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the broker says of itself below $SYS. */
final class SysTopicsTest {
    @RegisterExtension
    final Dialogue broker = new Dialogue(settings().sys(Duration.ofSeconds(10), "pipit@192.0.2.7"));

    @Test
    void sys_isNotDeliveredToLeadingWildcards() {
        var bob = broker.connect(connect("bob")).subscribes("#").subscribes("+/broker/version");
        broker.advance(Duration.ofSeconds(60));
        bob.receivesNothing();
    }

    @Test
    void clients_areCounted() {
        var bob = broker.connect(connect("bob")).subscribes("$SYS/broker/clients/connected");
        bob.hearsAll();
        broker.connect(connect("carol"));
        var dave = broker.connect(connect("dave"));
        broker.advance(Duration.ofSeconds(21));
        assertThat(last(bob)).isEqualTo("3");
        dave.disconnects();
        broker.advance(Duration.ofSeconds(21));
        assertThat(last(bob)).isEqualTo("2");
    }

    @Test
    void messages_areCounted() {
        var bob = broker.connect(connect("bob")).subscribes("$SYS/broker/publish/messages/received");
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 7; i++) {
            alice.publishes(publish("t", "x"));
        }
        broker.advance(Duration.ofSeconds(21));
        assertThat(last(bob)).isEqualTo("7");
    }

    @Test
    void alarm_isTold_andItsEnd() {
        var bob = broker.connect(connect("bob")).subscribes("$SYS/brokers/+/alarms/#");
        broker.storage().refuse("the disk is full");
        broker.advance(Duration.ofSeconds(21));
        broker.storage().recover();
        broker.advance(Duration.ofSeconds(21));
        assertThat(bob.hearsAll())
                .extracting(packet -> ((Publish) packet).topic() + " "
                        + ((Publish) packet).payload().toText())
                .satisfiesExactly(
                        raised -> assertThat(raised).contains("/alarms/storage-refuses/alert ", "the disk is full"),
                        noMore -> assertThat(noMore).endsWith("/alarms/storage-refuses/alert "),
                        cleared -> assertThat(cleared).contains("/alarms/storage-refuses/clear ", "storage-refuses"));
    }

    @Test
    void deliveries_areCountedWithTheirBytes_whetherTheirTopicIsSentOrItsAlias() {
        var bob = broker.connect(connect("bob").topicAliasMaximum(1)).subscribes("#", 1);
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("a", "12"))
                .publishes(publish("a", "345").qos1())
                .publishes(publish("b", "6789").qos1());
        bob.hearsAll();
        broker.advance(Duration.ofSeconds(21));
        assertThat(value("publish/messages/sent")).isEqualTo("3");
        assertThat(value("publish/bytes/sent")).isEqualTo("9");
        assertThat(value("metrics/messages/qos1/sent")).isEqualTo("2");
    }

    @Test
    void acknowledgementsThatNobodyExpects_areCounted() {
        var bob = broker.connect(connect("bob")).subscribes("t");
        bob.sends(puback(7)).sends(pubcomp(8)).sends(pubrec(9)).sends(pubrec(10, ReasonCode.UNSPECIFIED_ERROR));
        bob.receives(pubrel(9, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 2; i++) {
            alice.publishes(publish("t", "1").qos1())
                    .publishes(publish("t", "2").qos2());
            bob.acknowledges(bob.receives(publish("t", "1").qos1()));
            bob.acknowledges(bob.receives(publish("t", "2").qos2()));
        }
        broker.advance(Duration.ofSeconds(21));
        for (String type : List.of("puback", "pubcomp", "pubrec")) {
            assertThat(value("metrics/packets/" + type + "/missed")).as(type).isEqualTo("1");
        }
    }

    private String value(String name) {
        var reader = broker.connect(connect("reader"));
        String value = last(reader.subscribes("$SYS/broker/" + name));
        reader.disconnects();
        return value;
    }

    @Test
    void queuedMessages_areCounted_alsoAfterARestart_andUntilTheirSessionEnds() {
        broker.connect(connect("bob").expiry(60)).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice"));
        alice.publishes(publish("t", "1").qos1()).publishes(publish("t", "2").qos1());
        alice.disconnects();
        broker.restarts();
        broker.advance(Duration.ofSeconds(11));
        assertThat(value("messages/stored")).isEqualTo("2");
        var bob = broker.connect(connect("bob").expiry(60).resuming()).mayLeaveUnheard();
        bob.acknowledges(bob.receives(publish("t", "1").qos1()));
        bob.vanishes();
        broker.advance(Duration.ofSeconds(21));
        assertThat(value("messages/stored")).isEqualTo("1");
        broker.advance(Duration.ofSeconds(63));
        assertThat(value("messages/stored")).isEqualTo("0");
    }

    @Test
    void queueWhoseSessionEndsBeforeItsMessagesAreRefused_isCountedOutOnce() {
        broker.connect(connect("carol").expiry(600)).subscribes("u").vanishes();
        var alice = broker.connect(connect("alice"));
        broker.storage().holdCommits();
        alice.sends(publish("u", "1").qos1(2));
        broker.tries(connect("carol")).mayLeaveUnheard();
        broker.storage().failHeldCommits("no space left");
        broker.runUntilIdle();
        alice.receives(puback(2, ReasonCode.QUOTA_EXCEEDED));
        broker.advance(Duration.ofSeconds(21));
        assertThat(value("messages/stored")).isEqualTo("0");
    }

    @Test
    void retainedMessages_areThoseOfApplications() {
        broker.connect(connect("alice"))
                .publishes(publish("a", "x").retained())
                .publishes(publish("$other/b", "x").retained());
        broker.advance(Duration.ofSeconds(21));
        var bob = broker.connect(connect("bob")).subscribes("$SYS/broker/retained messages/count");
        assertThat(last(bob)).isEqualTo("2");
    }

    @Test
    void names_areThoseOfMosquittoAndOfEmqttd() {
        var bob = broker.connect(connect("bob")).subscribes("$SYS/#");
        broker.advance(Duration.ofSeconds(21));
        Set<String> topics = new HashSet<>();
        for (Packet packet : bob.hearsAll()) {
            topics.add(Objects.requireNonNull(((Publish) packet).topic()).toString());
        }
        assertThat(topics)
                .contains(
                        "$SYS/broker/version",
                        "$SYS/broker/uptime",
                        "$SYS/broker/clients/connected",
                        "$SYS/broker/clients/total",
                        "$SYS/broker/messages/received",
                        "$SYS/broker/messages/sent",
                        "$SYS/broker/bytes/received",
                        "$SYS/broker/bytes/sent",
                        "$SYS/broker/subscriptions/count",
                        "$SYS/broker/retained messages/count",
                        "$SYS/brokers/pipit@192.0.2.7/version",
                        "$SYS/brokers/pipit@192.0.2.7/uptime",
                        "$SYS/broker/metrics/packets/received");
    }

    @Test
    void interval0_publishesNothing() {
        broker.configured(settings());
        var bob = broker.connect(connect("bob")).subscribes("$SYS/#");
        bob.hearsAll();
        broker.advance(Duration.ofSeconds(60));
        bob.receivesNothing();
    }

    private static String last(SimulatedClient client) {
        var heard = client.hearsAll();
        return ((Publish) heard.getLast()).payload().toText();
    }
}
