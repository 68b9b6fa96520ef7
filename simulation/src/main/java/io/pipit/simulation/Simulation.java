package io.pipit.simulation;

import java.util.List;
import java.util.function.Supplier;

/** Runs plans. */
final class Simulation {
    private final Coverage coverage;
    private final Supplier<List<Rule>> more;

    /** One whose faults are counted. */
    Simulation(Coverage coverage) {
        this(coverage, List::of);
    }

    /**
     * One whose faults are counted.
     *
     * @param more makes the rules that hold in each history beside the usual ones
     */
    Simulation(Coverage coverage, Supplier<List<Rule>> more) {
        this.coverage = coverage;
        this.more = more;
    }

    /** One history, from its first step to its settlement or its first broken rule. */
    Outcome run(Plan plan, Trace.Reader reader) {
        World world = new World(plan, coverage, reader);
        more.get().forEach(world::add);
        History history = new History(plan, world);
        Violation violation = null;
        try {
            history.run();
        } catch (Violation broken) {
            violation = broken;
            world.trace().note("", "broken: " + broken.getMessage());
        }
        return new Outcome(
                violation,
                history.done(),
                world.trace().hash(),
                world.trace().events(),
                world.clock().elapsedMillis() / 1000);
    }
}
