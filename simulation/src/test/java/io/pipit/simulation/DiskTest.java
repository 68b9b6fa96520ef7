package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.Settings;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Storage;
import io.pipit.broker.spi.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Each fault of the simulated disk does what its name says. */
final class DiskTest {
    private static final long MILLI = 1_000_000L;
    private static final int SYNC_MICROS = 4_000;

    private final SimulatedClock clock = new SimulatedClock();
    private final Agenda agenda = new Agenda(clock);
    private final SimulatedLoops loops = new SimulatedLoops(1, clock);
    private final List<Storage.Commit> answers = new ArrayList<>();
    private final List<Storage.Read> reads = new ArrayList<>();
    private int failures;
    private final Disk disk =
            new Disk(agenda, new Circumstances(1, Settings.DEFAULT, SYNC_MICROS, 0), () -> failures++);

    @Test
    void aCommit_isDurableAfterASync() {
        commit(1, Batch.Urgency.DURABLE);
        advance(3 * MILLI);
        assertThat(answers).isEmpty();
        assertThat(disk.rows(Table.RETAINED)).isZero();
        advance(MILLI);
        assertThat(answers).containsExactly(new Storage.Commit.Durable());
        assertThat(disk.rows(Table.RETAINED)).isOne();
    }

    @Test
    void whatComesDuringASync_waitsForTheNext() {
        commit(1, Batch.Urgency.DURABLE);
        advance(MILLI);
        commit(2, Batch.Urgency.DURABLE);
        advance(3 * MILLI);
        assertThat(answers).hasSize(1);
        advance(4 * MILLI);
        assertThat(answers).hasSize(2);
    }

    @Test
    void aLazyCommit_goesAlongOrByItselfAfterAWhile() {
        commit(1, Batch.Urgency.LAZY);
        advance(49 * MILLI);
        assertThat(answers).isEmpty();
        advance(6 * MILLI);
        assertThat(answers).hasSize(1);
    }

    @Test
    void aCrash_leavesEachPrefixOfWhatWaits_andNothingElse() {
        TreeSet<Integer> lengths = new TreeSet<>();
        for (int salt = 0; salt < 100; salt++) {
            DiskTest one = new DiskTest();
            for (int row = 1; row <= 3; row++) {
                one.commit(row, Batch.Urgency.DURABLE);
            }
            one.disk.crash(new SplittableRandom(salt));
            one.advance(1_000 * MILLI);
            assertThat(one.answers).as("nobody hears of it").isEmpty();
            List<Integer> rows = one.rows();
            assertThat(rows).isEqualTo(List.of(1, 2, 3).subList(0, rows.size()));
            lengths.add(rows.size());
        }
        assertThat(lengths).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aFullDisk_failsCommitsAndSaysSo() {
        disk.begin(Act.Trouble.FULL);
        requireFailure(true);
        assertThat(disk.rows(Table.RETAINED)).isZero();
        assertThat(failures).isOne();
        disk.end(Act.Trouble.FULL);
        commit(2, Batch.Urgency.DURABLE);
        advance(10 * MILLI);
        assertThat(rows()).containsExactly(2);
    }

    @Test
    void aFailingDisk_failsCommits() {
        disk.begin(Act.Trouble.FAILING);
        requireFailure(false);
    }

    /** A commit fails, because the disk is full or for another reason. */
    private void requireFailure(boolean full) {
        commit(1, Batch.Urgency.DURABLE);
        advance(10 * MILLI);
        assertThat(answers)
                .singleElement()
                .isInstanceOfSatisfying(
                        Storage.Commit.Failed.class,
                        failed -> assertThat(failed.full()).isEqualTo(full));
    }

    @Test
    void aSlowDisk_takesSeconds() {
        disk.begin(Act.Trouble.SLOW);
        commit(1, Batch.Urgency.DURABLE);
        advance(2_400 * MILLI);
        assertThat(answers).isEmpty();
        advance(200 * MILLI);
        assertThat(answers).hasSize(1);
    }

    @Test
    void aRefusingDisk_saysWhy() {
        assertThat(disk.refusal()).isNull();
        disk.begin(Act.Trouble.REFUSING);
        assertThat(disk.refusal()).isNotNull();
        disk.heal();
        assertThat(disk.refusal()).isNull();
    }

    @Test
    void anUnreadableDisk_failsReads() {
        disk.begin(Act.Trouble.UNREADABLE);
        read();
        advance(MILLI);
        assertThat(reads).singleElement().isInstanceOf(Storage.Read.Failed.class);
    }

    @Test
    void slowReads_takeSeconds() {
        disk.begin(Act.Trouble.SLOW_READS);
        read();
        advance(2_400 * MILLI);
        assertThat(reads).isEmpty();
        advance(200 * MILLI);
        assertThat(reads).singleElement().isInstanceOf(Storage.Read.Rows.class);
    }

    @Test
    void closing_writesWhatWaits() {
        commit(1, Batch.Urgency.LAZY);
        disk.close();
        assertThat(rows()).containsExactly(1);
    }

    private void commit(int row, Batch.Urgency urgency) {
        Batch batch = new Batch(urgency);
        batch.put(Table.RETAINED, new byte[] {(byte) row}, new byte[] {1});
        disk.commit(batch, "", loops.all().getFirst(), answers::add);
    }

    private void read() {
        disk.get(Table.RETAINED, new byte[] {1}, loops.all().getFirst(), reads::add);
    }

    private List<Integer> rows() {
        disk.heal();
        reads.clear();
        disk.scan(Table.RETAINED, new byte[0], null, 10, loops.all().getFirst(), reads::add);
        advance(MILLI);
        Storage.Read.Rows found = (Storage.Read.Rows) reads.getFirst();
        return found.rows().stream().map(row -> (int) row.key()[0]).toList();
    }

    /** Lets time pass; the disk and the loop act when they are due. */
    private void advance(long nanos) {
        long end = clock.nanos() + nanos;
        while (true) {
            loops.runUntilIdle();
            while (agenda.isDue()) {
                agenda.act();
                loops.runUntilIdle();
            }
            long next = agenda.nextNanos(end);
            clock.moveTo(next);
            if (next == end && !agenda.isDue()) {
                return;
            }
        }
    }
}
