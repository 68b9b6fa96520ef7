package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that one connection has read and not yet decoded: the first part of a packet, or what came while it was
 * paused. Takes memory only while there are any, on the heap: what was decoded from it may be borrowed until the turn
 * ends, so its buffers are never moved, and left to the garbage collector. Confined to the loop of its connection.
 */
final class Undecoded {
    private static final int LEAST = 256;

    private @Nullable ByteBuf buffer;

    boolean isEmpty() {
        return buffer == null;
    }

    /** The bytes, to be decoded from; then call {@link #decoded}. */
    ByteBuf buffer() {
        ByteBuf bytes = buffer;
        if (bytes == null) {
            throw new IllegalStateException("nothing is undecoded");
        }
        return bytes;
    }

    /** Moves so many bytes from another buffer behind those that are here. */
    void append(ByteBuf in, int count) {
        ByteBuf bytes = buffer;
        if (bytes == null) {
            bytes = Unpooled.buffer(Math.max(LEAST, count));
        } else if (bytes.writableBytes() < count) {
            int size = bytes.readableBytes();
            ByteBuf larger = Unpooled.buffer(Math.max(2 * size, size + count));
            larger.writeBytes(bytes);
            bytes = larger;
        }
        bytes.writeBytes(in, count);
        buffer = bytes;
    }

    /** Gives the memory back when all bytes were taken. */
    void decoded() {
        ByteBuf bytes = buffer;
        if (bytes != null && !bytes.isReadable()) {
            clear();
        }
    }

    /** Forgets all bytes. */
    void clear() {
        buffer = null;
    }
}
