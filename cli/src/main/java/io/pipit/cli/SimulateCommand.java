package io.pipit.cli;

import io.pipit.simulation.Simulator;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** {@code pipit simulate}: whole brokers in worlds made from seeds, in which everything goes wrong that can. */
final class SimulateCommand {
    static final String HELP = """
            Usage: pipit simulate [--seed N [--steps RANGES] [--verbose] | --seeds N | --seconds S | --hours H] [flags]

            Runs the whole broker in simulated worlds, each made from one seed, and checks what it promises: nothing
            acknowledged is lost, QoS 2 comes once, everything in order, and all comes to rest. docs/simulation.md says
            what is in such a world.

              pipit simulate --seed 77 --verbose         replay a seed, as a dialogue
              pipit simulate --seconds 60                as many seeds as fit into a minute
              pipit simulate --hours 2 --from 1000000    the long run

              --seed N         run this seed only
              --steps RANGES   and of it these steps only, such as 0-59,77: what a failure prints
              -v, --verbose    show what is said
              --seeds N        so many seeds; 100 if nothing else is said
              --seconds S      as many seeds as fit into so many seconds
              --hours H        as many seeds as fit into so many hours
              --from N         begin with this seed; 1 if not given
              --complete       fail also when a fault never met one of the phases that it should meet

            Exit status: 0 when no rule was broken; 1 when one was; 2 wrong flags.
            """;

    private static final double NANOS = 1e9;
    private static final double SECONDS_PER_HOUR = 3_600;

    private final Terminal terminal;
    private @Nullable Long seed;
    private @Nullable String steps;
    private boolean verbose;
    private boolean complete;
    private long seeds = 100;
    private double seconds;
    private long from = 1;
    private @Nullable String extent;

    private SimulateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Runs it and returns the exit status. */
    static int run(Arguments arguments, Terminal terminal) {
        SimulateCommand command = new SimulateCommand(terminal);
        try {
            if (!command.read(arguments)) {
                terminal.line(HELP.strip());
                return ExitStatus.OK;
            }
        } catch (UsageException wrong) {
            terminal.error("pipit simulate: " + wrong.getMessage() + "\nSee 'pipit simulate --help'.");
            return ExitStatus.USAGE;
        }
        return command.simulate() ? ExitStatus.OK : ExitStatus.FAILED;
    }

    /** False when help is asked for. */
    private boolean read(Arguments arguments) throws UsageException {
        while (arguments.hasNext()) {
            String flag = arguments.nextFlag();
            switch (flag) {
                case "--seed" -> {
                    extent(flag);
                    seed = arguments.number("a seed", Long.MIN_VALUE, Long.MAX_VALUE);
                }
                case "--steps" -> steps = arguments.value("steps such as 0-59,77");
                case "-v", "--verbose" -> verbose = true;
                case "--seeds" -> {
                    extent(flag);
                    seeds = arguments.number("a count", 1, Long.MAX_VALUE);
                }
                case "--seconds" -> {
                    extent(flag);
                    seconds = arguments.seconds("seconds");
                }
                case "--hours" -> {
                    extent(flag);
                    seconds = arguments.seconds("hours") * SECONDS_PER_HOUR;
                }
                case "--from" -> from = arguments.number("a seed", Long.MIN_VALUE, Long.MAX_VALUE);
                case "--complete" -> complete = true;
                case "-h", "--help" -> {
                    return false;
                }
                default -> throw new UsageException("there is no flag " + flag);
            }
        }
        arguments.requireTaken();
        if (seed == null && (steps != null || verbose)) {
            throw new UsageException((steps != null ? "--steps" : "--verbose") + " needs the --seed that it is about");
        }
        if (steps != null && !steps.matches("[0-9,-]*")) {
            throw new UsageException("--steps " + steps + ": steps are such as 0-59,77");
        }
        return true;
    }

    private void extent(String flag) throws UsageException {
        if (extent != null && !extent.equals(flag)) {
            throw new UsageException(flag + " and " + extent + " exclude each other");
        }
        extent = flag;
    }

    private boolean simulate() {
        Simulator simulator = new Simulator(terminal::line, System::nanoTime);
        if (seed != null) {
            return simulator.replay(seed, steps, verbose);
        }
        boolean good = simulator.run(from, goesOn());
        List<String> missing = simulator.coverage();
        if (complete && !missing.isEmpty()) {
            terminal.error("never met: " + String.join(", ", missing));
            return false;
        }
        return good;
    }

    private BooleanSupplier goesOn() {
        if (seconds > 0) {
            long end = System.nanoTime() + (long) (seconds * NANOS);
            return () -> System.nanoTime() - end < 0;
        }
        long[] left = {seeds};
        return () -> left[0]-- > 0;
    }
}
