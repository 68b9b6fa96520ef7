package io.pipit.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs histories of whole brokers, each made from one seed, and says which rules were broken. Keeps nothing between two
 * calls but its counts; of one thread.
 */
public final class Simulator {
    private static final int SHRINKING_RUNS = 300;
    private static final int LINES = 400;
    private static final double NANOS = 1e9;

    private final Consumer<String> out;
    private final LongSupplier nanos;
    private final Coverage coverage = new Coverage();
    private final Simulation simulation;
    private final Simulation uncounted;
    private long seeds;
    private long failures;
    private long events;
    private long virtualSeconds;

    /**
     * One that has run nothing.
     *
     * @param out takes what it says, line by line
     * @param nanos a clock that never goes back, for seeds a second
     */
    public Simulator(Consumer<String> out, LongSupplier nanos) {
        this(out, nanos, List::of);
    }

    /** The same, with rules that hold beside the usual ones; they are made for each history. */
    Simulator(Consumer<String> out, LongSupplier nanos, Supplier<List<Rule>> more) {
        this.out = out;
        this.nanos = nanos;
        this.simulation = new Simulation(coverage, more);
        this.uncounted = new Simulation(new Coverage(), more);
    }

    /**
     * The first of these seeds that breaks a rule, as text that begins with the rule's name; null when none does.
     *
     * @param from the first seed
     * @param count how many, 1 or more
     */
    public static @Nullable String firstFailure(long from, int count) {
        Simulation simulation = new Simulation(new Coverage());
        for (long seed = from; seed < from + count; seed++) {
            Violation violation =
                    simulation.run(Plan.of(seed), Trace.Reader.NOBODY).violation();
            if (violation != null) {
                return violation.getMessage() + " (seed " + seed + ")";
            }
        }
        return null;
    }

    /** The trace hash of a seed, in hexadecimal: the same in every process. */
    public static String traceHash(long seed) {
        Outcome outcome = new Simulation(new Coverage()).run(Plan.of(seed), Trace.Reader.NOBODY);
        return Long.toHexString(outcome.traceHash());
    }

    /** Runs seeds, one after the other, as long as the caller wants; true when no rule was broken. */
    public boolean run(long from, BooleanSupplier goesOn) {
        long began = nanos.getAsLong();
        for (long seed = from; goesOn.getAsBoolean(); seed++) {
            Plan plan = Plan.of(seed);
            Outcome outcome = simulation.run(plan, Trace.Reader.NOBODY);
            seeds++;
            events += outcome.events();
            virtualSeconds += outcome.virtualSeconds();
            if (!outcome.isGood()) {
                failures++;
                report(plan, outcome);
            }
        }
        double seconds = (nanos.getAsLong() - began) / NANOS;
        out.accept(String.format(
                Locale.ROOT,
                "%d seeds from %d in %.0f s, %.1f a second; %d events, %d s of virtual time; %d failed",
                seeds,
                from,
                seconds,
                seeds / Math.max(0.001, seconds),
                events,
                virtualSeconds,
                failures));
        return failures == 0;
    }

    /** Says how often each fault met each phase; returns the pairs that never did. */
    public List<String> coverage() {
        coverage.lines().forEach(out);
        return coverage.missing();
    }

    /**
     * Runs one seed.
     *
     * @param steps those of its steps that are not left out, such as "0-59,77", or null for all
     * @param verbose whether the dialogue is said
     * @return whether no rule was broken
     */
    public boolean replay(long seed, @Nullable String steps, boolean verbose) {
        Plan whole = Plan.of(seed);
        Plan plan = steps == null ? whole : whole.with(StepRanges.select(whole.steps(), steps));
        if (verbose) {
            plan.steps().stream().map(Step::toString).forEach(out);
        }
        Outcome outcome = simulation.run(plan, verbose ? out::accept : Trace.Reader.NOBODY);
        out.accept("seed " + seed + ": " + outcome.steps() + " steps, " + outcome.virtualSeconds()
                + " s of virtual time, trace " + Long.toHexString(outcome.traceHash()));
        Violation violation = outcome.violation();
        if (violation != null && verbose) {
            out.accept(String.valueOf(violation.getMessage()));
        } else if (violation != null) {
            report(plan, outcome);
        }
        return violation == null;
    }

    private void report(Plan plan, Outcome outcome) {
        out.accept("");
        out.accept("seed " + plan.seed() + " breaks a rule in step " + outcome.steps() + ": "
                + textOf(outcome.violation()));
        Plan least =
                new Shrinker(SHRINKING_RUNS, some -> uncounted.run(some, Trace.Reader.NOBODY)).shrink(plan, outcome);
        out.accept("the same with " + least.steps().size() + " of its "
                + plan.steps().size() + " steps: pipit simulate" + " --seed " + plan.seed() + " --steps "
                + StepRanges.of(least.steps()) + " --verbose");
        Deque<String> lines = new ArrayDeque<>();
        Outcome again = uncounted.run(least, line -> {
            lines.add(line);
            if (lines.size() > LINES) {
                lines.remove();
            }
        });
        new ArrayList<>(lines).forEach(out);
        Violation violation = again.violation();
        if (violation != null && violation.getCause() != null) {
            for (StackTraceElement element : violation.getCause().getStackTrace()) {
                out.accept("    at " + element);
            }
        }
        out.accept("");
    }

    private static String textOf(@Nullable Violation violation) {
        return violation == null ? "none" : String.valueOf(violation.getMessage());
    }
}
