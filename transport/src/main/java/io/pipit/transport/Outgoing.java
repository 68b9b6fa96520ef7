package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * What one connection sends: gathered on the heap, in a buffer that is the connection's from the first packet until
 * the flush, and copied to the network's memory at once then. While the network takes no more, the connection is
 * <em>stalled</em>: packets are then packed into pieces of {@link #FLUSH_SIZE}, so that they hold little more than
 * their own bytes. Confined to the loop of its connection.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline hears the same
final class Outgoing {
    /** A buffer of this size is flushed without waiting for the end of the turn. */
    private static final int FLUSH_SIZE = 64 << 10;

    private static final int LEAST_SIZE = 256;

    private final ChannelHandlerContext context;
    private final Connection connection;

    private @Nullable ByteBuf buffer;
    private int usualSize = LEAST_SIZE;
    private boolean stalled;

    Outgoing(ChannelHandlerContext context, Connection connection) {
        this.context = context;
        this.connection = connection;
    }

    /** The buffer to append to, with room for at least so many bytes; then call {@link #appended}. */
    ByteBuf buffer(int room) {
        ByteBuf out = buffer;
        if (out == null) {
            out = connection.loop().sendBuffers().take(usualSize);
            buffer = out;
        }
        out.ensureWritable(room);
        return out;
    }

    /** Flushes at once what has grown large. Returns how many bytes went to the network or its queue. */
    int appended() {
        ByteBuf out = buffer;
        if (out == null || out.readableBytes() < FLUSH_SIZE) {
            return 0;
        }
        int size = handOver();
        if (!stalled) {
            push();
        }
        return size;
    }

    /** Flushes, unless the network still has not taken what it was given. Returns how many bytes that were. */
    int flush() {
        if (stalled) {
            return 0;
        }
        int size = handOver();
        push();
        return size;
    }

    /**
     * Flushes all and then a last message.
     *
     * @param done told when the network has taken it all
     */
    int finish(Object last, ChannelPromise done) {
        int size = handOver();
        context.writeAndFlush(last, done);
        return size;
    }

    /** Bytes that the network has not taken, with what their buffers cost. */
    long bytes() {
        ByteBuf out = buffer;
        return (stalled ? pending() : 0) + (out == null ? 0 : out.readableBytes());
    }

    /** Forgets what was not handed over. */
    void release() {
        ByteBuf out = buffer;
        if (out != null) {
            buffer = null;
            connection.loop().sendBuffers().giveBack(out);
        }
    }

    private int handOver() {
        ByteBuf out = buffer;
        if (out == null) {
            return 0;
        }
        buffer = null;
        int size = out.readableBytes();
        usualSize = Math.clamp(Integer.highestOneBit(size) << 1, LEAST_SIZE, FLUSH_SIZE);
        context.write(context.alloc().directBuffer(size).writeBytes(out), context.voidPromise());
        connection.loop().sendBuffers().giveBack(out);
        return size;
    }

    private void push() {
        context.flush();
        if (pending() == 0) {
            return;
        }
        // An empty message behind the others: its promise tells when they are gone, at no cost until then.
        ChannelPromise taken = context.newPromise();
        context.writeAndFlush(Unpooled.EMPTY_BUFFER, taken);
        if (!taken.isDone()) {
            stalled = true;
            taken.addListener(future -> {
                if (future.isSuccess()) {
                    connection.drained();
                }
            });
        }
    }

    /**
     * Goes on after a stall: flushes what has gathered meanwhile. Not within {@link Connection#drained} itself, when Netty's
     * queue is in the middle of a change. Returns how many bytes went to the network.
     */
    int resume() {
        stalled = false;
        return flush();
    }

    private long pending() {
        ChannelOutboundBuffer queue = context.channel().unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }
}
