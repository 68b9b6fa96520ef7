package io.pipit.client;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.Will;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** How a client connects and behaves; immutable. Begin with {@link #builder}. */
public final class ClientOptions {
    private final Builder set;

    private ClientOptions(Builder set) {
        this.set = set;
    }

    /** The defaults for a server; user name and password of its URL are taken over. */
    public static Builder builder(ServerAddress server) {
        return new Builder(server);
    }

    /** The defaults for the server of a URL: see {@link ServerAddress#parse}. */
    public static Builder builder(String url) {
        return new Builder(ServerAddress.parse(url));
    }

    ServerAddress server() {
        return set.server;
    }

    ProtocolVersion version() {
        return set.version;
    }

    ClientIdentifier clientIdentifier() {
        return set.clientIdentifier;
    }

    boolean cleanStart() {
        return set.cleanStart;
    }

    int keepAliveSeconds() {
        return set.keepAliveSeconds;
    }

    @Nullable
    Will will() {
        return set.will;
    }

    @Nullable
    String userName() {
        return set.userName;
    }

    @Nullable
    Payload password() {
        return set.password;
    }

    Properties properties() {
        return set.properties;
    }

    Duration connectTimeout() {
        return set.connectTimeout;
    }

    Duration responseTimeout() {
        return set.responseTimeout;
    }

    int maximumInFlight() {
        return set.maximumInFlight;
    }

    TlsOptions tls() {
        TlsOptions given = set.tls;
        return given == null ? TlsOptions.DEFAULT : given;
    }

    @Nullable
    InetAddress localAddress() {
        return set.localAddress;
    }

    Acknowledgement acknowledgement() {
        return set.acknowledgement;
    }

    MessageListener messageListener() {
        return set.messageListener;
    }

    PacketListener packetListener() {
        return set.packetListener;
    }

    @Nullable
    Authenticator authenticator() {
        return set.authenticator;
    }

    ThreadFactory threads() {
        return set.threads;
    }

    Clock clock() {
        return set.clock;
    }

    @Nullable
    ConnectionListener connectionListener() {
        return set.connectionListener;
    }

    /** The Authentication Method of CONNECT; null without one, and in 3.x. */
    @Nullable
    String authenticationMethod() {
        return version().hasProperties() ? properties().get(Property.AUTHENTICATION_METHOD) : null;
    }

    /** Whether a connection that is lost is to be made again. */
    boolean reconnects() {
        return set.reconnects;
    }

    Duration minimumReconnectDelay() {
        return set.minimumReconnectDelay;
    }

    Duration maximumReconnectDelay() {
        return set.maximumReconnectDelay;
    }

    int offlineMessages() {
        return set.offlineMessages;
    }

    long offlineBytes() {
        return set.offlineBytes;
    }

    /** Collects options; not for several threads. */
    public static final class Builder implements Cloneable {
        private final ServerAddress server;
        private ProtocolVersion version = ProtocolVersion.MQTT_5_0;
        private ClientIdentifier clientIdentifier = new ClientIdentifier("");
        private boolean cleanStart = true;
        private int keepAliveSeconds = 60;
        private @Nullable Will will;
        private @Nullable String userName;
        private @Nullable Payload password;
        private Properties properties = Properties.NONE;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration responseTimeout = Duration.ofSeconds(30);
        private boolean reconnects = true;
        private Duration minimumReconnectDelay = Duration.ofSeconds(1);
        private Duration maximumReconnectDelay = Duration.ofMinutes(1);
        private int offlineMessages = 1000;
        private long offlineBytes = 16L * 1024 * 1024;
        private int maximumInFlight = 0xFFFF;
        private @Nullable TlsOptions tls;
        private @Nullable InetAddress localAddress;
        private Acknowledgement acknowledgement = Acknowledgement.AUTOMATIC;
        private MessageListener messageListener = message -> {};
        private @Nullable ConnectionListener connectionListener;
        private PacketListener packetListener = PacketListener.none();
        private @Nullable Authenticator authenticator;
        private ThreadFactory threads =
                Thread.ofVirtual().name("mqtt-client-", 0).factory();
        private Clock clock = Clock.system();

        private Builder(ServerAddress server) {
            this.server = server.withoutCredentials();
            this.userName = server.userName();
            String urlPassword = server.password();
            this.password = urlPassword == null ? null : Payload.of(urlPassword);
        }

        /** 5.0 by default. */
        public Builder version(ProtocolVersion value) {
            version = value;
            return this;
        }

        /** Empty by default: the server assigns one, which MQTT 3.1 cannot. */
        public Builder clientIdentifier(String value) {
            clientIdentifier = new ClientIdentifier(value);
            return this;
        }

        /** Whether to begin with a new session; true by default. In 3.x it also ends with the connection then. */
        public Builder cleanStart(boolean value) {
            cleanStart = value;
            return this;
        }

        /** 0 to 65,535, 60 by default; 0 is no keep-alive. A Server Keep Alive in CONNACK takes its place. */
        public Builder keepAliveSeconds(int value) {
            keepAliveSeconds = value;
            return this;
        }

        /** The Will Message, with its properties in 5.0 (Will Delay Interval among them); none by default. */
        public Builder will(@Nullable Will value) {
            will = value;
            return this;
        }

        /** As {@link #will(Will)}: a text at a topic, without properties. */
        public Builder will(String topic, String text, QoS qos, boolean retain) {
            return will(new Will(TopicName.of(topic), Payload.of(text), qos, retain, Properties.NONE));
        }

        /** That of the URL by default. */
        public Builder userName(@Nullable String value) {
            userName = value;
            return this;
        }

        /** That of the URL by default. */
        public Builder password(@Nullable Payload value) {
            password = value;
            return this;
        }

        /** As {@link #password(Payload)}, of a text. */
        public Builder password(String value) {
            return password(Payload.of(value));
        }

        /**
         * The properties of CONNECT; none by default, and none are sent by 3.x. What they announce is kept to:
         * Receive Maximum, Maximum Packet Size and Topic Alias Maximum bind the server, Session Expiry Interval
         * decides whether this client's session outlives a connection.
         */
        public Builder properties(Properties value) {
            properties = value;
            return this;
        }

        /** Sets one property of CONNECT besides those that are set: see {@link #properties}. */
        public <T> Builder property(Property<T> property, T value) {
            properties = properties
                    .only(each -> each != property || each == Property.USER_PROPERTY)
                    .with(property, value);
            return this;
        }

        /**
         * How long the server keeps the session after a connection has ended, 0 to 4,294,967,295 s, where the last is
         * for ever; 0 by default. A property of 5.0; in 3.x {@link #cleanStart} decides.
         */
        public Builder sessionExpirySeconds(long value) {
            if (value < 0 || value > 0xFFFF_FFFFL) {
                throw new IllegalArgumentException("session expiry " + value + " s is not 0 to 4294967295");
            }
            return property(Property.SESSION_EXPIRY_INTERVAL, value);
        }

        /**
         * How long to wait before connecting again after a connection was lost: at random between the minimum and a
         * bound that doubles with each attempt up to the maximum, and that begins anew when a connection has lasted.
         * 1 s and 1 min by default. See {@link MqttClient} for what a client does meanwhile.
         */
        public Builder reconnect(Duration minimum, Duration maximum) {
            if (minimum.isNegative() || maximum.compareTo(minimum) < 0) {
                throw new IllegalArgumentException("reconnect after " + minimum + " to " + maximum);
            }
            reconnects = true;
            minimumReconnectDelay = minimum;
            maximumReconnectDelay = maximum;
            return this;
        }

        /** A connection that is lost stays lost, until {@link MqttClient#connect} is called again. */
        public Builder withoutReconnect() {
            reconnects = false;
            return this;
        }

        /**
         * How much may be without acknowledgement while there is no connection; 1,000 messages and requests, and
         * 16 MiB of payload by default. What would be more fails with {@link Failure#BACKLOG_FULL}.
         */
        public Builder offlineLimit(int messages, long bytes) {
            if (messages < 0 || bytes < 0) {
                throw new IllegalArgumentException("offline limit of " + messages + " messages, " + bytes + " bytes");
            }
            offlineMessages = messages;
            offlineBytes = bytes;
            return this;
        }

        /** How long connecting may take, from the look-up of the name to CONNACK; 10 s by default. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = value;
            return this;
        }

        /** How long to wait for an acknowledgement, or for a PINGRESP; 30 s by default. */
        public Builder responseTimeout(Duration value) {
            responseTimeout = value;
            return this;
        }

        /**
         * How many messages of QoS 1 and 2 may be on their way at once, 1 to 65,535 (of which the client uses at most
         * 65,280), if the server's Receive Maximum allows. Above that, or above 64 MiB of payload, publishers wait.
         */
        public Builder maximumInFlight(int value) {
            if (value < 1 || value > 0xFFFF) {
                throw new IllegalArgumentException("maximum in flight " + value + " is not 1 to 65535");
            }
            maximumInFlight = value;
            return this;
        }

        /** How to speak TLS at {@code mqtts://} and {@code wss://}; {@link TlsOptions#DEFAULT} by default. */
        public Builder tls(TlsOptions value) {
            tls = value;
            return this;
        }

        /** The local address to connect from; any by default. */
        public Builder localAddress(@Nullable InetAddress value) {
            localAddress = value;
            return this;
        }

        /** Automatic by default. */
        public Builder acknowledgement(Acknowledgement value) {
            acknowledgement = value;
            return this;
        }

        /**
         * Takes the messages that no subscription of this client claims, such as those that a resumed session
         * brings; by default they are dropped.
         */
        public Builder messageListener(MessageListener value) {
            messageListener = value;
            return this;
        }

        /** Hears of connections that come, are lost and end; none by default. */
        public Builder connectionListener(ConnectionListener value) {
            connectionListener = value;
            return this;
        }

        /** Sees every packet; none by default. */
        public Builder packetListener(PacketListener value) {
            packetListener = value;
            return this;
        }

        /**
         * Answers AUTH while connecting and in {@link MqttClient#reauthenticate}; by default an AUTH ends the
         * connection. The Authentication Method is a property of CONNECT.
         */
        public Builder authenticator(@Nullable Authenticator value) {
            authenticator = value;
            return this;
        }

        /**
         * Makes the threads of the client: two a connection, one that calls listeners, one while it connects again;
         * virtual by default.
         */
        public Builder threads(ThreadFactory value) {
            threads = value;
            return this;
        }

        /** What keep-alive runs on; the machine's by default. */
        public Builder clock(Clock value) {
            clock = value;
            return this;
        }

        /**
         * The options so far.
         *
         * @throws IllegalArgumentException when they do not go together: a version before 5.0 with a password but no
         *     user name, or with a kept session but no client identifier; or 3.1 without a client identifier
         */
        public ClientOptions build() {
            if (!version.hasProperties()) {
                checkTogether();
            }
            return new ClientOptions(copy());
        }

        private void checkTogether() {
            if (password != null && userName == null) {
                throw new IllegalArgumentException("a password needs a user name before MQTT 5.0");
            }
            if (clientIdentifier.toString().isEmpty() && (!cleanStart || version == ProtocolVersion.MQTT_3_1)) {
                throw new IllegalArgumentException(
                        version == ProtocolVersion.MQTT_3_1
                                ? "MQTT 3.1 needs a client identifier"
                                : "a session without clean start needs a client identifier before MQTT 5.0");
            }
        }

        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }
}
