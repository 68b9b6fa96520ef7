package io.pipit.cli;

import java.util.Arrays;
import java.util.List;

/** The program {@code pipit}: finds the command and ends the process with its exit status. */
final class Main {
    private static final String HELP = """
            Usage: pipit [COMMAND] [flags]

            An MQTT broker and its tools. Without a command, or with flags only, it is 'pipit serve'.

              serve          run the broker
              pub            publish messages
              sub            subscribe, and print what comes
              cert           make certificates to try TLS with
              store          verify, count, repair, export and import the store of a broker that does not run
              simulate       run whole brokers in simulated worlds, to find faults
              config check   check a configuration
              config show    show the configuration in force, defaults included
              help           show this, or with a command that command's flags
              version        show the version

            'pipit COMMAND --help' shows the flags of a command.""";

    private Main() {}

    /** Runs the command that {@code arguments} name. */
    public static void main(String[] arguments) throws InterruptedException {
        Terminal terminal = Terminal.ofProcess();
        System.exit(run(arguments, terminal));
    }

    /** Runs a command and returns its exit status. The classes of one are not loaded for another. */
    static int run(String[] arguments, Terminal terminal) throws InterruptedException {
        String command = arguments.length == 0 ? "serve" : arguments[0];
        return switch (command) {
            case "serve" -> ServeCommand.run(rest(arguments, Math.min(1, arguments.length)));
            case "config" -> ConfigCommand.run(rest(arguments, 1));
            case "pub" -> {
                QuickStart.choose();
                yield PubCommand.run(new Arguments(arguments, 1), terminal);
            }
            case "sub" -> {
                QuickStart.choose();
                yield SubCommand.run(new Arguments(arguments, 1), terminal);
            }
            case "simulate" -> {
                SilentLogging.choose();
                yield SimulateCommand.run(new Arguments(arguments, 1), terminal);
            }
            case "cert" -> CertCommand.run(new Arguments(arguments, 1), terminal);
            case "store" -> {
                SilentLogging.choose();
                yield StoreCommand.run(new Arguments(arguments, 1), terminal);
            }
            case "train" -> TrainCommand.run(arguments.length > 1 && arguments[1].equals("tool"), terminal);
            case "help", "-h", "--help" -> help(arguments, terminal);
            case "version", "-V", "--version" -> {
                terminal.line("pipit " + version());
                yield ExitStatus.OK;
            }
            default -> {
                if (command.startsWith("-")) {
                    yield ServeCommand.run(rest(arguments, 0));
                }
                terminal.error("pipit: there is no command '" + command + "'.\nSee 'pipit help'.");
                yield ExitStatus.USAGE;
            }
        };
    }

    private static List<String> rest(String[] arguments, int from) {
        return Arrays.asList(arguments).subList(from, arguments.length);
    }

    /** Help for the program, or for the command that is named behind. */
    private static int help(String[] arguments, Terminal terminal) throws InterruptedException {
        if (arguments.length > 1 && !arguments[1].startsWith("-") && !arguments[1].equals("help")) {
            return run(new String[] {arguments[1], "--help"}, terminal);
        }
        terminal.line(HELP);
        return ExitStatus.OK;
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(development build)" : version;
    }
}
