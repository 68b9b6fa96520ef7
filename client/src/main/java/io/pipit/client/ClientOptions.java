package io.pipit.client;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
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

    /** The session outlives its connection at the server. */
    boolean keepsSession() {
        return version().hasProperties() ? properties().get(Property.SESSION_EXPIRY_INTERVAL, 0L) > 0 : !cleanStart();
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
        private int maximumInFlight = 0xFFFF;
        private @Nullable InetAddress localAddress;
        private Acknowledgement acknowledgement = Acknowledgement.AUTOMATIC;
        private MessageListener messageListener = message -> {};
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

        /** None by default. */
        public Builder will(@Nullable Will value) {
            will = value;
            return this;
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

        /**
         * The properties of CONNECT; none by default, and none are sent by 3.x. What they announce is kept to:
         * Receive Maximum, Maximum Packet Size and Topic Alias Maximum bind the server, Session Expiry Interval
         * decides whether this client's session outlives a connection.
         */
        public Builder properties(Properties value) {
            properties = value;
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

        /** How many messages of QoS 1 and 2 may be on their way at once, if the server's Receive Maximum allows. */
        public Builder maximumInFlight(int value) {
            if (value < 1 || value > 0xFFFF) {
                throw new IllegalArgumentException("maximum in flight " + value + " is not 1 to 65535");
            }
            maximumInFlight = value;
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

        /** Sees every packet; none by default. */
        public Builder packetListener(PacketListener value) {
            packetListener = value;
            return this;
        }

        /** Answers AUTH while connecting; by default an AUTH ends the connection. */
        public Builder authenticator(@Nullable Authenticator value) {
            authenticator = value;
            return this;
        }

        /** Makes the threads of the client, two a connection and one that calls listeners; virtual by default. */
        public Builder threads(ThreadFactory value) {
            threads = value;
            return this;
        }

        /** What keep-alive runs on; the machine's by default. */
        public Builder clock(Clock value) {
            clock = value;
            return this;
        }

        /** The options so far. */
        public ClientOptions build() {
            return new ClientOptions(copy());
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
