package io.pipit.transport;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** How loops wait for the network. Only those whose channels can move between loops are here. */
public enum Engine {
    /** Linux. */
    EPOLL,
    /** Everywhere. */
    NIO;

    /** The best one of this machine. */
    public static Engine best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    IoHandlerFactory ioHandlers() {
        return switch (this) {
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    ServerSocketChannel newServerChannel() {
        return switch (this) {
            case EPOLL -> new EpollServerSocketChannel();
            case NIO -> new NioServerSocketChannel();
        };
    }
}
