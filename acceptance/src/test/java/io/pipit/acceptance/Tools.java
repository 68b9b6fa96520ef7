package io.pipit.acceptance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Publishing and subscribing from the shell: Pipit's own commands and mosquitto's, which take the same flags. */
record Tools(Suite suite, Version version) {
    /** Whose commands. */
    enum Suite {
        MOSQUITTO,
        PIPIT
    }

    static Stream<Tools> all() {
        return Arrays.stream(Suite.values())
                .flatMap(suite -> Arrays.stream(Version.values()).map(version -> new Tools(suite, version)));
    }

    static Stream<Tools> ofFive() {
        return Arrays.stream(Suite.values()).map(suite -> new Tools(suite, Version.V5));
    }

    /** Starts the publishing command against the broker. */
    Program pub(BrokerUnderTest broker, String... arguments) {
        return start("pub", broker, arguments);
    }

    /** Starts the subscribing command against the broker. */
    Program sub(BrokerUnderTest broker, String... arguments) {
        return start("sub", broker, arguments);
    }

    private Program start(String verb, BrokerUnderTest broker, String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "-h", Endpoint.HOST, "-p", Integer.toString(broker.port(Endpoint.Transport.TCP)), "-V", flag()));
        all.addAll(List.of(arguments));
        return run(verb, all);
    }

    /** Starts a command with these arguments alone. */
    Program run(String verb, List<String> arguments) {
        List<String> command = new ArrayList<>();
        switch (suite) {
            case MOSQUITTO -> command.add("mosquitto_" + verb);
            case PIPIT -> command.addAll(List.of(ProjectRoot.pipit().toString(), verb));
        }
        command.addAll(arguments);
        return Program.start(command, Map.copyOf(PipitProcess.NO_BUILD));
    }

    private String flag() {
        return switch (version) {
            case V3_1 -> "mqttv31";
            case V3_1_1 -> "mqttv311";
            case V5 -> "mqttv5";
        };
    }

    @Override
    public String toString() {
        return suite + " " + version;
    }
}
