package io.pipit.acceptance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What publishers were told that it was taken over, in a file: a line with topic and number each. */
final class AcknowledgedLog implements AutoCloseable {
    @GuardedBy("this")
    private final BufferedWriter file;

    private final Progress progress = new Progress();
    private volatile boolean closing;

    AcknowledgedLog(Path file) throws IOException {
        this.file = Files.newBufferedWriter(file);
    }

    void acknowledged(NumberedTopic topic, long number) {
        synchronized (this) {
            try {
                file.write(topic.name() + " " + number + "\n");
            } catch (IOException cannot) {
                throw new UncheckedIOException(cannot);
            }
        }
        progress.advance();
    }

    /** How many there are. */
    Progress progress() {
        return progress;
    }

    /** Publishers come to their end. */
    void closeSoon() {
        closing = true;
        progress.finish();
    }

    boolean isClosing() {
        return closing;
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
