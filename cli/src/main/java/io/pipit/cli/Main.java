package io.pipit.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code pipit}. */
@Command(name = "pipit", mixinStandardHelpOptions = true, description = "An MQTT broker and its tools.")
final class Main implements Runnable {
    private Main() {}

    @Override
    public void run() {
        CommandLine.usage(this, System.err);
    }

    /** Runs the command that {@code arguments} name and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
