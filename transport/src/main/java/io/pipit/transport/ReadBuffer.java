package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/**
 * The memory that all connections of one loop read into, one behind the other, so that an idle connection holds
 * none. What was read stays in place until the turn ends; then everything begins anew at the front. Confined to its
 * loop.
 */
final class ReadBuffer {
    private static final int SIZE = 128 << 10;
    /** With less room than this a fresh buffer is taken, so that a batch is read by one call. */
    private static final int LEAST_ROOM = 32 << 10;

    private final ByteBufAllocator allocator;
    private ByteBuf buffer;

    ReadBuffer(ByteBufAllocator allocator) {
        this.allocator = allocator;
        this.buffer = allocator.directBuffer(SIZE, SIZE);
    }

    /**
     * The buffer, retained, empty and with room behind what was read before.
     *
     * @param full takes a buffer that is full, to be released when the turn ends
     */
    ByteBuf take(List<ByteBuf> full) {
        if (buffer.writableBytes() < LEAST_ROOM) {
            full.add(buffer);
            buffer = allocator.directBuffer(SIZE, SIZE);
        }
        buffer.readerIndex(buffer.writerIndex());
        return buffer.retain();
    }

    @SuppressWarnings("ReferenceEquality") // this very buffer
    boolean holds(ByteBuf other) {
        return buffer == other;
    }

    /** Begins at the front again; if somebody still holds the buffer it is left to them. */
    void reset() {
        if (buffer.refCnt() == 1) {
            buffer.clear();
        } else {
            buffer.release();
            buffer = allocator.directBuffer(SIZE, SIZE);
        }
    }

    void release() {
        buffer.release();
    }
}
