package io.pipit.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import io.pipit.broker.spi.Peer;
import org.jspecify.annotations.Nullable;

/**
 * A channel that was accepted and is no connection yet.
 *
 * @param loop where it is registered
 * @param secured whether what it reads and writes goes through TLS
 * @param acceptor who is to have the connection
 */
record Opening(
        SocketChannel channel, NettyLoop loop, ChannelReads reads, Peer peer, boolean secured, Acceptor acceptor) {
    /**
     * The same behind a TLS handshake.
     *
     * @param userName that the client's certificate says, or null
     */
    Opening secured(@Nullable String userName) {
        Peer certified = new Peer(peer.address(), peer.loopback(), peer.listener(), userName);
        return new Opening(channel, loop, reads, certified, true, acceptor);
    }

    /** What has to be written when nothing more follows. */
    Object endOfStream() {
        return secured ? StreamEnd.BY_US : Unpooled.EMPTY_BUFFER;
    }

    /** Puts a connection at the end of the pipeline, which from now on reads into the loop's buffer, unless TLS does. */
    void open(Connection connection) {
        channel.pipeline().addLast(connection);
        if (!secured) {
            reads.shareFor(connection);
        }
        connection.acceptedBy(acceptor);
    }
}
