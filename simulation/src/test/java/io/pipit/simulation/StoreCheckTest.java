package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.pubrec;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.Finding;
import io.pipit.broker.Finding.Severity;
import io.pipit.broker.StoreCheck;
import io.pipit.broker.StoreStatistics;
import io.pipit.broker.StoreStatistics.Cause;
import io.pipit.broker.StoredRow;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.StoredTables;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ReasonCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the rows of a storage mean to tools, what is found wrong in them, and what they are counted as. */
final class StoreCheckTest {
    private static final int MANY = 9;
    private static final byte[] NONSENSE = {(byte) 0xFF};

    @RegisterExtension
    final Dialogue broker = new Dialogue();

    /** Nine sessions are offline, a message waits for each, and one for all; more, so that every table has rows. */
    @BeforeEach
    void everyTableHasRows() {
        for (String client : clients()) {
            var stored = broker.connect(
                    connect(client).expiry(600).will(publish("w", client).delay(300)));
            stored.subscribes("to/" + client).subscribes("to/all").subscribes("$share/g/shared");
            stored.sends(publish("x", "1").qos2(7)).receives(pubrec(7, ReasonCode.NO_MATCHING_SUBSCRIBERS));
            stored.vanishes();
        }
        var alice = broker.connect(connect("alice"));
        clients()
                .forEach(client ->
                        alice.publishes(publish("to/" + client, "to one").qos1()));
        alice.publishes(publish("to/all", "to all").qos1());
        alice.publishes(publish("shared", "to some").qos2());
        alice.publishes(publish("r/1", "kept").retained().qos1());
        broker.connect(connect("bob0").resuming().expiry(600)).mayLeaveUnheard().vanishes();
        broker.crashes();
    }

    private static List<String> clients() {
        return IntStream.range(0, MANY).mapToObj(i -> "bob" + i).toList();
    }

    private StoredTables tables() {
        return broker.storage().tables();
    }

    private List<Finding> findings() throws IOException {
        List<Finding> all = new ArrayList<>();
        StoreCheck.run(tables(), all::add);
        return all;
    }

    private void repair() throws IOException {
        for (Finding finding : findings()) {
            Batch batch = new Batch(Urgency.DURABLE);
            finding.change().accept(batch);
            tables().commit(batch);
        }
    }

    @ParameterizedTest
    @EnumSource
    void row_makesTheSameRowAgain(Table table) throws IOException {
        List<Row> rows = tables().scan(table, new byte[0], 1000);
        assertThat(rows.isEmpty()).isEqualTo(table == Table.UNREADABLE);
        for (Row row : rows) {
            Batch batch = new Batch(Urgency.DURABLE);
            StoredRow.decode(table, row).put(batch);
            var put = (Batch.Put) batch.changes().getFirst();
            assertThat(put.table()).isEqualTo(table);
            assertThat(put.key()).isEqualTo(row.key());
            assertThat(put.value()).isEqualTo(row.value());
        }
    }

    @Test
    void whatABrokerLeavesBehind_isWithoutFault() throws IOException {
        assertThat(findings()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = "UNREADABLE", mode = EnumSource.Mode.EXCLUDE)
    void rowWithoutAMeaning_isAFault_andSetAside(Table table) throws IOException {
        broker.storage().corruptFirst(table, NONSENSE);
        assertThat(findings())
                .filteredOn(finding -> finding.text().startsWith("cannot be read"))
                .singleElement()
                .matches(finding -> finding.severity() == Severity.FAULT && finding.table() == table);

        repair();
        assertThat(broker.storage().rows(Table.UNREADABLE)).isPositive();
        repair(); // what the row was needed for
        assertThat(findings()).extracting(Finding::severity).containsOnly(Severity.SET_ASIDE);
    }

    @Test
    void rowThatWasSetAside_isShown_andNoFault() throws IOException {
        broker.storage().corruptFirst(Table.RETAINED, NONSENSE);
        repair();
        assertThat(findings())
                .singleElement()
                .matches(finding -> finding.severity() == Severity.SET_ASIDE
                        && finding.text().contains("a row of RETAINED"));
    }

    @Test
    void counterThatIsTooLow_isAFault_andSetToTheCount() throws IOException {
        tables().commit(new Batch(Urgency.DURABLE).add(Table.MESSAGES, counter(), -2));
        assertThat(findings())
                .singleElement()
                .matches(finding -> finding.severity() == Severity.FAULT
                        && finding.text().endsWith("is 7, and 9 entries refer to it"));
        repair();
        assertThat(findings()).isEmpty();
    }

    @Test
    void counterThatIsTooHigh_isGarbage_andSetToTheCount() throws IOException {
        tables().commit(new Batch(Urgency.DURABLE).add(Table.MESSAGES, counter(), 2));
        assertThat(findings()).singleElement().matches(finding -> finding.severity() == Severity.GARBAGE);
        repair();
        assertThat(findings()).isEmpty();
    }

    private byte[] counter() throws IOException {
        return tables().scan(Table.MESSAGES, new byte[0], 2).getLast().key();
    }

    @Test
    void entryWithoutItsMessage_isAFault_andSetAside() throws IOException {
        Row message = tables().scan(Table.MESSAGES, new byte[0], 1).getFirst();
        tables().commit(new Batch(Urgency.DURABLE).delete(Table.MESSAGES, message.key()));
        assertThat(findings())
                .filteredOn(finding -> finding.severity() == Severity.FAULT)
                .hasSize(MANY)
                .allMatch(finding -> finding.table() == Table.ENTRIES);
        repair();
        assertThat(findings()).extracting(Finding::severity).containsOnly(Severity.SET_ASIDE);
    }

    @Test
    void rowsOfASessionThatIsNotThere_areGarbage_andRemoved() throws IOException {
        Row session = tables().scan(Table.SESSIONS, new byte[0], 1).getFirst();
        tables().commit(new Batch(Urgency.DURABLE).delete(Table.SESSIONS, session.key()));
        assertThat(findings()).extracting(Finding::severity).containsOnly(Severity.GARBAGE);
        int entries = broker.storage().rows(Table.ENTRIES);
        repair();
        assertThat(findings()).isEmpty();
        assertThat(broker.storage().rows(Table.ENTRIES)).isLessThan(entries);
    }

    @Test
    void rowsOfASessionThatHasEnded_areNoFinding() throws IOException {
        Row row = tables().scan(Table.SESSIONS, new byte[0], 1).getFirst();
        StoredRow.Session session = (StoredRow.Session) StoredRow.decode(Table.SESSIONS, row);
        Batch end = new Batch(Urgency.DURABLE).delete(Table.SESSIONS, row.key());
        new StoredRow.EndedSession(session.number(), session.clientIdentifier(), 0).put(end);
        tables().commit(end);
        assertThat(findings()).isEmpty();
    }

    @Test
    void numberThatTwoSessionsHave_isAFault_andOneIsSetAside() throws IOException {
        Row row = tables().scan(Table.SESSIONS, new byte[0], 1).getFirst();
        StoredRow.Session session = (StoredRow.Session) StoredRow.decode(Table.SESSIONS, row);
        Batch twin = new Batch(Urgency.DURABLE);
        new StoredRow.Session(new ClientIdentifier("twin"), session.number(), null, false, 600, 0, 0).put(twin);
        tables().commit(twin);
        assertThat(findings())
                .singleElement()
                .matches(finding ->
                        finding.severity() == Severity.FAULT && finding.text().endsWith("of the session \"bob0\""));
        repair();
        assertThat(findings()).extracting(Finding::severity).containsOnly(Severity.SET_ASIDE);
    }

    @Test
    void epochBelowThatOfANumber_isAFault_andRaised() throws IOException {
        Batch older = new Batch(Urgency.DURABLE);
        new StoredRow.Epoch(0).put(older);
        tables().commit(older);
        assertThat(findings())
                .singleElement()
                .matches(finding ->
                        finding.severity() == Severity.FAULT && finding.text().startsWith("the epoch is 0"));
        repair();
        assertThat(findings()).isEmpty();
    }

    @Test
    void afterARepair_aBrokerDeliversWhatIsThere() throws IOException {
        tables().commit(new Batch(Urgency.DURABLE).add(Table.MESSAGES, counter(), -5));
        broker.storage().corruptFirst(Table.RETAINED, NONSENSE);
        repair();
        broker.crashes();
        var bob = broker.connect(connect("bob3").resuming().expiry(600));
        bob.acknowledges(bob.receives(publish("to/bob3", "to one").qos1()));
        bob.acknowledges(bob.receives(publish("to/all", "to all").qos1()));
    }

    @Test
    void statistics_sayWhatTheRowsAreFor() throws IOException {
        StoreStatistics statistics = StoreStatistics.of(tables(), 3);
        assertThat(statistics.sumOf(Table.SESSIONS).rows()).isEqualTo(MANY);
        assertThat(statistics.sumOf(Cause.SESSIONS).rows()).isEqualTo(MANY);
        assertThat(statistics.sumOf(Cause.SUBSCRIPTIONS).rows()).isEqualTo(3 * MANY);
        assertThat(statistics.sumOf(Cause.RETAINED_MESSAGES).rows()).isEqualTo(1);
        assertThat(statistics.sumOf(Cause.WILLS).rows()).isEqualTo(MANY - 1);
        long entries = broker.storage().rows(Table.ENTRIES);
        assertThat(statistics.sumOf(Cause.QUEUED_MESSAGES).rows()
                        + statistics.sumOf(Cause.IN_FLIGHT).rows())
                .isEqualTo(entries + broker.storage().rows(Table.MESSAGES) + MANY);
        assertThat(statistics.sumOf(Cause.IN_FLIGHT).rows()).isGreaterThan(MANY);
        assertThat(statistics.largestQueues()).hasSize(3);
        assertThat(statistics.largestQueues().getFirst().bytes())
                .isGreaterThanOrEqualTo(statistics.largestQueues().getLast().bytes());
    }
}
