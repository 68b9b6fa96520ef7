package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * The memory that all connections of one loop read into, so that an idle connection holds none: the network fills a
 * direct buffer, which is used anew for each read; what came is copied at once to the heap, one read behind the
 * other, since a packet is decoded there in half the time. It stays in place until the turn ends; then everything
 * begins anew at the front. Confined to its loop.
 */
final class ReadBuffer {
    private static final int SIZE = 128 << 10;

    private final ByteBuf network;
    private ByteBuf heap = Unpooled.buffer(2 * SIZE, 2 * SIZE);

    ReadBuffer(ByteBufAllocator allocator) {
        this.network = allocator.directBuffer(SIZE, SIZE);
    }

    /** The buffer for the network to fill, retained and empty. */
    ByteBuf take() {
        return network.clear().retain();
    }

    /** A copy of these bytes on the heap, until the turn ends; to be read before the next one is asked for. */
    ByteBuf copy(ByteBuf bytes) {
        if (heap.writableBytes() < bytes.readableBytes()) { // what borrows of the full one keeps it alive
            heap = Unpooled.buffer(Math.max(2 * SIZE, bytes.readableBytes()));
        }
        return heap.readerIndex(heap.writerIndex()).writeBytes(bytes);
    }

    /** The turn is over: nobody borrows any more. */
    void reset() {
        heap.clear();
    }

    void release() {
        network.release();
    }
}
