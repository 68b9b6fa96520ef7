package io.pipit.simulation;

/** Runs plans. */
final class Simulation {
    private final Coverage coverage;

    /** One whose faults are counted. */
    Simulation(Coverage coverage) {
        this.coverage = coverage;
    }

    /** One history, from its first step to its settlement or its first broken rule. */
    Outcome run(Plan plan, Trace.Reader reader) {
        World world = new World(plan, coverage, reader);
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
