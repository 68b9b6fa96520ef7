package io.pipit.cli;

import io.pipit.server.Configuration;
import io.pipit.server.ConfigurationException;
import io.pipit.server.ConfigurationSources;
import io.pipit.server.DataDirectoryException;
import io.pipit.server.Pipit;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pipit serve}: runs the broker until it is told to stop. */
@Command(
        name = "pipit serve",
        sortOptions = false,
        description = "Runs the broker.",
        footer = {
            "",
            "Every key of the configuration has an environment variable: queue.max-messages",
            "is PIPIT_QUEUE_MAX_MESSAGES. --set goes before the other flags, these before",
            "the environment, that before the file. 'pipit config show' shows all keys.",
            "",
            "Exit status: 0 after SIGTERM or SIGINT, 1 fault, 2 wrong flag, 3 wrong",
            "configuration, 4 cannot listen, 5 data directory unusable."
        })
final class ServeCommand implements Callable<Integer> {
    /** Exit statuses of {@code pipit serve}. */
    static final int STOPPED = 0;

    static final int FAULT = 1;
    static final int WRONG_CONFIGURATION = 3;
    static final int CANNOT_LISTEN = 4;
    static final int DATA_UNUSABLE = 5;

    @Mixin
    private final SourceOptions sources = new SourceOptions();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    @SuppressWarnings("UnusedVariable") // read by picocli
    private boolean help;

    @Option(names = "--bind", paramLabel = "ADDR", description = "Where to listen (127.0.0.1).")
    private @Nullable String bind;

    @Option(names = "--port", paramLabel = "N|0|off", description = "Port of MQTT over TCP (1883); 0 takes a free one.")
    private @Nullable String port;

    @Option(names = "--ws-port", paramLabel = "N|0|off", description = "Port of MQTT over WebSocket (8083).")
    private @Nullable String webSocketPort;

    @Option(names = "--mqtts-port", paramLabel = "N|0|off", description = "Port of MQTT over TLS (8883 is usual; off).")
    private @Nullable String securePort;

    @Option(
            names = "--wss-port",
            paramLabel = "N|0|off",
            description = "Port of MQTT over WebSocket over TLS (8084 is usual; off).")
    private @Nullable String secureWebSocketPort;

    @Option(names = "--cert", paramLabel = "FILE", description = "Certificate for TLS, in PEM form.")
    private @Nullable String certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Private key of the certificate, in PEM form.")
    private @Nullable String key;

    @Option(names = "--data", paramLabel = "DIR|none", description = "Where data is kept (~/.local/state/pipit).")
    private @Nullable String data;

    @Spec
    private @Nullable CommandSpec spec;

    ServeCommand() {}

    /** Runs the command with its flags and returns the exit status. */
    static int run(List<String> arguments) {
        return new CommandLine(new ServeCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments.toArray(new String[0]));
    }

    @Override
    public Integer call() {
        PrintWriter out = commandLine().getOut();
        PrintWriter err = commandLine().getErr();
        try {
            Pipit pipit = Pipit.start(configuration());
            Shutdown shutdown = new Shutdown(pipit);
            shutdown.listen();
            pipit.listening().forEach(listening -> out.println("listening " + listening));
            out.println("ready " + millisSinceStart());
            out.flush();
            shutdown.await();
            return STOPPED;
        } catch (ConfigurationException wrong) {
            err.println(wrong.getMessage());
            return WRONG_CONFIGURATION;
        } catch (DataDirectoryException unusable) {
            err.println(unusable.getMessage());
            return DATA_UNUSABLE;
        } catch (IOException cannotListen) {
            err.println(cannotListen.getMessage());
            return CANNOT_LISTEN;
        } catch (RuntimeException | Error fault) {
            log().error("Pipit cannot start", fault);
            return FAULT;
        }
    }

    private static Logger log() {
        return LoggerFactory.getLogger(ServeCommand.class);
    }

    private Configuration configuration() throws ConfigurationException {
        ConfigurationSources all = sources.sources();
        flag(all, "--bind", "bind", bind);
        flag(all, "--port", "port", port);
        flag(all, "--ws-port", "ws-port", webSocketPort);
        flag(all, "--mqtts-port", "mqtts-port", securePort);
        flag(all, "--wss-port", "wss-port", secureWebSocketPort);
        flag(all, "--cert", "tls.cert", certificate);
        flag(all, "--key", "tls.key", key);
        flag(all, "--data", "data", data);
        return all.read();
    }

    private static void flag(ConfigurationSources all, String flag, String key, @Nullable String text) {
        if (text != null) {
            all.flag(key, text, flag);
        }
    }

    private static long millisSinceStart() {
        return ManagementFactory.getRuntimeMXBean().getUptime();
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("run by picocli");
        }
        return spec.commandLine();
    }

    /** Where the configuration comes from, for every command that reads it. */
    static final class SourceOptions {
        @Option(names = "--config", paramLabel = "FILE", description = "The configuration file (PIPIT_CONFIG).")
        private @Nullable Path file;

        @Option(
                names = "--set",
                paramLabel = "KEY=VALUE",
                description = "Any key of the configuration; may be repeated.")
        private List<String> assignments = new ArrayList<>();

        /** File, environment and {@code --set}. */
        ConfigurationSources sources() {
            ConfigurationSources all = new ConfigurationSources().environment(System.getenv());
            String byVariable = System.getenv("PIPIT_CONFIG");
            if (file != null) {
                all.file(file);
            } else if (byVariable != null) {
                all.file(Path.of(byVariable));
            }
            assignments.forEach(all::set);
            return all;
        }
    }
}
