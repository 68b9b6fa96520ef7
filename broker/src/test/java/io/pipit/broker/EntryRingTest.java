package io.pipit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.QoS;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EntryRingTest {
    private static final Terms TERMS = new Terms(QoS.AT_LEAST_ONCE, false, Terms.NO_IDENTIFIERS, null);

    static QueueEntry entry(long sequence) {
        return new QueueEntry(sequence, TERMS, null, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyChanges_areFoundAsInAMap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long end = (1L << 31) - 300; // beyond what an int counts, before the end
        EntryRing ring = new EntryRing(end);
        TreeMap<Long, QueueEntry> model = new TreeMap<>();
        for (int step = 0; step < 4_000; step++) {
            boolean growing = step / 1_000 % 2 == 0;
            if (model.isEmpty() || random.nextInt(10) < (growing ? 7 : 2)) {
                QueueEntry added = entry(end + (random.nextInt(8) == 0 ? random.nextInt(40) : 0));
                ring.add(added);
                model.put(added.sequence(), added);
                end = added.sequence() + 1;
            } else {
                List<Long> present = new ArrayList<>(model.keySet());
                long removed = present.get(random.nextInt(Math.min(present.size(), 30)));
                ring.remove(removed);
                model.remove(removed);
            }
            assertThat(ring.isEmpty()).isEqualTo(model.isEmpty());
            assertThat(ring.first()).isEqualTo(model.isEmpty() ? end : model.firstKey());
            assertThat(ring.end()).isEqualTo(end);
            assertThat(ring.span()).isEqualTo((int) (end - ring.first()));
            assertSame(ring, model, ring.first() - 1, ring.first(), end - 1, end);
            assertSame(ring, model, random.nextLong(ring.first() - 5, end + 5));
        }
        for (long sequence = ring.first() - 100; sequence < end + 100; sequence++) {
            assertSame(ring, model, sequence);
        }
    }

    private static void assertSame(EntryRing ring, Map<Long, QueueEntry> model, long... sequences) {
        for (long sequence : sequences) {
            assertThat(ring.get(sequence)).as("entry %d", sequence).isSameAs(model.get(sequence));
        }
    }

    @Test
    void clear_forgetsAllAndGoesOnWhereItIsTold() {
        EntryRing ring = new EntryRing(1);
        for (int sequence = 1; sequence < 20; sequence++) {
            ring.add(entry(sequence));
        }
        ring.clear(5);
        assertThat(ring.isEmpty()).isTrue();
        assertThat(ring.first()).isEqualTo(5);
        assertThat(ring.end()).isEqualTo(5);
        assertThat(ring.get(5)).isNull();
        QueueEntry next = entry(6);
        ring.add(next);
        assertThat(ring.first()).isEqualTo(6);
        assertThat(ring.get(6)).isSameAs(next);
    }
}
