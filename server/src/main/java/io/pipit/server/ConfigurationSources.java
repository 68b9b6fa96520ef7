package io.pipit.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where a configuration comes from. The same key may be given in several places: {@link #set} goes before
 * {@link #flag}, that before the environment, that before the file, and last comes the default.
 */
public final class ConfigurationSources {
    /** Variables of the start script, and one that is a flag of the command line. */
    private static final Set<String> NO_KEYS = Set.of("PIPIT_JAVA_OPTS", "PIPIT_NO_BUILD", "PIPIT_CONFIG");

    private final List<String> problems = new ArrayList<>();
    private final Map<String, Given> sets = new LinkedHashMap<>();
    private final Map<String, Given> flags = new LinkedHashMap<>();
    private final Map<String, String> environment = new TreeMap<>();
    private final Map<String, Given> file = new LinkedHashMap<>();

    /** A configuration file in YAML. */
    public ConfigurationSources file(Path path) {
        return keep(YamlFile.read(path, problems));
    }

    /** The text of a configuration file. */
    public ConfigurationSources yaml(String text) {
        return keep(YamlFile.parse(text, "yaml", problems));
    }

    private ConfigurationSources keep(List<Given> given) {
        given.forEach(each -> file.put(each.key(), each));
        return this;
    }

    /** Environment variables: those that begin with {@code PIPIT_} are keys. */
    public ConfigurationSources environment(Map<String, String> variables) {
        variables.forEach((name, text) -> {
            if (name.startsWith(Values.ENVIRONMENT_PREFIX) && !NO_KEYS.contains(name)) {
                environment.put(name, text);
            }
        });
        return this;
    }

    /**
     * A flag of the command line.
     *
     * @param flag for messages: {@code --port}
     */
    public ConfigurationSources flag(String key, String text, String flag) {
        flags.put(key, new Given(key, text, flag));
        return this;
    }

    /** Any key, as {@code key=value}. */
    public ConfigurationSources set(String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            problems.add("--set " + assignment + ": KEY=VALUE is expected");
        } else {
            String key = assignment.substring(0, equals).strip();
            sets.put(key, new Given(key, assignment.substring(equals + 1), "--set " + assignment));
        }
        return this;
    }

    /**
     * The configuration.
     *
     * @throws ConfigurationException when anything about it is wrong
     */
    public Configuration read() throws ConfigurationException {
        return read(new ArrayList<>(problems)).configuration();
    }

    /**
     * Every key with its value, those by default included, as YAML that reads back.
     *
     * @throws ConfigurationException when anything about it is wrong
     */
    public String show() throws ConfigurationException {
        return read(new ArrayList<>(problems)).shown();
    }

    private record Outcome(Configuration configuration, String shown) {}

    private Outcome read(List<String> found) throws ConfigurationException {
        Values values = new Values(List.of(sets, flags, file), environment, found);
        Configuration configuration = new ConfigurationTree(values).read();
        values.refuseUnknown();
        if (!found.isEmpty()) {
            throw new ConfigurationException(found);
        }
        return new Outcome(configuration, values.show());
    }
}
