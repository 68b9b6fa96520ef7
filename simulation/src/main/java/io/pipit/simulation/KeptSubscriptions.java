package io.pipit.simulation;

import io.pipit.broker.Census;
import io.pipit.broker.spi.Table;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * After each start the storage has those subscriptions of stored sessions that were acknowledged and not ended; and when
 * all is settled, the broker has these of every session and no others, and the storage neither.
 */
final class KeptSubscriptions {
    /** A session's number, with which the keys of its rows begin. */
    private static final int NUMBER_BYTES = Long.BYTES;

    private final World world;
    private final List<ModelClient> all;

    KeptSubscriptions(World world, List<ModelClient> all) {
        this.world = world;
        this.all = all;
    }

    /** How many there are at least and at most: what was not answered may be either. */
    private record Range(int least, int most) {
        static final Range NONE = new Range(0, 0);

        Range plus(Range other) {
            return new Range(least + other.least, most + other.most);
        }

        boolean contains(int count) {
            return count >= least && count <= most;
        }
    }

    /** The broker has just started: none is lost. What is left of ended sessions is perhaps there, too. */
    void requireNoneLost() {
        Map<String, Integer> rows = rows();
        Map<String, Integer> least = new HashMap<>();
        for (ModelClient client : all) {
            if (client.isSureOfItsSession()) {
                expected(client.session()).forEach((filter, range) -> least.merge(filter, range.least(), Integer::sum));
            }
        }
        least.forEach((filter, count) -> {
            if (rows.getOrDefault(filter, 0) < count) {
                throw new Violation(
                        "subscriptions",
                        rows.getOrDefault(filter, 0) + " of " + filter + " are stored after a restart, and not "
                                + count);
            }
        });
    }

    /** All is settled: compares. */
    void requireRight(Census census) {
        Map<String, Range> stored = new HashMap<>();
        Range sum = Range.NONE;
        for (ModelClient client : all) {
            for (Map.Entry<String, Range> one : expected(client.session()).entrySet()) {
                sum = sum.plus(one.getValue());
                if (client.session().isStored()) {
                    stored.merge(one.getKey(), one.getValue(), Range::plus);
                }
            }
        }
        int held = census.holdings().subscriptions();
        if (!sum.contains(held)) {
            throw new Violation("subscriptions", "the broker has " + held + ", and not " + sum);
        }
        Map<String, Integer> rows = rows();
        rows.keySet().forEach(filter -> stored.putIfAbsent(filter, Range.NONE));
        stored.forEach((filter, range) -> {
            int count = rows.getOrDefault(filter, 0);
            if (!range.contains(count)) {
                throw new Violation("subscriptions", count + " of " + filter + " are stored, and not " + range);
            }
        });
    }

    /** How many rows there are of each filter. */
    private Map<String, Integer> rows() {
        Map<String, Integer> rows = new HashMap<>();
        for (byte[] key : world.disk().keys(Table.SUBSCRIPTIONS)) {
            String filter = new String(key, NUMBER_BYTES, key.length - NUMBER_BYTES, StandardCharsets.UTF_8);
            rows.merge(filter, 1, Integer::sum);
        }
        return rows;
    }

    /** What was said last about each filter counts. */
    private static Map<String, Range> expected(ModelSession session) {
        Map<String, Range> expected = new HashMap<>();
        for (Wish wish : session.wishes()) {
            boolean must = wish.isOpen() && wish.isGranted();
            expected.put(wish.request().filter().toString(), new Range(must ? 1 : 0, wish.isClosed() ? 0 : 1));
        }
        return expected;
    }
}
