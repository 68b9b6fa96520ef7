package io.pipit.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The two specifications that Pipit obeys, with all their normative statements. The lists are resources beside this
 * class, one statement a line: number, whom it binds, our own words for it, and a remark, separated by tabs.
 */
public enum Specification {
    MQTT_3_1_1("3.1.1", "3.1.1:"),
    MQTT_5_0("5.0", "");

    private static final Map<Specification, List<Statement>> STATEMENTS =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Function.identity(), Specification::read));

    private static final Map<String, Statement> BY_CITATION = Arrays.stream(values())
            .flatMap(specification -> specification.statements().stream())
            .collect(Collectors.toUnmodifiableMap(Statement::citation, Function.identity()));

    private final String version;
    private final String prefix;

    Specification(String version, String prefix) {
        this.version = version;
        this.prefix = prefix;
    }

    /** As people say it: {@code 3.1.1} or {@code 5.0}. */
    public String version() {
        return version;
    }

    /** What stands before a number when it is cited: {@code 3.1.1:}, or nothing for 5.0. */
    String prefix() {
        return prefix;
    }

    /** All its normative statements, in the order of their numbers. */
    public List<Statement> statements() {
        return STATEMENTS.getOrDefault(this, List.of());
    }

    /** The statement that is cited like this: {@code MQTT-3.3.2-2} of 5.0, {@code 3.1.1:MQTT-3.3.2-2} of 3.1.1. */
    public static Optional<Statement> cited(String citation) {
        return Optional.ofNullable(BY_CITATION.get(citation));
    }

    private List<Statement> read() {
        String resource = "statements-" + version + ".tsv";
        try (InputStream in = Specification.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not there");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> Statement.parse(this, line))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
