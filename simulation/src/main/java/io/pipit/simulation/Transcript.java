package io.pipit.simulation;

import io.pipit.mqtt.Packet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What was said so far: the first thing to look at when a dialogue fails. It becomes text only when somebody does,
 * so packets must not change until then.
 */
final class Transcript {
    private static final int LONGEST = Integer.getInteger("dialogue.lines", 200);

    private final SimulatedClock clock;
    private final Deque<Line> lines = new ArrayDeque<>();
    private int forgotten;

    Transcript(SimulatedClock clock) {
        this.clock = clock;
    }

    private record Line(long millis, String who, String arrow, Object what) {
        @Override
        public String toString() {
            String text = what instanceof Packet packet ? PacketText.of(packet) : what.toString();
            return who.isEmpty()
                    ? String.format(Locale.ROOT, "%10.3f s  -- %s", millis / 1000.0, text)
                    : String.format(Locale.ROOT, "%10.3f s  %-12s %s %s", millis / 1000.0, who, arrow, text);
        }
    }

    /** Something that concerns the whole broker. */
    void note(String text) {
        add(new Line(clock.elapsedMillis(), "", "", text));
    }

    /**
     * A client sent ({@code ->}) or received ({@code <-}) something, or its connection ended ({@code ><}).
     *
     * @param what a packet, or text
     */
    void line(String client, String arrow, Object what) {
        add(new Line(clock.elapsedMillis(), client, arrow, what));
    }

    /** A failure of the dialogue, with all of it. */
    AssertionError failure(String what) {
        return new AssertionError(what + "\n\nThe dialogue so far:\n" + this + "\n");
    }

    @Override
    public String toString() {
        String head = forgotten == 0 ? "" : "    (" + forgotten + " lines before)\n";
        return head + lines.stream().map(Line::toString).collect(Collectors.joining("\n"));
    }

    private void add(Line line) {
        lines.add(line);
        if (lines.size() > LONGEST) {
            lines.remove();
            forgotten++;
        }
    }
}
