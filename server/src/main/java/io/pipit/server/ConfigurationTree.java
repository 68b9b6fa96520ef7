package io.pipit.server;

import io.pipit.broker.QueuePolicy;
import io.pipit.broker.Settings;
import io.pipit.mqtt.QoS;
import io.pipit.store.Durability;
import io.pipit.store.StoreSettings;
import io.pipit.transport.WebSocketSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tree of the configuration: every key with its default and what it allows, in the order it is shown in. */
final class ConfigurationTree {
    private static final Duration YEARS = Duration.ofDays(36_500);
    private static final Duration DAY = Duration.ofDays(1);
    private static final int MOST_PACKET_BYTES = 268_435_460;
    private static final int NO_BOUND = Integer.MAX_VALUE;
    private static final String HOME = "~/";
    private static final String DATA = HOME + ".local/state/pipit";
    private static final StoreSettings STORE = StoreSettings.DEFAULT;
    private static final Settings DEFAULT = Settings.DEFAULT;

    private final Values values;

    ConfigurationTree(Values values) {
        this.values = values;
    }

    /** Asks for every key. */
    Configuration read() {
        ListenerTree listenerTree = new ListenerTree(values);
        ListenerTree.Ports ports = listenerTree.readPorts();
        Path data = data();
        Durability durability = values.choice("durability", STORE.durability(), Durability.values());
        Anonymous anonymous = values.choice("anonymous", Anonymous.LOOPBACK, Anonymous.values());
        int loops = loops();
        WebSocketSettings webSocket = webSocket();
        Duration tlsReloadInterval = values.duration(TlsTree.GENERAL + "reload-interval", Duration.ofSeconds(5), DAY);
        List<ConfiguredListener> listeners = listenerTree.read(ports, webSocket);
        checkAnonymous(anonymous, listeners);
        return new Configuration(
                listeners,
                tlsReloadInterval,
                data,
                durability,
                anonymous,
                loops,
                values.duration("stop.timeout", Duration.ofSeconds(10), DAY),
                new Settings(mqtt(), session(), queue(), retained(), sys(), limits(), disk()),
                values.bytes("disk.min-free", STORE.minFreeBytes(), 0, Long.MAX_VALUE));
    }

    /** A listener that others than this machine reach wants a decision about who they are. */
    private void checkAnonymous(Anonymous anonymous, List<ConfiguredListener> listeners) {
        for (ConfiguredListener listener : listeners) {
            if (anonymous == Anonymous.LOOPBACK && !listener.isLocal() && !listener.requiresCertificate()) {
                values.problem(listener.bindKey() + " is "
                        + listener.settings().address().getAddress().getHostAddress()
                        + ", where others than this machine could connect without saying who they are:"
                        + " set \"anonymous: allow\" (--set anonymous=allow) when that is meant, or \""
                        + listener.bindKey() + ": 127.0.0.1\", or have mqtts and wss alone listen, with"
                        + " \"tls.client-certificates: required\"");
            }
        }
    }

    private @Nullable Path data() {
        String text = values.value(
                "data",
                DATA,
                "none, or a directory",
                given -> given.isEmpty() || !isPath(given) ? null : given,
                Values::quoted);
        if (text.equals("none")) {
            return null;
        }
        return text.startsWith(HOME) ? Path.of(System.getProperty("user.home"), text.substring(2)) : Path.of(text);
    }

    private static boolean isPath(String text) {
        try {
            return !Path.of(text).toString().isEmpty();
        } catch (InvalidPathException invalid) {
            return false;
        }
    }

    private int loops() {
        int loops = values.integer("loops", 0, 0, 1024);
        return loops == 0 ? Runtime.getRuntime().availableProcessors() : loops;
    }

    private WebSocketSettings webSocket() {
        List<String> paths = values.value(
                "websocket.paths",
                List.of("/mqtt"),
                "a list of paths that begin with /",
                ConfigurationTree::parsePaths,
                Values::quoted);
        return new WebSocketSettings(
                paths,
                values.flag("websocket.require-protocol", false),
                values.duration("websocket.handshake-timeout", Duration.ofSeconds(10), DAY));
    }

    private static @Nullable List<String> parsePaths(String text) {
        List<String> paths = Arrays.stream(text.split(",")).map(String::strip).toList();
        return paths.stream().allMatch(path -> path.startsWith("/")) ? paths : null;
    }

    private Settings.Mqtt mqtt() {
        Settings.Mqtt mqtt = DEFAULT.mqtt();
        return new Settings.Mqtt(
                (int) values.bytes("mqtt.maximum-packet-size", mqtt.maximumPacketSize(), 1024, MOST_PACKET_BYTES),
                values.integer("mqtt.receive-maximum", mqtt.receiveMaximum(), 1, 0xFFFF),
                values.integer("mqtt.topic-alias-maximum", mqtt.topicAliasMaximum(), 0, 0xFFFF),
                values.integer("mqtt.outgoing-topic-alias-maximum", mqtt.outgoingTopicAliasMaximum(), 0, 0xFFFF),
                QoS.of(values.integer("mqtt.maximum-qos", mqtt.maximumQos().level(), 0, 2)),
                values.flag("mqtt.retain-available", mqtt.retainAvailable()),
                values.flag("mqtt.wildcard-subscription-available", mqtt.wildcardSubscriptionAvailable()),
                values.flag("mqtt.shared-subscription-available", mqtt.sharedSubscriptionAvailable()),
                values.flag("mqtt.subscription-identifier-available", mqtt.subscriptionIdentifierAvailable()),
                values.decimal("mqtt.keep-alive-factor", mqtt.keepAliveFactor(), 1, 100),
                (int) values.duration(
                                "mqtt.maximum-keep-alive",
                                Duration.ofSeconds(mqtt.maximumKeepAliveSeconds()),
                                Duration.ofSeconds(0xFFFF))
                        .toSeconds(),
                values.duration("mqtt.connect-timeout", mqtt.connectTimeout(), DAY),
                values.integer("mqtt.maximum-topic-levels", mqtt.maximumTopicLevels(), 0, 65_536),
                values.text("mqtt.response-information", mqtt.responseInformation(), "a text"));
    }

    private Settings.Session session() {
        return new Settings.Session(
                values.duration("session.default-expiry", DEFAULT.session().defaultExpiry(), YEARS),
                values.duration("session.maximum-expiry", DEFAULT.session().maximumExpiry(), YEARS));
    }

    private Settings.Queue queue() {
        Settings.Queue queue = DEFAULT.queue();
        return new Settings.Queue(
                values.number("queue.max-messages", queue.maxMessages(), 0, Long.MAX_VALUE),
                values.bytes("queue.max-bytes", queue.maxBytes(), 0, Long.MAX_VALUE),
                values.choice("queue.policy", queue.policy(), QueuePolicy.values()),
                values.flag("queue.qos0", queue.qos0()));
    }

    private Settings.Retained retained() {
        return new Settings.Retained(
                values.duration("retained.expiry", DEFAULT.retained().expiry(), YEARS),
                values.bytes("retained.cache", DEFAULT.retained().cacheBytes(), 0, Long.MAX_VALUE));
    }

    private Settings.Sys sys() {
        return new Settings.Sys(
                values.duration("sys.interval", DEFAULT.sys().interval(), DAY),
                values.text("sys.node", DEFAULT.sys().node(), "a text"));
    }

    private Settings.Disk disk() {
        return new Settings.Disk(
                values.duration("disk.refuse-after", DEFAULT.disk().refuseAfter(), DAY));
    }

    private Settings.Limits limits() {
        Settings.Limits limits = DEFAULT.limits();
        return new Settings.Limits(
                values.integer("limits.connections", limits.connections(), 0, NO_BOUND),
                values.integer("limits.subscriptions-per-session", limits.subscriptionsPerSession(), 0, NO_BOUND),
                (int) values.bytes("limits.outgoing-bytes", limits.outgoingBytes(), 0, 1 << 30),
                values.bytes("limits.memory", limits.memory(), 0, Long.MAX_VALUE),
                values.bytes("limits.uncommitted-bytes", limits.uncommittedBytes(), 0, Long.MAX_VALUE));
    }
}
