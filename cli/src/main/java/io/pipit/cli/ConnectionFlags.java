package io.pipit.cli;

import io.pipit.cli.PacketProperties.Target;
import io.pipit.client.ClientOptions;
import io.pipit.client.ServerAddress;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.Will;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The flags that pub and sub share: where the server is, who the client is, how it connects. */
final class ConnectionFlags {
    static final String HELP = """
            Server:
              URL                    mqtt://[user[:password]@]host[:port][/topic] or ws://host[:port][/path], with
                                     TLS mqtts:// or wss://
              -L, --url URL          the same, as mosquitto has it
              -h, --host HOST        host, localhost if not given
              -p, --port PORT        port, 1883 if not given, with --ws 8083, with TLS 8883 or 8084
              --ws                   MQTT over WebSocket, at path /mqtt
              -A, --bind ADDRESS     connect from this local address
              --nodelay              accepted; packets are never held back anyway

            TLS (with a URL of mqtts:// or wss://, with --cafile, --cert or --tls-use-os-certs, or at port 8883):
              --cafile FILE          authorities that are trusted, in PEM form; those that Java knows if not given
              --cert FILE            certificate of this client, in PEM form
              --key FILE             its private key, in PEM form, without a password
              --insecure             take a certificate of these authorities whatever host it names
              --tls-version VERSION  tlsv1.2 or tlsv1.3 only
              --ciphers LIST         cipher suites by the names of IANA, with colons or commas between
              --tls-alpn PROTOCOL    protocol to ask for
              --tls-use-os-certs     trust the authorities that Java knows

            Client:
              -V, --protocol-version VERSION
                                     mqttv31 (31), mqttv311 (311) or mqttv5 (5); mqttv311 if not given, and mqttv5
                                     with -D or -x
              -i, --id ID            client identifier
              -I, --id-prefix PREFIX client identifier from this and the process id
              -c, --disable-clean-session
                                     keep the session when disconnected; needs -i
              -x, --session-expiry-interval SECONDS
                                     how long the server keeps the session (5.0); -1 is for ever
              -k, --keepalive SECONDS
                                     keep-alive, 60 if not given, 0 is none
              -u, --username NAME    user name
              -P, --pw PASSWORD      password
              -D, --property PACKET PROPERTY VALUE, or PACKET user-property NAME VALUE
                                     set a property (5.0) of connect, publish, will, subscribe, unsubscribe or
                                     disconnect; properties are named as in the standard: message-expiry-interval
              --will-topic TOPIC     have the server publish a Will Message when the connection breaks
              --will-payload TEXT    its payload, empty if not given
              --will-qos QOS         its QoS, 0 if not given
              --will-retain          retain it

            Output:
              -d, --debug            show the packets
              --quiet                show no errors
              --help                 show this
            """;

    /**
     * Not virtual ones: their poller would be in native code when the process ends, and the JVM waits 300 ms for such
     * a thread.
     */
    private static final ThreadFactory THREADS = Thread.ofPlatform().daemon().factory();

    private static final int DEFAULT_WS_PORT = 8083;
    private static final int DEFAULT_WSS_PORT = 8084;
    private static final String DEFAULT_WS_PATH = "/mqtt";

    private @Nullable ServerAddress url;
    private @Nullable String host;
    private int port;
    private boolean ws;
    private final TlsFlags tls = new TlsFlags();
    private @Nullable InetAddress bind;
    private @Nullable ProtocolVersion version;
    private @Nullable String id;
    private @Nullable String idPrefix;
    private boolean cleanSession = true;
    private long sessionExpirySeconds = -1;
    private boolean hasSessionExpiry;
    private int keepAliveSeconds = 60;
    private @Nullable String userName;
    private @Nullable String password;
    private final PacketProperties properties = new PacketProperties();
    private @Nullable TopicName willTopic;
    private @Nullable String willPayload;
    private @Nullable QoS willQoS;
    private boolean willRetain;
    private boolean debug;
    private boolean quiet;

    /** Takes a flag with its value, if it is one of these; a URL without a flag too. */
    boolean take(String flag, Arguments arguments) throws UsageException {
        switch (flag) {
            case "-L", "--url" -> takeUrl(flag, arguments.value("a URL"));
            case "-h", "--host" -> host = arguments.value("a host");
            case "-p", "--port" -> port = (int) arguments.number("the port", 1, 0xFFFF);
            case "--ws" -> ws = true;
            case "-A", "--bind" -> bind = localAddress(arguments.value("a local address"));
            case "--nodelay" -> {}
            case "-V", "--protocol-version" -> version = version(arguments.value("a version"));
            case "-i", "--id" -> id = arguments.value("a client identifier");
            case "-I", "--id-prefix" -> idPrefix = arguments.value("a prefix");
            case "-c", "--disable-clean-session" -> cleanSession = false;
            case "-x", "--session-expiry-interval" -> takeSessionExpiry(arguments);
            case "-k", "--keepalive" -> keepAliveSeconds = (int) arguments.number("the keep-alive", 0, 0xFFFF);
            case "-u", "--username" -> userName = arguments.value("a user name");
            case "-P", "--pw" -> password = arguments.value("a password");
            case "-D", "--property" -> properties.parse(arguments);
            case "-d", "--debug" -> debug = true;
            case "--quiet" -> quiet = true;
            default -> {
                return takeWill(flag, arguments) || tls.take(flag, arguments) || refuse(flag) || takeUrlAlone(flag);
            }
        }
        return true;
    }

    private boolean takeWill(String flag, Arguments arguments) throws UsageException {
        switch (flag) {
            case "--will-topic" -> willTopic = topic(flag, arguments.value("a topic"));
            case "--will-payload" -> willPayload = arguments.value("a text");
            case "--will-qos" -> willQoS = QoS.of((int) arguments.number("QoS", 0, 2));
            case "--will-retain" -> willRetain = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Names the flags of mosquitto that Pipit lacks, rather than to call them unknown. */
    private static boolean refuse(String flag) throws UsageException {
        return switch (flag) {
            case "--unix" ->
                throw new UsageException("--unix: Unix sockets are not supported; use -h and -p, or a URL");
            case "--proxy" -> throw new UsageException("--proxy: SOCKS proxies are not supported");
            case "-S" -> throw new UsageException("-S: SRV records are not supported; name the host with -h");
            case "--capath", "--keyform", "--tls-engine", "--tls-engine-kpass-sha1" ->
                throw new UsageException(flag + " is not supported; --cafile, --cert and --key name files in PEM form");
            case "--psk", "--psk-identity" ->
                throw new UsageException(flag + ": pre-shared keys are not supported; use certificates");
            default -> false;
        };
    }

    private boolean takeUrlAlone(String argument) throws UsageException {
        if (argument.startsWith("-") || !argument.contains("://")) {
            return false;
        }
        takeUrl("URL", argument);
        return true;
    }

    private void takeUrl(String flag, String text) throws UsageException {
        if (url != null) {
            throw new UsageException(flag + " " + text + ": only one URL can be given");
        }
        try {
            url = ServerAddress.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw new UsageException(flag + ": " + wrong.getMessage());
        }
    }

    private void takeSessionExpiry(Arguments arguments) throws UsageException {
        String text = arguments.value("seconds");
        hasSessionExpiry = true;
        if (text.equals("-1") || text.equals("\u221E")) {
            sessionExpirySeconds = 0xFFFF_FFFFL;
            return;
        }
        try {
            sessionExpirySeconds = Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            sessionExpirySeconds = -1;
        }
        if (sessionExpirySeconds < 0 || sessionExpirySeconds > 0xFFFF_FFFFL) {
            throw new UsageException("-x " + text + ": the session expiry is 0 to 4294967295 seconds, or -1 for ever");
        }
    }

    private static InetAddress localAddress(String text) throws UsageException {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException unknown) {
            throw new UsageException("-A " + text + ": there is no such local address");
        }
    }

    private static ProtocolVersion version(String text) throws UsageException {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "mqttv31", "31", "3.1" -> ProtocolVersion.MQTT_3_1;
            case "mqttv311", "311", "3.1.1" -> ProtocolVersion.MQTT_3_1_1;
            case "mqttv5", "5", "5.0" -> ProtocolVersion.MQTT_5_0;
            default -> throw new UsageException("-V " + text + ": the version is mqttv31, mqttv311 or mqttv5");
        };
    }

    /** A Topic Name, or what is wrong with it. */
    static TopicName topic(String flag, String text) throws UsageException {
        try {
            return TopicName.of(text);
        } catch (IllegalArgumentException wrong) {
            throw new UsageException(flag + ": " + wrong.getMessage());
        }
    }

    boolean isQuiet() {
        return quiet;
    }

    /** Properties that were given for a packet; none of 3.x. */
    Properties properties(Target target) {
        return properties.of(target);
    }

    /** What a URL of MQTT without WebSocket has behind its slash, or null. */
    @Nullable
    String urlTopic() {
        ServerAddress given = url;
        if (given == null || given.scheme().isWebSocket() || given.path().length() < 2) {
            return null;
        }
        return given.path().substring(1);
    }

    ProtocolVersion version() {
        if (version != null) {
            return version;
        }
        return hasSessionExpiry || !properties.isEmpty() ? ProtocolVersion.MQTT_5_0 : ProtocolVersion.MQTT_3_1_1;
    }

    /** How long the server keeps the session, 0 to 4,294,967,295 s; of 5.0. */
    private long sessionExpiry() {
        return hasSessionExpiry ? sessionExpirySeconds : cleanSession ? 0 : 0xFFFF_FFFFL;
    }

    /** What they come to; checks what belongs together. */
    ClientOptions.Builder options(Terminal terminal) throws UsageException {
        ProtocolVersion chosen = version();
        check(chosen);
        if (chosen.hasProperties()
                && sessionExpiry() > 0
                && !properties.of(Target.CONNECT).has(Property.SESSION_EXPIRY_INTERVAL)) {
            properties.add(Target.CONNECT, Property.SESSION_EXPIRY_INTERVAL, sessionExpiry());
        }
        ServerAddress server = server();
        ClientOptions.Builder options = ClientOptions.builder(server)
                .version(chosen)
                .clientIdentifier(clientIdentifier(chosen))
                .cleanStart(cleanSession)
                .keepAliveSeconds(keepAliveSeconds)
                .will(will())
                .localAddress(bind)
                .threads(THREADS)
                .properties(properties.of(Target.CONNECT));
        if (userName != null) {
            options.userName(userName);
        }
        if (password != null) {
            options.password(Payload.of(password));
        }
        if (server.scheme().isSecure()) {
            options.tls(tls.options());
        } else {
            tls.requireUnused();
        }
        if (debug) {
            options.packetListener(new PacketTrace(terminal, chosen));
        }
        return options;
    }

    private void check(ProtocolVersion chosen) throws UsageException {
        if (id != null && idPrefix != null) {
            throw new UsageException("-i and -I cannot be used together");
        }
        if (!cleanSession && id == null && idPrefix == null) {
            throw new UsageException("-c needs a client identifier to find the session by; give one with -i");
        }
        boolean noUser = userName == null && (url == null || url.userName() == null);
        if (password != null && noUser && !chosen.hasProperties()) {
            throw new UsageException("-P needs a user name before MQTT 5.0; give one with -u");
        }
        if (willTopic == null && (willPayload != null || willQoS != null || willRetain)) {
            throw new UsageException("--will-payload, --will-qos and --will-retain need --will-topic");
        }
        if (!properties.isEmpty() && !chosen.hasProperties()) {
            throw new UsageException("-D: properties need MQTT 5.0; leave out -V, or give -V mqttv5");
        }
        if (url != null && (host != null || port != 0 || ws)) {
            throw new UsageException("-h, -p and --ws cannot be used with a URL");
        }
    }

    private ServerAddress server() {
        if (url != null) {
            return url;
        }
        ServerAddress.Scheme scheme = scheme();
        return new ServerAddress(
                scheme,
                host == null ? "localhost" : host,
                port != 0 ? port : defaultPort(scheme),
                ws ? DEFAULT_WS_PATH : "",
                null,
                null);
    }

    private ServerAddress.Scheme scheme() {
        boolean secure = tls.isWanted() || (port == ServerAddress.Scheme.MQTTS.defaultPort() && !ws);
        if (ws) {
            return secure ? ServerAddress.Scheme.WSS : ServerAddress.Scheme.WS;
        }
        return secure ? ServerAddress.Scheme.MQTTS : ServerAddress.Scheme.MQTT;
    }

    private static int defaultPort(ServerAddress.Scheme scheme) {
        return switch (scheme) {
            case MQTT, MQTTS -> scheme.defaultPort();
            case WS -> DEFAULT_WS_PORT;
            case WSS -> DEFAULT_WSS_PORT;
        };
    }

    private String clientIdentifier(ProtocolVersion chosen) {
        if (id != null) {
            return id;
        }
        if (idPrefix != null) {
            return idPrefix + ProcessHandle.current().pid();
        }
        if (chosen == ProtocolVersion.MQTT_3_1) {
            // 3.1 has no assigned identifiers, and at most 23 characters for one.
            return "pipit-" + Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36);
        }
        return "";
    }

    private @Nullable Will will() {
        if (willTopic == null) {
            return null;
        }
        return new Will(
                willTopic,
                willPayload == null ? Payload.EMPTY : Payload.of(willPayload),
                willQoS == null ? QoS.AT_MOST_ONCE : willQoS,
                willRetain,
                properties.of(Target.WILL));
    }
}
