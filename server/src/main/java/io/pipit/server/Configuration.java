package io.pipit.server;

import io.pipit.broker.Settings;
import io.pipit.store.Durability;
import io.pipit.store.StoreSettings;
import io.pipit.transport.WebSocketSettings;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * All that can be chosen about a broker, as one tree. Made by {@link ConfigurationSources}.
 *
 * @param bind where the listeners listen
 * @param port of MQTT over TCP, 0 for a free one; null for none
 * @param webSocketPort of MQTT over WebSocket, 0 for a free one; null for none
 * @param data the directory for what is to survive; null keeps everything in memory
 * @param durability how safe it is there; of no meaning without {@code data}
 * @param loops event loops, at least 1
 * @param stopTimeout how long an orderly stop may take
 * @param minFreeBytes that the disk must have for work that fills it; 0 for none
 */
public record Configuration(
        InetAddress bind,
        @Nullable Integer port,
        @Nullable Integer webSocketPort,
        @Nullable Path data,
        Durability durability,
        Anonymous anonymous,
        int loops,
        WebSocketSettings webSocket,
        Duration stopTimeout,
        Settings settings,
        long minFreeBytes) {
    /** What is chosen about the store. */
    StoreSettings store() {
        return new StoreSettings(durability, minFreeBytes);
    }
}
