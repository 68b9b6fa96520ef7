package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.acceptance.Verdict.Fault;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The process of a {@link CrashJudge}, as the test sees it. */
final class JudgeProcess implements AutoCloseable {
    /** Longer than anything that the judge waits for. */
    private static final int PATIENCE_SECONDS = 150;

    private final Program program;
    private final OutputStream commands;

    private JudgeProcess(Program program) {
        this.program = program;
        this.commands = program.stdin();
    }

    static JudgeProcess start(int port, Path log, long seed) {
        return new JudgeProcess(Program.start(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CrashJudge.class.getName(),
                Integer.toString(port),
                log.toString(),
                Long.toString(seed))));
    }

    /**
     * What the judge found.
     *
     * @param numbers how many messages were acknowledged, delivered and so on, by their names
     * @param faults how often a promise was broken
     * @param told the first ones in words
     */
    record Findings(Map<String, Long> numbers, Map<Fault, Long> faults, List<String> told) {}

    /** Gives a command, and waits until it is done. */
    void command(String command) throws IOException {
        send(command);
        String answer = program.line(PATIENCE_SECONDS);
        if (!answer.equals("done")) {
            throw new AssertionError(command + " was answered with " + answer);
        }
    }

    /** Whether it has found a fault already. */
    boolean hasFaults() throws IOException {
        send("faults");
        return !program.line().equals("0");
    }

    private void send(String command) throws IOException {
        commands.write((command + "\n").getBytes(UTF_8));
        commands.flush();
    }

    /** Ends the judge. */
    Findings end() throws IOException {
        send("end");
        Map<String, Long> numbers = new HashMap<>();
        Map<Fault, Long> faults = new HashMap<>();
        List<String> told = new ArrayList<>();
        for (String line = program.line(); !line.equals("end"); line = program.line()) {
            String[] words = line.split(" ", 2);
            if (words[0].equals("-")) {
                told.add(line.substring(2));
            } else if (Character.isUpperCase(words[0].charAt(0))) {
                faults.put(Fault.valueOf(words[0]), Long.valueOf(words[1]));
            } else {
                numbers.put(words[0], Long.valueOf(words[1]));
            }
        }
        if (program.exitCode() != 0) {
            throw new AssertionError("the judge ended with " + program.exitCode() + ": " + program.stderr());
        }
        return new Findings(numbers, faults, told);
    }

    @Override
    public void close() {
        program.close();
    }
}
