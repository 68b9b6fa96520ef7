package io.pipit.simulation;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/** How often what happens in one history. */
final class Weights {
    /** What a step may be. */
    enum Kind {
        PUBLISH(400, false),
        CLEAR(4, true),
        SUBSCRIBE(30, true),
        UNSUBSCRIBE(15, true),
        ACKNOWLEDGE(180, false),
        CONNECT(120, false),
        TAKE_OVER(12, true),
        LEAVE(15, true),
        LOSE(25, true),
        GO_SILENT(12, true),
        STALL(12, true),
        READ(25, false),
        LAG(12, true),
        CRASH(4, true),
        RESTART(2, true),
        DISK(6, true),
        STEP_WALL(2, true),
        PASS(60, false);

        private final int usual;
        private final boolean optional;

        Kind(int usual, boolean optional) {
            this.usual = usual;
            this.optional = optional;
        }
    }

    private static final int QUARTERS = 4;

    private final Map<Kind, Integer> weights = new EnumMap<>(Kind.class);
    private int sum;

    /** Draws them: what is optional may be absent, usual, or twice as often. */
    Weights(SplittableRandom random) {
        for (Kind kind : Kind.values()) {
            int times = kind.optional ? random.nextInt(QUARTERS) : 2;
            weights.put(kind, kind.usual * times);
            sum += kind.usual * times;
        }
    }

    Kind pick(SplittableRandom random) {
        int left = random.nextInt(sum);
        for (Map.Entry<Kind, Integer> entry : weights.entrySet()) {
            left -= entry.getValue();
            if (left < 0) {
                return entry.getKey();
            }
        }
        throw new IllegalStateException("the weights do not add up");
    }
}
