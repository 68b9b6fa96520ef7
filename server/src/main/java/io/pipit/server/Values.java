package io.pipit.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the configuration's values while it is read. Each question names a key, its default and what is
 * allowed: so the keys that were asked for are all there are, and what was given beyond them is unknown.
 */
final class Values {
    static final String ENVIRONMENT_PREFIX = "PIPIT_";

    private final List<Map<String, Given>> byPrecedence;
    private final Map<String, String> environment;
    private final List<String> problems;
    private final Map<String, String> shown = new LinkedHashMap<>();

    /**
     * Values from several places.
     *
     * @param byPrecedence the strongest first; the environment goes before the last of them, the file
     * @param environment the variables that may be keys
     */
    Values(List<Map<String, Given>> byPrecedence, Map<String, String> environment, List<String> problems) {
        this.byPrecedence = List.copyOf(byPrecedence);
        this.environment = new TreeMap<>(environment);
        this.problems = problems;
    }

    /** The environment variable of a key. */
    static String variable(String key) {
        return ENVIRONMENT_PREFIX
                + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private @Nullable Given find(String key) {
        for (Map<String, Given> level : byPrecedence.subList(0, byPrecedence.size() - 1)) {
            Given given = level.get(key);
            if (given != null) {
                return given;
            }
        }
        String variable = variable(key);
        String text = environment.get(variable);
        return text != null
                ? new Given(key, text, variable)
                : byPrecedence.getLast().get(key);
    }

    /**
     * The value of a key.
     *
     * @param allowed for people
     * @param parser from text; null when that is not allowed
     * @param formatter to text that reads back
     */
    <T> T value(
            String key,
            T byDefault,
            String allowed,
            Function<String, @Nullable T> parser,
            Function<T, String> formatter) {
        Given given = find(key);
        T value = given == null ? byDefault : parser.apply(given.text().strip());
        if (value == null) {
            problems.add((given == null ? "" : given.origin()) + ": " + key + " is \""
                    + (given == null ? "" : given.text()) + "\"; allowed is " + allowed);
            value = byDefault;
        }
        shown.put(key, formatter.apply(value));
        return value;
    }

    String text(String key, String byDefault, String allowed) {
        return value(key, byDefault, allowed, text -> text, Values::quoted);
    }

    boolean flag(String key, boolean byDefault) {
        return value(
                key,
                byDefault,
                "true or false",
                text -> text.equals("true") ? Boolean.TRUE : text.equals("false") ? Boolean.FALSE : null,
                String::valueOf);
    }

    long number(String key, long byDefault, long least, long most) {
        return value(
                key,
                byDefault,
                most == Long.MAX_VALUE ? "a number from " + least : "a number from " + least + " to " + most,
                text -> within(
                        text.matches("[0-9][0-9_]{0,17}") ? (Long) Long.parseLong(text.replace("_", "")) : null,
                        least,
                        most),
                String::valueOf);
    }

    int integer(String key, int byDefault, int least, int most) {
        return (int) number(key, byDefault, least, most);
    }

    double decimal(String key, double byDefault, double least, double most) {
        return value(
                key,
                byDefault,
                "a number from " + least + " to " + most,
                text -> {
                    if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
                        return null;
                    }
                    double parsed = Double.parseDouble(text);
                    return parsed < least || parsed > most ? null : parsed;
                },
                String::valueOf);
    }

    long bytes(String key, long byDefault, long least, long most) {
        String range = (least > 0 ? " from " + Units.MEMORY.format(least) : "")
                + (most < Long.MAX_VALUE ? " up to " + Units.MEMORY.format(most) : "");
        return value(
                key,
                byDefault,
                "a number of bytes with one of the units " + Units.MEMORY + range
                        + (least > 0 ? "" : ", or 0 for no limit"),
                text -> within(Units.MEMORY.parse(text), least, most),
                Units.MEMORY::format);
    }

    Duration duration(String key, Duration byDefault, Duration most) {
        return value(
                key,
                byDefault,
                "0, or a number with one of the units " + Units.TIME + ", up to " + Units.format(most),
                text -> {
                    Long millis = within(Units.TIME.parse(text), 0, most.toMillis());
                    return millis == null ? null : Duration.ofMillis(millis);
                },
                Units::format);
    }

    /** One of an enum's constants, written in kebab case. */
    <E extends Enum<E>> E choice(String key, E byDefault, E[] choices) {
        return value(
                key,
                byDefault,
                Arrays.stream(choices).map(Values::kebab).collect(Collectors.joining(", ")),
                text -> Arrays.stream(choices)
                        .filter(choice -> kebab(choice).equals(text))
                        .findFirst()
                        .orElse(null),
                Values::kebab);
    }

    private static @Nullable Long within(@Nullable Long number, long least, long most) {
        return number == null || number < least || number > most ? null : number;
    }

    private static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A text as YAML that reads back as this text. */
    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Adds a problem for each key that was given and that nobody has asked for. */
    void refuseUnknown() {
        for (Map<String, Given> level : byPrecedence) {
            for (Given given : level.values()) {
                if (!shown.containsKey(given.key())) {
                    unknown(given.origin(), given.key(), NearestKey.to(given.key(), shown.keySet()));
                }
            }
        }
        Set<String> variables = shown.keySet().stream().map(Values::variable).collect(Collectors.toSet());
        for (String variable : environment.keySet()) {
            if (!variables.contains(variable)) {
                unknown("environment", variable, NearestKey.to(variable, variables));
            }
        }
    }

    private void unknown(String origin, String key, @Nullable String nearest) {
        problems.add(origin + ": unknown key " + key + (nearest == null ? "" : "; did you mean " + nearest + "?"));
    }

    /** All keys with their values, as YAML that reads back. */
    String show() {
        List<String> lines = new ArrayList<>();
        String section = "";
        for (Map.Entry<String, String> entry : shown.entrySet()) {
            int dot = entry.getKey().indexOf('.');
            String of = dot < 0 ? "" : entry.getKey().substring(0, dot);
            if (!of.equals(section)) {
                lines.add(of + ":");
                section = of;
            }
            lines.add((dot < 0 ? "" : "  ") + entry.getKey().substring(dot + 1) + ": " + entry.getValue());
        }
        return String.join("\n", lines) + "\n";
    }
}
