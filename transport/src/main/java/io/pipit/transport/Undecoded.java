package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that one connection has read and not yet decoded: the first part of a packet, or what came while it was
 * paused. Takes memory only while there are any. What was decoded from it may be borrowed until the turn ends, so its
 * buffers are neither moved nor released before. Confined to the loop of its connection.
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
    void append(ByteBuf in, int count, NettyLoop loop) {
        ByteBuf bytes = buffer;
        if (bytes == null) {
            bytes = in.alloc().directBuffer(Math.max(LEAST, count));
        } else if (bytes.writableBytes() < count) {
            int size = bytes.readableBytes();
            ByteBuf larger = bytes.alloc().directBuffer(Math.max(2 * size, size + count));
            larger.writeBytes(bytes);
            loop.releaseAtEndOfTurn(bytes);
            bytes = larger;
        }
        bytes.writeBytes(in, count);
        buffer = bytes;
    }

    /** Gives the memory back when all bytes were taken. */
    void decoded(NettyLoop loop) {
        ByteBuf bytes = buffer;
        if (bytes != null && !bytes.isReadable()) {
            clear(loop);
        }
    }

    /** Forgets all bytes. */
    void clear(NettyLoop loop) {
        ByteBuf bytes = buffer;
        if (bytes != null) {
            buffer = null;
            loop.releaseAtEndOfTurn(bytes);
        }
    }
}
