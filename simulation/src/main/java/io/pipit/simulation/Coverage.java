package io.pipit.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How often each fault met each phase. */
final class Coverage {
    private final Map<Fault, Map<Phase, Long>> counts = new EnumMap<>(Fault.class);

    Coverage() {
        for (Fault fault : Fault.values()) {
            Map<Phase, Long> phases = new EnumMap<>(Phase.class);
            for (Phase phase : Phase.values()) {
                if (phase.meets(fault)) {
                    phases.put(phase, 0L);
                }
            }
            counts.put(fault, phases);
        }
    }

    void count(Fault fault, Phase phase) {
        of(fault).computeIfPresent(phase, (key, count) -> count + 1);
    }

    void addAll(Coverage other) {
        other.counts.forEach(
                (fault, phases) -> phases.forEach((phase, count) -> of(fault).merge(phase, count, Long::sum)));
    }

    /** The pairs that never met. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        counts.forEach((fault, phases) -> phases.forEach((phase, count) -> {
            if (count == 0) {
                missing.add(name(fault) + " while " + name(phase));
            }
        }));
        return missing;
    }

    /** A line for each pair, and one for each that is not possible. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            for (Phase phase : Phase.values()) {
                String obstacle = phase.obstacle(fault);
                if (obstacle != null) {
                    lines.add(name(fault) + " cannot be met by " + name(phase) + ": " + obstacle);
                }
            }
        }
        counts.forEach((fault, phases) -> phases.forEach((phase, count) ->
                lines.add(String.format(Locale.ROOT, "%9d  %s while %s", count, name(fault), name(phase)))));
        return lines;
    }

    private Map<Phase, Long> of(Fault fault) {
        return counts.computeIfAbsent(fault, key -> new EnumMap<>(Phase.class));
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
