package io.pipit.acceptance;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What the scenarios of one class play on: a broker for all of them, and the clients and lines of each. */
final class Stage implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String[] settings;
    private final Map<Library, ScriptHost> hosts = new EnumMap<>(Library.class);
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private @Nullable BrokerUnderTest broker;

    /** The settings are Pipit's, as {@code --set} takes them. */
    Stage(String... settings) {
        this.settings = settings;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        broker = BrokerUnderTest.start(settings);
    }

    BrokerUnderTest broker() {
        return Objects.requireNonNull(broker, "no broker before the tests");
    }

    /** A name that no other test of this run uses, for topics and client identifiers. */
    String name(String start) {
        return start + NAMES.incrementAndGet();
    }

    TestClient client(Peer peer) {
        return client(peer, broker().endpoint(peer.transport()));
    }

    TestClient client(Peer peer, Line line) {
        return client(peer, line.endpoint());
    }

    /** A client with a clean session of its own, connected. */
    TestClient connected(Peer peer) {
        TestClient client = client(peer);
        client.connect(Connect.clean(name("client")));
        return client;
    }

    private TestClient client(Peer peer, Endpoint endpoint) {
        TestClient client = switch (peer.library()) {
            case PIPIT -> new PipitClient(endpoint, peer.version());
            case PAHO_PYTHON, MQTT_JS ->
                new ScriptedClient(hosts.computeIfAbsent(peer.library(), Stage::host), endpoint, peer.version());
            case PAHO_JAVA ->
                peer.version() == Version.V5
                        ? new PahoFiveClient(endpoint)
                        : new PahoThreeClient(endpoint, peer.version());
            case HIVEMQ -> peer.version() == Version.V5 ? new HiveFiveClient(endpoint) : new HiveThreeClient(endpoint);
        };
        open.push(client);
        return client;
    }

    private static ScriptHost host(Library library) {
        return switch (library) {
            case PAHO_PYTHON ->
                new ScriptHost(List.of("/usr/bin/python3", Scripts.python().toString()));
            case MQTT_JS -> new ScriptHost(List.of("node", Scripts.javaScript().toString()));
            case PIPIT, PAHO_JAVA, HIVEMQ -> throw new IllegalArgumentException("runs in this process: " + library);
        };
    }

    /** A line to the broker, which ends with the test. */
    Line line(Peer peer) {
        Line line = Line.to(broker().endpoint(peer.transport()));
        open.push(line);
        return line;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Exception failure = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        hosts.values().forEach(ScriptHost::close);
        if (broker != null) {
            broker.close();
        }
    }
}
