package io.pipit.simulation;

import io.pipit.broker.Census;
import io.pipit.broker.spi.Table;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What is left in a broker, and in its storage, when there should be nothing: no timer, byte or identifier. */
final class Remains {
    private static final long PAUSE_NANOS = 130_000_000L;
    /**
     * The broker stores its time now and then, and may be at that when it is asked; and a connection that it closes keeps
     * for 5 s what its peer does not take.
     */
    private static final int LOOKS = 50;
    /** Its time, and how often it has started. */
    private static final int ROWS_OF_BROKER = 2;

    private final World world;
    private @Nullable Census census;

    Remains(World world) {
        this.world = world;
    }

    /** Everything was received and acknowledged; clients are connected. Returns what there is. */
    Census requireDrained() {
        return require((wholeness, now) -> wholeness.requireDrained(now));
    }

    /** Everybody has ended his session, and retained messages are cleared. */
    void requireNothing() {
        require((wholeness, now) -> {
            wholeness.requireDrained(now);
            wholeness.requireNothingHeld(now);
            wholeness.requireNothingStored(world.disk()::rows, Set.of());
            wholeness.requireNone(
                    "rows in BROKER but time and epoch",
                    Math.max(0, world.disk().rows(Table.BROKER) - ROWS_OF_BROKER));
        });
    }

    private Census require(BiConsumer<Wholeness, Census> what) {
        List<String> faults = List.of();
        for (int look = 0; look < LOOKS; look++) {
            world.advance(PAUSE_NANOS);
            Census now = census();
            Wholeness wholeness = new Wholeness();
            wholeness.requireConsistent(now);
            what.accept(wholeness, now);
            faults = wholeness.faults();
            if (faults.isEmpty()) {
                return now;
            }
        }
        throw new Violation("left-over", String.join("; ", faults));
    }

    private Census census() {
        census = null;
        world.broker().census(taken -> census = taken);
        world.rest();
        Census taken = census;
        if (taken == null) {
            throw new Violation("left-over", "the broker does not say what it holds");
        }
        return taken;
    }
}
