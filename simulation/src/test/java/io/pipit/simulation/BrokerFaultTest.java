package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.puback;
import static io.pipit.simulation.Packets.pubcomp;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static io.pipit.simulation.Packets.pubrel;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ReasonCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A fault of the broker itself ends what it concerns, and nothing else. */
final class BrokerFaultTest {
    private static final String CONNECTION = "a broken connection";
    private static final String STORAGE = "a broken storage";
    private static final Disconnect GOODBYE = new Disconnect(ReasonCode.UNSPECIFIED_ERROR, Properties.NONE);

    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @Test
    void targetThatThrows_endsItsConnection_andTheOthersGetTheMessage() {
        var carol = broker.connect(connect("carol").expiry(600)).subscribes("t");
        broker.breaksTheNextConnection();
        var bob = broker.connect(connect("bob")).subscribes("t");
        var dave = broker.connect(connect("dave").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.breaks(CONNECTION, () -> alice.sends(publish("t", "hi").qos1(1)));
        alice.receives(puback(1));
        bob.isClosedAfter(GOODBYE);
        carol.acknowledges(carol.receives(publish("t", "hi").qos1()));
        dave.acknowledges(dave.receives(publish("t", "hi").qos1()));
    }

    @Test
    void targetThatThrowsAtItsGoodbyeToo_isClosedWithoutAWord_andKeepsItsSession() {
        broker.breaksTheNextConnectionAltogether();
        var broken = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var carol = broker.connect(connect("carol")).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.breaks(
                "a broken connection", () -> alice.sends(publish("t", "hi").qos1(1)));
        alice.receives(puback(1));
        broken.isClosed();
        carol.acknowledges(carol.receives(publish("t", "hi").qos1()));
        assertThat(broker.census().holdings().connections()).isEqualTo(2);
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "hi").qos1()));
    }

    @Test
    void targetThatThrows_isCountedAsADrop() {
        broker.breaksTheNextConnection();
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        var alice = broker.connect(connect("alice"));
        broker.breaks(CONNECTION, () -> alice.sends(publish("t", "hi")));
        bob.isClosedAfter(GOODBYE);
        broker.dropped("bob", DropReason.BROKER_FAULT, 1);
    }

    @Test
    void storedSessionThatThrows_getsTheMessageOnItsNextConnection() {
        broker.breaksTheNextConnection();
        var broken = broker.connect(connect("bob").expiry(600)).subscribes("t");
        var alice = broker.connect(connect("alice"));
        broker.breaks(CONNECTION, () -> alice.sends(publish("t", "hi").qos1(1)));
        alice.receives(puback(1));
        broken.isClosedAfter(GOODBYE);
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "hi").qos1()));
    }

    @Test
    void sessionThatThrowsWhenItsCommitIsDone_keepsNobodyFromHearingOfTheirs() {
        broker.breaksTheNextConnection();
        var bob = broker.connect(connect("bob").expiry(600)).subscribes("t", 2);
        var carol = broker.connect(connect("carol").expiry(600)).subscribes("t", 2);
        var dave = broker.connect(connect("dave").expiry(600)).subscribes("t", 2);
        var alice = broker.connect(connect("alice"));
        broker.breaks(CONNECTION, () -> alice.sends(publish("t", "hi").qos2(1)));
        alice.receives(pubrec(1));
        alice.sends(pubrel(1)).receives(pubcomp(1));
        bob.isClosedAfter(GOODBYE);
        carol.acknowledges(carol.receives(publish("t", "hi").qos2()));
        dave.acknowledges(dave.receives(publish("t", "hi").qos2()));
    }

    @Test
    void lazyCommitThatThrows_keepsNoMessageFromAnotherLoop() {
        var bob = broker.connect(connect("bob")).subscribes("t", 0);
        var carol = broker.connect(connect("carol")).subscribes("t", 0);
        var alice = broker.connect(connect("alice"));
        for (int i = 0; i < 4; i++) {
            var stored = broker.connect(connect("stored" + i).expiry(600)).subscribes("u");
            alice.publishes(publish("u", "hi").qos1());
            var message = stored.receives(publish("u", "hi").qos1());
            broker.storage().breakAtCommit(Batch.Urgency.LAZY);
            broker.breaks(
                    STORAGE,
                    () -> stored.sendsTogether(publish("t", "1").packet(), puback(message.packetIdentifier())));
            stored.sends(publish("t", "2"));
            for (var client : new SimulatedClient[] {bob, carol}) {
                client.receives(publish("t", "1"));
                client.receives(publish("t", "2"));
            }
            stored.sends(publish("u", "mine"));
            stored.receives(publish("u", "mine"));
            stored.vanishes();
        }
    }

    @Test
    void commitThatThrows_refusesItsPublish() {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        var alice = broker.connect(connect("alice"));
        broker.storage().breakAtCommit(Batch.Urgency.DURABLE);
        broker.breaks(STORAGE, () -> alice.sends(publish("t", "hi").qos1(1)));
        alice.receives(puback(1, ReasonCode.QUOTA_EXCEEDED));
        alice.publishes(publish("t", "again").qos1());
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "again").qos1()));
    }
}
