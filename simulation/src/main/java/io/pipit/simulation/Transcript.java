package io.pipit.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** What was said so far, as text: the first thing to look at when a dialogue fails. */
final class Transcript {
    private static final int LONGEST = Integer.getInteger("dialogue.lines", 200);

    private final SimulatedClock clock;
    private final Deque<String> lines = new ArrayDeque<>();
    private int forgotten;

    Transcript(SimulatedClock clock) {
        this.clock = clock;
    }

    /** Something that concerns the whole broker. */
    void note(String text) {
        add(String.format(Locale.ROOT, "%10.3f s  -- %s", clock.elapsedMillis() / 1000.0, text));
    }

    /** A client sent ({@code ->}) or received ({@code <-}) something, or its connection ended ({@code ><}). */
    void line(String client, String arrow, String text) {
        add(String.format(Locale.ROOT, "%10.3f s  %-12s %s %s", clock.elapsedMillis() / 1000.0, client, arrow, text));
    }

    /** A failure of the dialogue, with all of it. */
    AssertionError failure(String what) {
        return new AssertionError(what + "\n\nThe dialogue so far:\n" + this + "\n");
    }

    @Override
    public String toString() {
        String head = forgotten == 0 ? "" : "    (" + forgotten + " lines before)\n";
        return head + String.join("\n", lines);
    }

    private void add(String line) {
        lines.add(line);
        if (lines.size() > LONGEST) {
            lines.remove();
            forgotten++;
        }
    }
}
