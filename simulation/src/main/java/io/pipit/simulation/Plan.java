package io.pipit.simulation;

import java.util.List;

/** A whole history before it happens: a value, made from one seed, of which steps can be left out. */
record Plan(long seed, Circumstances circumstances, List<Traits> clients, List<Step> steps) {
    Plan {
        clients = List.copyOf(clients);
        steps = List.copyOf(steps);
    }

    /** The plan of a seed. */
    static Plan of(long seed) {
        return new PlanMaker(seed).plan();
    }

    /** The same with some of its steps. */
    Plan with(List<Step> some) {
        return new Plan(seed, circumstances, clients, some);
    }
}
