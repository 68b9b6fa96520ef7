package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;

/**
 * Heap buffers that connections of one loop gather in what they send. Those of one turn are kept for the next, up to
 * a bound. Confined to its loop.
 */
final class SendBuffers {
    private static final int LARGEST_KEPT = 128 << 10;
    private static final int MOST_BYTES_KEPT = 4 << 20;

    private final ArrayDeque<ByteBuf> spare = new ArrayDeque<>();
    private int bytesKept;

    /**
     * An empty buffer.
     *
     * @param size that it will probably need
     */
    ByteBuf take(int size) {
        ByteBuf buffer = spare.poll();
        if (buffer == null) {
            return Unpooled.buffer(size);
        }
        bytesKept -= buffer.capacity();
        return buffer;
    }

    /** Takes back a buffer that nobody uses any more. */
    void giveBack(ByteBuf buffer) {
        int capacity = buffer.capacity();
        if (capacity <= LARGEST_KEPT && bytesKept + capacity <= MOST_BYTES_KEPT) {
            bytesKept += capacity;
            spare.push(buffer.clear());
        }
    }
}
