package io.pipit.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A program that runs beside the test: its lines on stdout are awaited one by one, stderr goes to a file. Used by one
 * thread.
 */
final class Program implements AutoCloseable {
    /** How long a program may take for a line or its end; the first start of a JVM on a busy machine is slow. */
    private static final long PATIENCE_SECONDS = 30;

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Process process;
    private final Path errors;
    /** The lines that were not asked for yet; the empty one is the end. */
    private final BlockingQueue<Optional<String>> lines;

    private final List<String> seen = new ArrayList<>();
    private final Thread reader;

    private Program(Process process, Path errors, BlockingQueue<Optional<String>> lines, Consumer<String> receiver) {
        this.process = process;
        this.errors = errors;
        this.lines = lines;
        this.reader = Thread.ofVirtual().name("stdout of " + process.pid()).start(() -> {
            read(process, receiver);
            lines.add(Optional.empty());
        });
    }

    static Program start(List<String> command) {
        return start(command, Map.of());
    }

    /** Starts a command in the project's directory, with these variables added to the environment. */
    static Program start(List<String> command, Map<String, String> environment) {
        BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
        return start(command, environment, lines, line -> lines.add(Optional.of(line)));
    }

    /** Starts a command whose lines go to this receiver, on a thread of their own, instead of being awaited. */
    static Program start(List<String> command, Consumer<String> receiver) {
        return start(command, Map.of(), new LinkedBlockingQueue<>(), receiver);
    }

    private static Program start(
            List<String> command,
            Map<String, String> environment,
            BlockingQueue<Optional<String>> lines,
            Consumer<String> receiver) {
        try {
            String name = Path.of(command.getFirst()).getFileName().toString();
            Path directory = Files.createDirectories(ProjectRoot.output().resolve("programs"));
            Path errors = directory.resolve(
                    ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-" + name + ".stderr");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(ProjectRoot.path().toFile())
                    .redirectError(errors.toFile());
            builder.environment().putAll(environment);
            return new Program(builder.start(), errors, lines, receiver);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    private static void read(Process process, Consumer<String> receiver) {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                receiver.accept(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read stdout", e);
        }
    }

    long pid() {
        return process.pid();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    OutputStream stdin() {
        return process.getOutputStream();
    }

    /** Writes all of stdin, and ends it. */
    void feed(String text) {
        try (OutputStream stdin = stdin()) {
            stdin.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + process.info(), e);
        }
    }

    /** The next line of stdout, waited for. */
    String line() {
        return line(PATIENCE_SECONDS);
    }

    /** The next line of stdout, waited for at most this long. */
    String line(long seconds) {
        try {
            Optional<String> line = lines.poll(seconds, TimeUnit.SECONDS);
            if (line == null || line.isEmpty()) {
                throw new AssertionError((line == null ? "no line came" : "the program ended") + "; before: " + seen
                        + "; stderr: " + stderr());
            }
            seen.add(line.get());
            return line.get();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting for a line", e);
        }
    }

    /** The exit status; waits for the end of the program. */
    int exitCode() {
        return exitCode(PATIENCE_SECONDS);
    }

    /** The exit status; waits for the end of the program, at most this long. */
    int exitCode(long seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new AssertionError("still running: " + process.info() + "; stderr: " + stderr());
            }
            reader.join();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting for an end", e);
        }
    }

    /** Whether it ends in this time, which is waited for. */
    boolean endsWithin(Duration time) {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting for an end", e);
        }
    }

    /** What stdout held that was not asked for; complete only after {@link #exitCode()}. */
    List<String> rest() {
        List<Optional<String>> rest = new ArrayList<>();
        lines.drainTo(rest);
        return rest.stream().flatMap(Optional::stream).toList();
    }

    String stderr() {
        try {
            return Files.readString(errors, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Resident memory, or 0 where the system does not say. */
    long residentBytes() {
        Path status = Path.of("/proc", Long.toString(pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGTERM. */
    void terminate() {
        handle().destroy(); // that of Process would close stdout under its reader
    }

    /** Sends a signal by its name, such as {@code INT}. */
    void signal(String name) {
        int code =
                Program.start(List.of("kill", "-" + name, Long.toString(pid()))).exitCode();
        if (code != 0) {
            throw new IllegalStateException("kill ended with " + code);
        }
    }

    /** Ends the program at once if it still runs. */
    @Override
    public void close() {
        handle().destroyForcibly(); // as above
    }
}
