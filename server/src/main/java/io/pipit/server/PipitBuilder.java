package io.pipit.server;

import io.pipit.broker.spi.Authenticator;
import io.pipit.broker.spi.Authorizer;
import io.pipit.broker.spi.BrokerListener;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a program says about the broker that it starts. Nothing is read from files, from the environment or from system
 * properties: what is not said here has the default of {@code pipit config show}, but for listeners and data. A
 * broker listens nowhere unless it is told to: {@link #port} and {@link #webSocketPort}. Without either it serves only the
 * program around it. Confined to one thread; every {@link #start} makes another broker.
 */
public final class PipitBuilder {
    private final ConfigurationSources sources = new ConfigurationSources();
    private final List<BrokerListener> listeners = new ArrayList<>();
    private @Nullable Authenticator authenticator;
    private @Nullable Authorizer authorizer;

    PipitBuilder() {
        sources.flag("port", "off", "the default")
                .flag("ws-port", "off", "the default")
                .flag("data", "none", "the default");
    }

    /**
     * Listens for MQTT over TCP.
     *
     * @param port 1 to 65535, or 0 for a free one, which {@link Pipit#port} then says
     */
    public PipitBuilder port(int port) {
        return set("port", String.valueOf(port));
    }

    /**
     * Listens for MQTT over WebSocket, at the path {@code /mqtt} or those of {@code websocket.paths}.
     *
     * @param port 1 to 65535, or 0 for a free one, which {@link Pipit#webSocketPort} then says
     */
    public PipitBuilder webSocketPort(int port) {
        return set("ws-port", String.valueOf(port));
    }

    /**
     * Where it listens; 127.0.0.1 when nothing is said. Any other than this machine's own needs an
     * {@link #authenticator}, or {@code set("anonymous", "allow")}.
     */
    public PipitBuilder address(InetAddress address) {
        return set("bind", address.getHostAddress());
    }

    /** Keeps everything in memory: what outlives a connection ends with the broker. The default. */
    public PipitBuilder inMemory() {
        return set("data", "none");
    }

    /**
     * Keeps what is to survive in a directory, which is made when it is not there, and is one broker's at a time. The
     * key {@code durability} says how safe it is there.
     */
    public PipitBuilder data(Path directory) {
        return set("data", directory.toAbsolutePath().toString());
    }

    /**
     * Sets a key of the configuration: {@code set("queue.max-messages", "1000")}. The last value of a key counts.
     *
     * @param value as it stands in the file; items of a list are joined by commas
     */
    public PipitBuilder set(String key, String value) {
        sources.flag(key, value, "set(\"" + key + "\")");
        return this;
    }

    /** Decides who may connect; the default is everybody who reaches a listener. */
    public PipitBuilder authenticator(Authenticator decides) {
        authenticator = decides;
        return this;
    }

    /** Decides what clients may do; the default is everything, but {@code $SYS}. It is not asked about the program. */
    public PipitBuilder authorizer(Authorizer decides) {
        authorizer = decides;
        return this;
    }

    /** Hears what happens in the broker, on its event loops; several are told in their order. */
    public PipitBuilder listener(BrokerListener listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * Starts a broker, and returns when it accepts connections.
     *
     * @throws IllegalArgumentException when a key or value is wrong; the message has a line for each
     * @throws DataDirectoryException when the data directory cannot be used
     * @throws IOException when a listener cannot listen; the message says where and why
     */
    public Pipit start() throws IOException {
        if (authenticator != null) {
            sources.flag("anonymous", "allow", "the authenticator");
        }
        try {
            return Pipit.start(sources.read(), new Access(authenticator, authorizer), listeners);
        } catch (ConfigurationException wrong) {
            throw new IllegalArgumentException(wrong.getMessage(), wrong);
        }
    }
}
