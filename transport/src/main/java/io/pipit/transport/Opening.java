package io.pipit.transport;

import io.netty.channel.socket.SocketChannel;
import io.pipit.broker.spi.Peer;

/**
 * A channel that was accepted and is no connection yet.
 *
 * @param loop where it is registered
 * @param acceptor who is to have the connection
 */
record Opening(SocketChannel channel, NettyLoop loop, ChannelReads reads, Peer peer, Acceptor acceptor) {
    /** Puts a connection at the end of the pipeline, which from now on reads into the loop's buffer. */
    void open(Connection connection) {
        channel.pipeline().addLast(connection);
        reads.shareFor(connection);
        connection.acceptedBy(acceptor);
    }
}
