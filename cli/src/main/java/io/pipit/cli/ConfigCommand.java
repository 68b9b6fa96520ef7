package io.pipit.cli;

import io.pipit.server.ConfigurationException;
import io.pipit.server.ConfigurationSources;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pipit config}: looks at a configuration without starting a broker. */
@Command(
        name = "pipit config",
        mixinStandardHelpOptions = true,
        description = "Checks or shows the configuration.",
        subcommands = CommandLine.HelpCommand.class)
final class ConfigCommand {
    private final CommandLine commandLine = new CommandLine(this);

    private ConfigCommand() {}

    /** Runs the command with its flags and returns the exit status. */
    static int run(List<String> arguments) {
        return new ConfigCommand().commandLine.execute(arguments.toArray(new String[0]));
    }

    @Command(name = "check", mixinStandardHelpOptions = true, description = "Tells what is wrong, if anything.")
    int check(@Mixin ServeCommand.SourceOptions options) {
        return with(options.sources(), sources -> {
            sources.read();
            return "The configuration is right.\n";
        });
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows every key with its value, defaults included, as a file that can be used.")
    int show(@Mixin ServeCommand.SourceOptions options) {
        return with(options.sources(), ConfigurationSources::show);
    }

    @FunctionalInterface
    private interface Question {
        String ask(ConfigurationSources sources) throws ConfigurationException;
    }

    private int with(ConfigurationSources sources, Question question) {
        try {
            commandLine.getOut().print(question.ask(sources));
            commandLine.getOut().flush();
            return ServeCommand.STOPPED;
        } catch (ConfigurationException wrong) {
            commandLine.getErr().println(wrong.getMessage());
            return ServeCommand.WRONG_CONFIGURATION;
        }
    }
}
