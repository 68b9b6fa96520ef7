package io.pipit.cli;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Standard input, output and error of a command. Text is written in UTF-8, as messages are; lines of several threads
 * do not mix.
 */
final class Terminal {
    private final InputStream in;
    private final OutputStream out;
    private final OutputStream err;

    Terminal(InputStream in, OutputStream out, OutputStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** That of this process. */
    static Terminal ofProcess() {
        return new Terminal(
                new FileInputStream(FileDescriptor.in),
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)),
                new FileOutputStream(FileDescriptor.err));
    }

    InputStream in() {
        return in;
    }

    /** Writes a line to standard output. */
    void line(String text) {
        write(out, text);
    }

    /** Writes a line to standard error. */
    void error(String text) {
        write(err, text);
    }

    /** Writes these bytes to standard output, as they are. */
    void write(ByteArrayOutputStream bytes) throws IOException {
        synchronized (out) {
            bytes.writeTo(out);
            out.flush();
        }
    }

    private static void write(OutputStream stream, String text) {
        byte[] line = (text + "\n").getBytes(StandardCharsets.UTF_8);
        synchronized (stream) {
            try {
                stream.write(line);
                stream.flush();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }
}
