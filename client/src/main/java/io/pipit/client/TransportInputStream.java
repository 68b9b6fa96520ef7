package io.pipit.client;

import java.io.IOException;
import java.io.InputStream;

/** The bytes of a transport as a stream with a buffer of its own, for reading one at a time. */
final class TransportInputStream extends InputStream {
    private final Transport transport;
    private final byte[] buffer = new byte[8192];
    private int next;
    private int end;

    TransportInputStream(Transport transport) {
        this.transport = transport;
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer[next++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int size) throws IOException {
        if (next == end && size >= buffer.length) {
            return transport.read(target, offset, size);
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(size, end - next);
        System.arraycopy(buffer, next, target, offset, count);
        next += count;
        return count;
    }

    private boolean fill() throws IOException {
        if (next == end) {
            next = 0;
            end = Math.max(transport.read(buffer, 0, buffer.length), 0);
        }
        return next < end;
    }
}
