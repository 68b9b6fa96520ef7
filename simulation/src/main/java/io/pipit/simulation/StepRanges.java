package io.pipit.simulation;

import java.util.BitSet;
import java.util.List;

/** Numbers of steps as text: {@code 0-59,77}. */
final class StepRanges {
    private StepRanges() {}

    static String of(List<Step> steps) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < steps.size(); ) {
            int first = steps.get(i).number();
            int last = first;
            for (i++; i < steps.size() && steps.get(i).number() == last + 1; i++) {
                last++;
            }
            text.append(text.isEmpty() ? "" : ",").append(first).append(first == last ? "" : "-" + last);
        }
        return text.toString();
    }

    /** The steps whose numbers a text names. */
    static List<Step> select(List<Step> steps, String text) {
        BitSet wanted = new BitSet();
        for (String range : text.split(",", -1)) {
            if (!range.isEmpty()) {
                int dash = range.indexOf('-');
                int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
                int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
                wanted.set(first, last + 1);
            }
        }
        return steps.stream().filter(step -> wanted.get(step.number())).toList();
    }
}
