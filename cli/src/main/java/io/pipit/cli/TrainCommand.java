package io.pipit.cli;

import io.pipit.server.ConfigurationException;
import io.pipit.server.ConfigurationSources;
import io.pipit.server.Pipit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The hidden command {@code pipit train}: does in a second what Pipit does all day, so that the build can record an
 * AOT cache from it. It reads flags and configuration, starts a broker, publishes to it and subscribes to what it
 * published, in this one process.
 */
final class TrainCommand {
    private static final int ROUNDS = 20;

    private TrainCommand() {}

    /**
     * Runs it and returns the exit status: 1 when anything did not work, so that no cache is made of it.
     *
     * @param asTool as pub and sub run, without the logging of the broker
     */
    static int run(boolean asTool, Terminal terminal) throws InterruptedException {
        if (asTool) {
            SilentLogging.choose();
        }
        int configuration = ConfigCommand.run(List.of("show"));
        int help = ServeCommand.run(List.of("--help"));
        if (configuration != ExitStatus.OK || help != ExitStatus.OK) {
            return ExitStatus.FAILED;
        }
        try (Pipit pipit = Pipit.start(new ConfigurationSources()
                .set("port=0")
                .set("ws-port=0")
                .set("data=none")
                .read())) {
            for (Pipit.Listening listening : pipit.listening()) {
                String port = Integer.toString(listening.address().getPort());
                List<String> server = listening.name().equals("ws") ? List.of("--ws", "-p", port) : List.of("-p", port);
                for (int i = 0; i < ROUNDS; i++) {
                    exchange(server, i);
                }
            }
            return ExitStatus.OK;
        } catch (ConfigurationException | IOException failed) {
            terminal.error("pipit train: " + failed.getMessage());
            return ExitStatus.FAILED;
        }
    }

    /** One message, retained, there and back. */
    private static void exchange(List<String> server, int round) throws IOException, InterruptedException {
        String version = round % 2 == 0 ? "mqttv311" : "mqttv5";
        String qos = Integer.toString(round % 3);
        String topic = "train/" + round;
        run(server, "pub", "-V", version, "-q", qos, "-t", topic, "-m", "x", "-r");
        run(server, "sub", "-V", version, "-q", qos, "-t", topic, "-C", "1", "-W", "10", "-v");
    }

    private static void run(List<String> server, String... command) throws IOException, InterruptedException {
        String[] arguments = new String[command.length + server.size()];
        System.arraycopy(command, 0, arguments, 0, command.length);
        System.arraycopy(server.toArray(), 0, arguments, command.length, server.size());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal captured = new Terminal(new ByteArrayInputStream(new byte[0]), out, err);
        int status = Main.run(arguments, captured);
        if (status != ExitStatus.OK) {
            throw new IOException(String.join(" ", arguments) + " ended with " + status + ": "
                    + err.toString(StandardCharsets.UTF_8).strip());
        }
    }
}
