package io.pipit.client;

import java.io.Closeable;
import java.io.IOException;

/**
 * A stream of bytes to and from a server. One thread reads, one writes at a time; any thread may close, which wakes
 * both.
 */
interface Transport extends Closeable {
    /**
     * Reads what has arrived, at least one byte, waiting for it; -1 when the server has ended the stream.
     *
     * @throws java.net.SocketTimeoutException at the deadline
     */
    int read(byte[] target, int offset, int size) throws IOException;

    /** Writes all of it. */
    void write(byte[] source, int offset, int size) throws IOException;

    /** From now on reading waits until {@code clock} shows so many nanoseconds. */
    void readUntil(Clock clock, long nanoseconds);

    /** From now on reading waits without limit. */
    void readForever() throws IOException;

    /** Says that nothing more will be written; reading goes on until the server ends the stream too. */
    void finish() throws IOException;

    /** Ends both directions at once. */
    @Override
    void close() throws IOException;
}
