package io.pipit.simulation;

/** A program that says the trace hashes of seeds, one a line. */
final class TraceHashes {
    private TraceHashes() {}

    /** With the seeds as arguments. */
    public static void main(String[] seeds) {
        for (String seed : seeds) {
            System.out.println(seed + " " + Simulator.traceHash(Long.parseLong(seed)));
        }
    }
}
