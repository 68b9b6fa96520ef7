package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnect;
import static io.pipit.simulation.Packets.disconnectWithExpiry;
import static io.pipit.simulation.Packets.pingreq;
import static io.pipit.simulation.Packets.pingresp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.suback;
import static io.pipit.simulation.Packets.subscribe;
import static io.pipit.simulation.SettingsDraft.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the broker counts of its connections, shows below $SYS, and tells its listeners. */
final class CountersTest {
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    @RegisterExtension
    final Dialogue broker = new Dialogue(settings().sys(INTERVAL, "pipit"));

    @Test
    void connectThatDoesNotComeInTime_isCounted() {
        broker.opens("alice");
        broker.advance(Duration.ofSeconds(12));
        assertThat(counted("metrics/connect/timeouts")).isEqualTo(1);
    }

    @Test
    void connectionThatEndsBeforeItsConnect_isNoTimeout() {
        broker.configured(settings().sys(INTERVAL, "pipit").connectTimeout(Duration.ofSeconds(2)));
        broker.opens("alice").vanishes();
        var bob = broker.opens("bob").speaks(ProtocolVersion.MQTT_3_1_1).stalls(); // so what it is told keeps it open
        bob.sendsBytes(0x10, 0x0E, 0, 4, 'M', 'Q', 'T', 'T', 6, 2, 0, 0, 0, 0, 1, 'a');
        broker.advance(Duration.ofSeconds(4));
        bob.isOpen();
        broker.advance(Duration.ofSeconds(4));
        bob.isClosed();
        assertThat(counted("metrics/connect/timeouts")).isZero();
    }

    @Test
    void connectionThatHasEnded_leavesNoTimer() {
        broker.configured(settings());
        int timers = broker.census().holdings().timers();
        broker.opens("nobody");
        var alice = broker.connect(connect("alice").keepAlive(60));
        assertThat(broker.census().holdings().timers()).isEqualTo(timers + 2);
        alice.vanishes();
        assertThat(broker.census().holdings().timers()).isEqualTo(timers + 1);
    }

    @Test
    void connectionThatWasToBeClosedLater_leavesNoTimer() {
        broker.configured(settings());
        broker.connect(connect("bob").expiry(0xFFFF_FFFFL)).subscribes("t").vanishes();
        int timers = broker.census().holdings().timers();
        var alice = broker.connect(connect("alice").v311());
        broker.storage().refuse("too little room");
        alice.sends(publish("t", "hi").qos1(1));
        assertThat(broker.census().holdings().timers()).isEqualTo(timers + 1);
        alice.vanishes();
        assertThat(broker.census().holdings().timers()).isEqualTo(timers);
    }

    @Test
    void refusedConnect_isCountedAndTold() {
        broker.access().refuse(ReasonCode.NOT_AUTHORIZED);
        broker.tries(connect("alice")).isClosedAfter(connack(ReasonCode.NOT_AUTHORIZED));
        assertThat(counted("metrics/connect/refused")).isEqualTo(1);
        assertThat(broker.visits()).containsExactly("alice refused, NOT_AUTHORIZED (0x87), not accepted");
    }

    @Test
    void refusedSubscription_isCounted() {
        broker.access().denySubscribe("secret");
        broker.connect(connect("alice"))
                .sends(subscribe(1, "secret").and("t"))
                .receives(suback(1, ReasonCode.NOT_AUTHORIZED, ReasonCode.GRANTED_QOS_2));
        assertThat(counted("metrics/subscriptions/refused")).isEqualTo(1);
    }

    @Test
    void protocolErrors_areCounted() {
        var alice = broker.connect(connect("alice"));
        alice.sends(connect("alice"));
        alice.isClosedAfter(disconnect(ReasonCode.PROTOCOL_ERROR));
        broker.opens("bob").sendsBytes(0xC0, 0);
        var carol = broker.connect(connect("carol"));
        carol.sendsBytes(0xC1, 0);
        carol.isClosedAfter(disconnect(ReasonCode.MALFORMED_PACKET));
        assertThat(counted("metrics/protocol-errors")).isEqualTo(3);
    }

    @Test
    void faultsOfTheBroker_areCounted() {
        broker.breaksTheNextConnectionAltogether();
        var bob = broker.connect(connect("bob")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.breaks("a broken connection", () -> alice.sends(publish("t", "hi")));
        bob.isClosed();
        assertThat(counted("metrics/faults")).isEqualTo(2); // at the message, and at the goodbye
    }

    @Test
    void packetsAndBytes_areCountedInBothDirections() {
        var alice = broker.connect(connect("alice"));
        long packetsReceived = counted("messages/received");
        long packetsSent = counted("messages/sent");
        long bytesReceived = counted("bytes/received");
        long bytesSent = counted("bytes/sent");
        alice.sends(pingreq()).receives(pingresp());
        assertThat(counted("messages/received")).isEqualTo(packetsReceived + 1);
        assertThat(counted("messages/sent")).isEqualTo(packetsSent + 1);
        assertThat(counted("bytes/received")).isEqualTo(bytesReceived + 2);
        assertThat(counted("bytes/sent")).isEqualTo(bytesSent + 2);
    }

    @Test
    void messagesFromClients_areCountedByQosWithTheirBytes() {
        broker.connect(connect("alice"))
                .publishes(publish("t", "1"))
                .publishes(publish("t", "22").qos1())
                .publishes(publish("t", "333").qos2());
        assertThat(counted("publish/bytes/received")).isEqualTo(6);
        for (int qos = 0; qos <= 2; qos++) {
            assertThat(counted("metrics/messages/qos" + qos + "/received")).isEqualTo(1);
        }
    }

    @Test
    void sessions_areCountedUntilTheyExpire() {
        broker.connect(connect("alice").expiry(100)).vanishes();
        var bob = broker.connect(connect("bob").expiry(60));
        assertThat(counted("clients/total")).isEqualTo(2);
        assertThat(counted("clients/connected")).isEqualTo(1);
        assertThat(counted("clients/expired")).isZero();
        broker.advance(Duration.ofSeconds(100));
        assertThat(counted("clients/total")).isEqualTo(1);
        assertThat(counted("clients/expired")).isEqualTo(1);
        bob.disconnects(disconnectWithExpiry(0));
        assertThat(counted("clients/total")).isZero();
        assertThat(counted("clients/expired")).isEqualTo(1);
    }

    @Test
    void sessionThatIsDiscarded_doesNotExpireAnyMore() {
        broker.connect(connect("alice").expiry(60)).vanishes();
        var alice = broker.connect(connect("alice").expiry(600));
        broker.connect(connect("bob").expiry(60)).vanishes();
        broker.connect(connect("bob").expiry(600)).vanishes();
        broker.advance(Duration.ofSeconds(90));
        assertThat(counted("clients/expired")).isZero();
        assertThat(counted("clients/total")).isEqualTo(2);
        alice.receivesNothing();
    }

    @Test
    void clientsThatComeAndGo_areToldToListenersWithTheReason() {
        broker.connect(connect("alice").expiry(60)).disconnects();
        broker.connect(connect("alice").resuming()).vanishes();
        var bob = broker.connect(connect("bob").keepAlive(10));
        broker.advance(Duration.ofSeconds(17));
        bob.isClosedAfter(disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
        assertThat(broker.visits())
                .containsExactly(
                        "alice connected",
                        "alice disconnected, SUCCESS (0x00)",
                        "alice connected to its session",
                        "alice disconnected, UNSPECIFIED_ERROR (0x80)",
                        "bob connected",
                        "bob disconnected, KEEP_ALIVE_TIMEOUT (0x8D)");
    }

    @Test
    void whatWaitsInAnOutgoingBuffer_takesMemoryUntilItIsSent() {
        var bob = broker.connect(connect("bob")).subscribes("t").stalls();
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 3; i++) {
            alice.publishes(publish("t", "x".repeat(1_000)));
        }
        assertThat(broker.census().memoryBytes()).isBetween(3_000L, 3_100L);
        bob.network().peerTakes(1_000);
        broker.runUntilIdle();
        assertThat(broker.census().memoryBytes()).isBetween(2_000L, 2_100L);
        bob.readsOn();
        assertThat(broker.census().memoryBytes()).isZero();
        bob.hearsAll();
    }

    /** What stands below $SYS/broker/, when the numbers of now have been published. */
    private long counted(String name) {
        broker.advance(INTERVAL);
        LocalSubscriber reader = broker.subscribes("$SYS/broker/" + name);
        List<String> heard = reader.hears();
        reader.subscription().close();
        String last = heard.getLast();
        return Long.parseLong(last.substring(last.indexOf('=') + 1));
    }
}
