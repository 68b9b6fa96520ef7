package io.pipit.simulation;

import static io.pipit.simulation.Packets.connack;
import static io.pipit.simulation.Packets.connackPresent;
import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ReasonCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Rows of the storage that are not what the broker has written: it starts all the same, and says so. */
final class UnreadableRowsTest {
    private static final byte[] NONSENSE = {(byte) 0xFF};

    @RegisterExtension
    final Dialogue broker = new Dialogue();

    @ParameterizedTest
    @EnumSource(
            value = Table.class,
            mode = Mode.EXCLUDE,
            names = {"RECEIVED", "MESSAGES", "UNREADABLE"}) // RECEIVED has no values
    void unreadableRow_isSetAside_andEverythingElseIsThere(Table table) {
        everyTableHasRows();
        broker.storage().corruptFirst(table, NONSENSE);
        broker.crashes();
        assertThat(broker.alarms().get("storage-unreadable"))
                .startsWith("1 or more rows")
                .contains(table.name());
        assertThat(broker.storage().rows(Table.UNREADABLE)).isEqualTo(1);

        var zoe = broker.tries(connect("zoe").resuming().expiry(600));
        zoe.receives(connackPresent());
        broker.connect(connect("alice")).publishes(publish("z", "live").qos1());
        zoe.acknowledges(zoe.receives(publish("z", "stored").qos1()));
        zoe.acknowledges(zoe.receives(publish("z", "live").qos1()));
        broker.connect(connect("eve"))
                .subscribes("r/2")
                .receives(publish("r/2", "kept").retained().qos1());
        broker.crashes();
        assertThat(broker.storage().rows(Table.UNREADABLE)).isEqualTo(1);
    }

    /** Two rows in each table, of which only the first will be corrupted: bob's is before zoe's. */
    private void everyTableHasRows() {
        var alice = broker.connect(connect("alice"));
        for (String client : new String[] {"bob", "zoe"}) {
            var stored = broker.connect(
                    connect(client).expiry(600).will(publish("w", client).delay(300)));
            stored.subscribes(client.substring(0, 1));
            stored.sends(publish("x", "1").qos2(7)).receives(pubrec(7, ReasonCode.NO_MATCHING_SUBSCRIBERS));
            stored.vanishes();
            alice.publishes(publish(client.substring(0, 1), "stored").qos1());
        }
        alice.publishes(publish("r/1", "kept").retained().qos1());
        alice.publishes(publish("r/2", "kept").retained().qos1());
    }

    @Test
    void sessionWhoseRowIsUnreadable_isGone_andLeavesNothing() {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        broker.connect(connect("alice")).publishes(publish("t", "1").qos1());
        broker.storage().corruptFirst(Table.SESSIONS, NONSENSE);
        broker.crashes();
        broker.tries(connect("bob").resuming().expiry(600)).receives(connack());
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.SUBSCRIPTIONS)).isZero();
    }

    @Test
    void unreadableEpoch_givesNoNumberTwice() {
        broker.crashes();
        broker.crashes();
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        broker.storage().corruptFirst(Table.BROKER, NONSENSE);
        broker.crashes();
        var zoe = broker.connect(connect("zoe").expiry(600)).subscribes("z");
        broker.connect(connect("alice"))
                .publishes(publish("t", "for bob").qos1())
                .publishes(publish("z", "for zoe").qos1());
        zoe.acknowledges(zoe.receives(publish("z", "for zoe").qos1()));
        broker.crashes();
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "for bob").qos1()));
        bob.receivesNothing();
    }

    @Test
    void entryThatBecomesUnreadable_isDroppedAndCounted_andTheNextIsSent() {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        broker.connect(connect("alice"))
                .publishes(publish("t", "1").qos1())
                .publishes(publish("t", "2").qos1());
        broker.storage().corruptFirst(Table.ENTRIES, NONSENSE);
        var bob = broker.connect(connect("bob").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("t", "2").qos1()));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.UNREADABLE)).isEqualTo(1);
    }

    @Test
    void entryWithMoreBehindItsMessage_isUnreadable() throws IOException {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        broker.connect(connect("alice")).publishes(publish("t", "1").qos1());
        byte[] row = broker.storage()
                .tables()
                .scan(Table.ENTRIES, new byte[0], 1)
                .getFirst()
                .value();
        broker.storage().corruptFirst(Table.ENTRIES, Arrays.copyOf(row, row.length + 1));
        broker.connect(connect("bob").resuming().expiry(600)).receivesNothing();
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.UNREADABLE)).isEqualTo(1);
    }

    @Test
    void messageOfManyQueuesThatIsUnreadable_isDroppedInEach() {
        IntStream.range(0, 9)
                .forEach(i -> broker.connect(connect("bob" + i).expiry(600))
                        .subscribes("t")
                        .vanishes());
        broker.connect(connect("alice")).publishes(publish("t", "many").qos1());
        broker.storage().corruptFirst(Table.MESSAGES, NONSENSE);
        for (int i = 0; i < 9; i++) {
            broker.connect(connect("bob" + i).resuming().expiry(600)).receivesNothing();
        }
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
        assertThat(broker.storage().rows(Table.UNREADABLE)).isEqualTo(1);
    }

    @Test
    void counterThatIsUnreadable_keepsItsMessageForAllOfItsQueues() throws IOException {
        IntStream.range(0, 9)
                .forEach(i -> broker.connect(connect("bob" + i).expiry(600))
                        .subscribes("t")
                        .vanishes());
        broker.connect(connect("alice")).publishes(publish("t", "many").qos1());
        var counter =
                broker.storage().tables().scan(Table.MESSAGES, new byte[0], 2).getLast();
        broker.storage().tables().commit(new Batch(Batch.Urgency.LAZY).put(Table.MESSAGES, counter.key(), new byte[7]));
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.UNREADABLE)).isEqualTo(1);
        for (int i = 0; i < 9; i++) {
            var bob = broker.connect(connect("bob" + i).resuming().expiry(600));
            bob.acknowledges(bob.receives(publish("t", "many").qos1()));
            broker.advance(Duration.ofSeconds(2));
        }
        assertThat(broker.storage().rows(Table.ENTRIES)).isZero();
        assertThat(broker.storage().rows(Table.MESSAGES)).isEqualTo(2);
    }

    @Test
    void messageRowThatIsNone_isSetAside() throws IOException {
        broker.storage().tables().commit(new Batch(Batch.Urgency.LAZY).put(Table.MESSAGES, new byte[3], NONSENSE));
        broker.advance(Duration.ofSeconds(5));
        assertThat(broker.storage().rows(Table.MESSAGES)).isZero();
        assertThat(broker.storage().rows(Table.UNREADABLE)).isEqualTo(1);
    }

    @Test
    void readsThatFailAtTheStart_areTriedAgain() {
        broker.connect(connect("bob").expiry(600)).subscribes("t").vanishes();
        broker.storage().failReads("a bad block");
        broker.crashesAndWaits(() -> {
            assertThat(broker.alarms()).containsValue("a bad block");
            broker.storage().recover();
        });
        broker.tries(connect("bob").resuming().expiry(600)).receives(connackPresent());
    }
}
