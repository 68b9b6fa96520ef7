package io.pipit.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipit.mqtt.Auth;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One network connection that the server has accepted: a reader thread that hands packets to the owner, a writer
 * thread that sends what the outbox holds. It knows nothing of sessions.
 */
final class Connection {
    /** Bytes of the largest packet that MQTT can have. */
    private static final int LARGEST_PACKET = 268_435_455 + 5;
    /** How long the server may take to end its side after a DISCONNECT. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /** Whom packets are handed to, by the reader thread. */
    interface Owner {
        /** A packet has come. */
        void received(Connection connection, Packet packet)
                throws ProtocolException, MqttException, InterruptedException;

        /** Nothing more will come; called once. */
        void ended(Connection connection, MqttException cause);
    }

    private final ClientOptions options;
    private final Transport transport;
    private final PacketReader reader;
    private final ConnAck connAck;
    private final boolean sessionPresent;
    private final long acceptedAt;
    private final ServerLimits limits;
    private final Outbox outbox;
    private final TopicAliases aliases;
    private final CountDownLatch written = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable MqttException failure;
    private volatile @Nullable Thread readerThread;

    private Connection(
            ClientOptions options, Transport transport, PacketReader reader, Connect connect, ConnAck connAck) {
        this.options = options;
        this.transport = transport;
        this.reader = reader;
        this.connAck = connAck;
        // 3.1 has no such flag: a session that was to be kept is taken for there.
        this.sessionPresent =
                options.version() == ProtocolVersion.MQTT_3_1 ? !connect.cleanStart() : connAck.sessionPresent();
        this.acceptedAt = options.clock().nanoseconds();
        this.limits = ServerLimits.of(connAck, options.version(), options.keepAliveSeconds());
        this.aliases = new TopicAliases(options.properties().get(Property.TOPIC_ALIAS_MAXIMUM, 0));
        KeepAlive keepAlive = new KeepAlive(
                Duration.ofSeconds(limits.keepAliveSeconds()),
                options.responseTimeout(),
                options.clock().nanoseconds());
        this.outbox = new Outbox(transport, options.version(), options.packetListener(), keepAlive, options.clock());
    }

    /** Connects and sends CONNECT, on the thread that calls; returns when the server has accepted. */
    static Connection open(ClientOptions options, Connect connect) throws MqttException {
        long deadline = options.clock().nanoseconds() + options.connectTimeout().toNanos();
        ServerAddress.Scheme scheme = options.server().scheme();
        SocketTransport socket =
                SocketTransport.connect(options.server(), options.localAddress(), options.connectTimeout());
        Transport transport = socket;
        boolean accepted = false;
        try {
            transport.readUntil(options.clock(), deadline);
            if (scheme.isSecure()) {
                transport = socket.secured(options.server(), options.tls());
            }
            if (scheme.isWebSocket()) {
                transport = WebSocketTransport.upgrade(transport, options.server());
            }
            PacketReader reader = new PacketReader(
                    transport, options.version(), maximumPacketSize(options), options.packetListener());
            ConnAck connAck = handshake(options, transport, reader, connect);
            transport.readForever();
            accepted = true;
            return new Connection(options, transport, reader, connect, connAck);
        } catch (SocketTimeoutException late) {
            throw new MqttException(
                    Failure.TIMED_OUT,
                    options.server() + " did not answer CONNECT in " + options.connectTimeout(),
                    late);
        } catch (IOException failed) {
            // TLS 1.3 tells what is wrong with a client's certificate only after the handshake.
            throw scheme.isSecure() ? TlsSocket.explained(failed, options.server(), options.tls()) : explained(failed);
        } catch (ProtocolException failed) {
            throw explained(failed);
        } finally {
            if (!accepted) {
                close(transport);
            }
        }
    }

    private static void close(Transport transport) throws MqttException {
        try {
            transport.close();
        } catch (IOException failed) {
            throw explained(failed);
        }
    }

    private static int maximumPacketSize(ClientOptions options) {
        return (int)
                Math.min(options.properties().get(Property.MAXIMUM_PACKET_SIZE, (long) LARGEST_PACKET), LARGEST_PACKET);
    }

    private static ConnAck handshake(ClientOptions options, Transport transport, PacketReader reader, Connect connect)
            throws IOException, ProtocolException {
        write(options, transport, connect);
        while (true) {
            Packet packet = reader.read();
            if (packet instanceof ConnAck connAck) {
                return accepted(connAck, connect);
            }
            if (packet instanceof Auth challenge) {
                write(options, transport, answer(options, challenge));
            } else if (packet instanceof Disconnect disconnect) {
                throw disconnected(disconnect);
            } else if (packet == null) {
                throw new MqttException(
                        Failure.CONNECTION_LOST, "the server closed the connection without answering CONNECT");
            } else {
                throw new ProtocolException(packet.type() + " instead of CONNACK", ReasonCode.PROTOCOL_ERROR);
            }
        }
    }

    private static ConnAck accepted(ConnAck connAck, Connect connect) throws MqttException, ProtocolException {
        if (connAck.reasonCode().isError()) {
            throw refused(connAck);
        }
        if (connAck.sessionPresent() && connect.cleanStart()) { // [MQTT-3.2.2-4]
            throw new ProtocolException("Session Present after Clean Start", ReasonCode.PROTOCOL_ERROR);
        }
        return connAck;
    }

    private static Auth answer(ClientOptions options, Auth challenge) throws ProtocolException, MqttException {
        Authenticator authenticator = options.authenticator();
        String method = options.authenticationMethod();
        if (authenticator == null || method == null) { // [MQTT-4.12.0-7]
            throw new ProtocolException(
                    "AUTH, and no authenticator or no Authentication Method is set",
                    ReasonCode.BAD_AUTHENTICATION_METHOD);
        }
        try {
            Properties properties = authenticator.answer(challenge).properties();
            return new Auth(ReasonCode.CONTINUE_AUTHENTICATION, withMethod(properties, method)); // [MQTT-4.12.0-3]
        } catch (RuntimeException thrown) {
            throw new MqttException(Failure.LISTENER_FAILED, "the authenticator failed", thrown);
        }
    }

    /** Every AUTH names the method of CONNECT [MQTT-4.12.0-5]. */
    static Properties withMethod(Properties properties, String method) {
        return method.equals(properties.get(Property.AUTHENTICATION_METHOD))
                ? properties
                : properties
                        .only(property -> property != Property.AUTHENTICATION_METHOD)
                        .with(Property.AUTHENTICATION_METHOD, method);
    }

    /** What the authenticator answers to a challenge. */
    Auth answer(Auth challenge) throws ProtocolException, MqttException {
        return answer(options, challenge);
    }

    private static void write(ClientOptions options, Transport transport, Packet packet) throws IOException {
        ByteBuf bytes = Unpooled.buffer(128);
        PacketEncoder.encode(packet, options.version(), bytes);
        options.packetListener().sent(packet);
        transport.write(bytes.array(), bytes.arrayOffset(), bytes.readableBytes());
    }

    private static MqttException refused(ConnAck connAck) {
        return new MqttException(
                Failure.REFUSED,
                "the server refused the connection: " + reason(connAck.reasonCode(), connAck.properties()),
                connAck.reasonCode(),
                connAck.properties());
    }

    private static MqttException disconnected(Disconnect disconnect) {
        return new MqttException(
                Failure.DISCONNECTED,
                "the server disconnected: " + reason(disconnect.reasonCode(), disconnect.properties()),
                disconnect.reasonCode(),
                disconnect.properties());
    }

    /** The reason code and, where there is one, the Reason String. */
    static String reason(ReasonCode reasonCode, Properties properties) {
        String text = properties.get(Property.REASON_STRING);
        return text == null ? reasonCode.toString() : reasonCode + ", " + text;
    }

    static MqttException explained(Exception failed) {
        return switch (failed) {
            case MqttException known -> known;
            case ProtocolException broken ->
                new MqttException(
                        Failure.PROTOCOL_ERROR,
                        "the server broke the protocol: " + broken.getMessage(),
                        broken.reasonCode(),
                        Properties.NONE);
            case java.net.ProtocolException broken ->
                new MqttException(Failure.PROTOCOL_ERROR, "the server sent " + broken.getMessage(), broken);
            default -> new MqttException(Failure.CONNECTION_LOST, "connection lost: " + failed.getMessage(), failed);
        };
    }

    /** Begins to read and write. */
    void start(Owner owner) {
        Thread reading = options.threads().newThread(() -> read(owner));
        readerThread = reading;
        options.threads().newThread(this::write).start();
        reading.start();
    }

    private void write() {
        try {
            outbox.drain();
        } catch (IOException failed) {
            abort(explained(failed));
        } catch (InterruptedException interrupted) {
            abort(new MqttException(Failure.CONNECTION_LOST, "the writer was interrupted", interrupted));
        } finally {
            written.countDown();
        }
    }

    private void read(Owner owner) {
        MqttException cause = readToEnd(owner);
        outbox.close();
        try {
            transport.close();
        } catch (IOException failed) {
            cause.addSuppressed(failed);
        }
        owner.ended(this, cause);
        ended.countDown();
    }

    private MqttException readToEnd(Owner owner) {
        try {
            while (true) {
                Packet packet = reader.read();
                if (packet == null) {
                    return cause(new MqttException(Failure.CONNECTION_LOST, "the server closed the connection"));
                }
                if (packet instanceof Disconnect disconnect) {
                    return cause(disconnected(disconnect));
                }
                outbox.received();
                owner.received(this, packet);
                outbox.handled();
            }
        } catch (ProtocolException broken) {
            farewell(broken.reasonCode());
            return cause(explained(broken));
        } catch (IOException failed) {
            return cause(explained(failed));
        } catch (InterruptedException interrupted) {
            return cause(new MqttException(Failure.CONNECTION_LOST, "the reader was interrupted", interrupted));
        }
    }

    /** What ended it first: a failure noticed elsewhere shows here as nothing but a closed socket. */
    private MqttException cause(MqttException seen) {
        MqttException first = failure;
        return first == null ? seen : first;
    }

    /** Tells the server why, where the version can. */
    private void farewell(ReasonCode reasonCode) {
        if (options.version().hasProperties()) {
            outbox.finish(new Disconnect(reasonCode, Properties.NONE));
            try {
                if (!written.await(LINGER.toMillis(), TimeUnit.MILLISECONDS)) {
                    outbox.close();
                }
            } catch (InterruptedException interrupted) {
                outbox.close();
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What the server said to CONNECT. */
    ConnAck connAck() {
        return connAck;
    }

    /** Whether the server has a session from before, as far as its version tells. */
    boolean isSessionPresent() {
        return sessionPresent;
    }

    /** How long ago the server accepted it. */
    long nanosecondsLasted() {
        return options.clock().nanoseconds() - acceptedAt;
    }

    ServerLimits limits() {
        return limits;
    }

    /** Of the reader thread. */
    TopicAliases aliases() {
        return aliases;
    }

    Outbox outbox() {
        return outbox;
    }

    /** Sends what waits and a last packet, and waits until the server has ended its side, though not for long. */
    void finish(Packet last) throws InterruptedException {
        outbox.finish(last);
        long sending = options.responseTimeout().toMillis();
        if (!written.await(sending, TimeUnit.MILLISECONDS) || !ended.await(LINGER.toMillis(), TimeUnit.MILLISECONDS)) {
            abort(new MqttException(Failure.NOT_CONNECTED, "the client closed the connection"));
        }
    }

    /** Takes leave of the server before {@link #start}: nobody wants the connection any more. */
    void leaveAtOnce() throws MqttException {
        try (transport) {
            write(options, transport, new Disconnect());
        } catch (IOException failed) {
            throw explained(failed);
        }
    }

    /** Ends it at once; the owner hears of it from the reader. */
    void abort(MqttException cause) {
        if (failure == null) {
            failure = cause;
        }
        outbox.close();
        try {
            transport.close();
        } catch (IOException failed) {
            cause.addSuppressed(failed);
        }
        Thread reading = readerThread;
        if (reading != null && !reading.equals(Thread.currentThread())) {
            reading.interrupt();
        }
    }
}
