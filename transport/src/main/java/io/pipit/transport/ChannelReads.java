package io.pipit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Where one channel reads into: a small buffer of its own while handlers of Netty take its bytes, which keep what
 * they are given; then the read buffer of the loop where its {@link Connection} is.
 */
final class ChannelReads extends DefaultMaxMessagesRecvByteBufAllocator {
    /** How often a channel may fill a read buffer before it is another one's turn. */
    private static final int MOST_READS = 4;

    private final int ownSize;
    private @Nullable Connection connection;

    /**
     * Reads of a new channel.
     *
     * @param ownSize of the channel's own buffers, in bytes
     */
    ChannelReads(int ownSize) {
        super(MOST_READS);
        this.ownSize = ownSize;
    }

    /** From now on this connection reads the bytes as they come, and keeps none beyond the turn. */
    void shareFor(Connection reader) {
        connection = reader;
    }

    // Deprecated by Netty in favour of itself with another return type.
    @SuppressWarnings("deprecation")
    @Override
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return ownSize;
            }

            @Override
            public ByteBuf allocate(ByteBufAllocator allocator) {
                Connection reader = connection;
                return reader == null
                        ? allocator.directBuffer(ownSize)
                        : reader.loop().takeReadBuffer();
            }
        };
    }
}
