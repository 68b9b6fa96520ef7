package io.pipit.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** A terminal whose output is kept; and runs of the program on it, in this process. */
final class CapturedTerminal {
    /**
     * How a run ended.
     *
     * @param out what it wrote to standard output
     * @param err what it wrote to standard error
     */
    record Run(int status, String out, String err) {}

    /** Keeps what is written, and lets others wait for it. */
    private static final class Capture extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int octet) {
            bytes.write(octet);
            notifyAll();
        }

        @Override
        public synchronized void write(byte[] source, int offset, int size) {
            bytes.write(source, offset, size);
            notifyAll();
        }

        synchronized String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }

        synchronized void await(String part) throws InterruptedException {
            while (!text().contains(part)) {
                wait();
            }
        }
    }

    private final Capture out = new Capture();
    private final Capture err = new Capture();
    private final Terminal terminal;

    CapturedTerminal(InputStream in) {
        this.terminal = new Terminal(in, out, err);
    }

    /** Runs the program without input. */
    static Run run(String... arguments) throws InterruptedException {
        return runWithInput("", arguments);
    }

    /** Runs the program with this text as its input. */
    static Run runWithInput(String input, String... arguments) throws InterruptedException {
        CapturedTerminal captured =
                new CapturedTerminal(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        int status = Main.run(arguments, captured.terminal);
        return new Run(status, captured.out.text(), captured.err.text());
    }

    /** Runs the program on a thread of its own. */
    CompletableFuture<Run> start(String... arguments) {
        CompletableFuture<Run> run = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                int status = Main.run(arguments, terminal);
                run.complete(new Run(status, out.text(), err.text()));
            } catch (InterruptedException | RuntimeException failed) {
                run.completeExceptionally(failed);
            }
        });
        return run;
    }

    Terminal terminal() {
        return terminal;
    }

    /** Waits until this has been written to standard output. */
    void awaitOutput(String part) throws InterruptedException {
        out.await(part);
    }
}
