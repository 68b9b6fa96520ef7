package io.pipit.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the configuration's values while it is read. Each question names a key, its default and what is
 * allowed: so the keys that were asked for are all there are, and what was given beyond them is unknown.
 */
final class Values {
    static final String ENVIRONMENT_PREFIX = "PIPIT_";
    /** The port of what does not listen. */
    static final int OFF = -1;

    private final List<Map<String, Given>> byPrecedence;
    private final Map<String, String> environment;
    private final List<String> problems;
    private final Map<String, String> shown = new LinkedHashMap<>();
    private final Set<String> refused = new HashSet<>();

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

    /** A constant as it is written. */
    static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A port, 0 for any that is free, or {@link #OFF}. */
    int port(String key, int byDefault) {
        return value(
                key,
                byDefault,
                "off, or a number from 0 (any free port) to 65535",
                text -> text.equals("off") ? Integer.valueOf(OFF) : parsePort(text),
                number -> number == OFF ? "\"off\"" : String.valueOf(number));
    }

    private static @Nullable Integer parsePort(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            return null;
        }
        int port = Integer.parseInt(text);
        return port > 0xFFFF ? null : port;
    }

    /** Texts as a list of YAML that reads back. */
    static String quoted(List<String> texts) {
        return texts.stream().map(Values::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    /** A text as YAML that reads back as this text. */
    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Whether a key is given anywhere. */
    boolean isGiven(String key) {
        return find(key) != null;
    }

    /** The names that are given at the level below a section: of {@code listeners.garden.port} it is {@code garden}. */
    Set<String> namesBelow(String section) {
        Set<String> names = new LinkedHashSet<>();
        String prefix = section + ".";
        for (Map<String, Given> level : byPrecedence.reversed()) {
            for (String key : level.keySet()) {
                int end = key.indexOf('.', prefix.length());
                if (key.startsWith(prefix) && end > 0) {
                    names.add(key.substring(prefix.length(), end));
                }
            }
        }
        String variables = variable(section) + "_";
        for (String variable : environment.keySet()) {
            int end = variable.indexOf('_', variables.length());
            if (variable.startsWith(variables) && end > 0) {
                names.add(variable.substring(variables.length(), end).toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    /** Something is wrong; the same is told once. */
    void problem(String text) {
        if (!problems.contains(text)) {
            problems.add(text);
        }
    }

    /** A key is known and has no meaning here. */
    void refuse(String key, String why) {
        Given given = find(key);
        refused.add(key);
        problem((given == null ? "" : given.origin() + ": ") + key + " " + why);
    }

    /** Adds a problem for each key that was given and that nobody has asked for. */
    void refuseUnknown() {
        for (Map<String, Given> level : byPrecedence) {
            for (Given given : level.values()) {
                if (!shown.containsKey(given.key()) && !refused.contains(given.key())) {
                    unknown(given.origin(), given.key(), NearestKey.to(given.key(), shown.keySet()));
                }
            }
        }
        Set<String> variables = Stream.concat(shown.keySet().stream(), refused.stream())
                .map(Values::variable)
                .collect(Collectors.toSet());
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
        List<String> open = List.of();
        for (Map.Entry<String, String> entry : shown.entrySet()) {
            List<String> levels = List.of(entry.getKey().split("\\."));
            List<String> sections = levels.subList(0, levels.size() - 1);
            for (int i = 0; i < sections.size(); i++) {
                if (i >= open.size() || !open.subList(0, i + 1).equals(sections.subList(0, i + 1))) {
                    lines.add("  ".repeat(i) + sections.get(i) + ":");
                }
            }
            open = sections;
            lines.add("  ".repeat(sections.size()) + levels.getLast() + ": " + entry.getValue());
        }
        return String.join("\n", lines) + "\n";
    }
}
