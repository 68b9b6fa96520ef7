package io.pipit.server;

import io.pipit.broker.Settings;
import io.pipit.store.Durability;
import io.pipit.store.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that can be chosen about a broker, as one tree. Made by {@link ConfigurationSources}.
 *
 * @param tlsReloadInterval how often the files of TLS are looked at; 0 for never
 * @param data the directory for what is to survive; null keeps everything in memory
 * @param durability how safe it is there; of no meaning without {@code data}
 * @param loops event loops, at least 1
 * @param stopTimeout how long an orderly stop may take
 * @param minFreeBytes that the disk must have for work that fills it; 0 for none
 */
public record Configuration(
        List<ConfiguredListener> listeners,
        Duration tlsReloadInterval,
        @Nullable Path data,
        Durability durability,
        Anonymous anonymous,
        int loops,
        Duration stopTimeout,
        Settings settings,
        long minFreeBytes) {
    public Configuration {
        listeners = List.copyOf(listeners);
    }

    /** What is chosen about the store. */
    StoreSettings store() {
        return new StoreSettings(durability, minFreeBytes);
    }
}
