package io.pipit.cli;

import io.pipit.server.ConfigurationException;
import io.pipit.server.ConfigurationSources;
import io.pipit.server.Pipit;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The hidden command {@code pipit train}: does in a second what Pipit does all day, so that the build can record an
 * AOT cache from it. {@code train serve} reads flags and configuration and runs a broker in this process;
 * {@code train tool} has the broker in a process of its own, since every class in a cache costs each start something.
 * Both publish, and subscribe to what they published.
 */
final class TrainCommand {
    private static final int ROUNDS = 20;
    private static final String LISTENING = "listening ";

    private TrainCommand() {}

    /** Runs it and returns the exit status: 1 when anything did not work, so that no cache is made of it. */
    static int run(boolean asTool, Terminal terminal) throws InterruptedException {
        try {
            if (asTool) {
                QuickStart.choose();
                exchangeWithAnotherProcess();
            } else {
                readFlagsAndConfiguration();
                exchangeWithinThisProcess();
            }
            return ExitStatus.OK;
        } catch (ConfigurationException | IOException failed) {
            terminal.error("pipit train: " + failed.getMessage());
            return ExitStatus.FAILED;
        }
    }

    private static void readFlagsAndConfiguration() throws IOException {
        int configuration = ConfigCommand.run(List.of("show"));
        int help = ServeCommand.run(List.of("--help"));
        if (configuration != ExitStatus.OK || help != ExitStatus.OK) {
            throw new IOException("'config show' ended with " + configuration + ", 'serve --help' with " + help);
        }
    }

    private static void exchangeWithinThisProcess() throws ConfigurationException, IOException, InterruptedException {
        Path data = Files.createTempDirectory("pipit-train");
        ConfigurationSources sources =
                new ConfigurationSources().set("port=0").set("ws-port=0").set("data=" + data);
        try (Pipit pipit = Pipit.start(sources.read())) {
            for (Pipit.Listening listening : pipit.listening()) {
                exchange(listening.toString());
            }
        } finally {
            remove(data);
        }
    }

    private static void remove(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }

    private static void exchangeWithAnotherProcess() throws IOException, InterruptedException {
        String java = ProcessHandle.current().info().command().orElse("java");
        List<String> serve = List.of("serve", "--port", "0", "--ws-port", "0", "--data", "none");
        List<String> command =
                new ArrayList<>(List.of(java, "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(serve);
        Process broker = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = broker.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null && line.startsWith(LISTENING); line = out.readLine()) {
                exchange(line.substring(LISTENING.length()));
            }
        } finally {
            broker.destroy();
            broker.waitFor();
        }
    }

    /** Messages there and back, with a listener that is described as serve does: {@code mqtt 127.0.0.1:1883}. */
    private static void exchange(String listening) throws IOException, InterruptedException {
        String port = listening.substring(listening.lastIndexOf(':') + 1);
        List<String> server = listening.startsWith("ws ") ? List.of("--ws", "-p", port) : List.of("-p", port);
        for (int i = 0; i < ROUNDS; i++) {
            String version = i % 2 == 0 ? "mqttv311" : "mqttv5";
            String qos = Integer.toString(i % 3);
            String topic = "train/" + i;
            run(server, "pub", "-V", version, "-q", qos, "-t", topic, "-m", "x", "-r");
            run(server, "sub", "-V", version, "-q", qos, "-t", topic, "-C", "1", "-W", "10", "-v");
        }
    }

    private static void run(List<String> server, String... command) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(server);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal captured = new Terminal(new ByteArrayInputStream(new byte[0]), out, err);
        int status = Main.run(arguments.toArray(new String[0]), captured);
        if (status != ExitStatus.OK) {
            throw new IOException(String.join(" ", arguments) + " ended with " + status + ": "
                    + err.toString(StandardCharsets.UTF_8).strip());
        }
    }
}
