package io.pipit.broker.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was said so far, as text: the first thing to look at when a dialogue fails. */
final class Transcript {
    private static final int LONGEST = 200;

    private final SimulatedClock clock;
    private final List<String> lines = new ArrayList<>();

    Transcript(SimulatedClock clock) {
        this.clock = clock;
    }

    /** Something that concerns the whole broker. */
    void note(String text) {
        lines.add(String.format(Locale.ROOT, "%10.3f s  -- %s", clock.elapsedMillis() / 1000.0, text));
    }

    /** A client sent ({@code ->}) or received ({@code <-}) something, or its connection ended ({@code ><}). */
    void line(String client, String arrow, String text) {
        lines.add(String.format(
                Locale.ROOT, "%10.3f s  %-12s %s %s", clock.elapsedMillis() / 1000.0, client, arrow, text));
    }

    /** A failure of the dialogue, with all of it. */
    AssertionError failure(String what) {
        return new AssertionError(what + "\n\nThe dialogue so far:\n" + this + "\n");
    }

    @Override
    public String toString() {
        int skipped = Math.max(0, lines.size() - LONGEST);
        String head = skipped == 0 ? "" : "    (" + skipped + " lines before)\n";
        return head + String.join("\n", lines.subList(skipped, lines.size()));
    }
}
