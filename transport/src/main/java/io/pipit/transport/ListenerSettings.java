package io.pipit.transport;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a listener listens, and what it speaks there.
 *
 * @param name what {@link io.pipit.broker.spi.Peer#listener()} of its connections says
 * @param address port 0 takes a free one
 * @param webSocket null for MQTT straight over TCP
 * @param tls null for none
 */
public record ListenerSettings(
        String name,
        InetSocketAddress address,
        @Nullable WebSocketSettings webSocket,
        @Nullable TlsSettings tls) {}
