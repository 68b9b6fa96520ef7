package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;

/**
 * The memory that all connections of one loop read into, so that an idle connection holds none: the network fills a
 * direct buffer, which is used anew for each read; what came is copied at once to the heap, one read behind the
 * other, since a packet is decoded there in half the time. It stays in place until the turn ends; then everything
 * begins anew at the front. Confined to its loop.
 */
final class ReadBuffer {
    private static final int SIZE = 128 << 10;
    /** How many heap buffers that a busy turn has filled are kept for the next. */
    private static final int MOST_KEPT = 4;

    private final ByteBuf network;
    private final ArrayDeque<ByteBuf> full = new ArrayDeque<>(MOST_KEPT);
    private final ArrayDeque<ByteBuf> spare = new ArrayDeque<>(MOST_KEPT);
    private ByteBuf heap = Unpooled.buffer(2 * SIZE, 2 * SIZE);

    /** Not from a pool, whose chunk would outlive the loop until the collector finds it. */
    ReadBuffer() {
        this.network = Unpooled.directBuffer(SIZE, SIZE);
    }

    /** The buffer for the network to fill, retained and empty. */
    ByteBuf take() {
        return network.clear().retain();
    }

    /** A copy of these bytes on the heap, until the turn ends; to be read before the next one is asked for. */
    ByteBuf copy(ByteBuf bytes) {
        int size = bytes.readableBytes();
        if (heap.writableBytes() < size) { // what borrows of the full one keeps it alive
            if (full.size() < MOST_KEPT) {
                full.add(heap);
            }
            ByteBuf next = spare.poll();
            heap = next != null && next.capacity() >= size ? next : Unpooled.buffer(Math.max(2 * SIZE, size));
        }
        return heap.readerIndex(heap.writerIndex()).writeBytes(bytes);
    }

    /** The turn is over: nobody borrows any more. */
    void reset() {
        heap.clear();
        for (ByteBuf buffer = full.poll(); buffer != null; buffer = full.poll()) {
            if (spare.size() < MOST_KEPT && buffer.capacity() == 2 * SIZE) {
                spare.add(buffer.clear());
            }
        }
    }

    void release() {
        network.release();
    }
}
