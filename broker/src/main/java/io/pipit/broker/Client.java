package io.pipit.broker;

import io.pipit.broker.spi.ConnectionEvents;
import io.pipit.broker.spi.Identity;
import io.pipit.broker.spi.NetworkConnection;
import io.pipit.mqtt.Auth;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PingReq;
import io.pipit.mqtt.PingResp;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.UnsubAck;
import io.pipit.mqtt.Unsubscribe;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The protocol state of one network connection: a switch over the packets. Confined to the loop where the connection
 * is registered: at first the one that accepted it, from its accepted CONNECT on its session's.
 */
final class Client implements ConnectionEvents {
    private enum Phase {
        AWAITING_CONNECT,
        CONNECTING,
        ESTABLISHED,
        CLOSED
    }

    private final NetworkConnection connection;
    private final Set<Pause> pauses = EnumSet.noneOf(Pause.class);
    private BrokerLoop loop;
    private Phase phase = Phase.AWAITING_CONNECT;
    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private ClientLimits limits = ClientLimits.NONE;
    private TopicAliases aliases = new TopicAliases(0, 0);
    private Timers.@Nullable Timer timer;
    private Timers.@Nullable Timer closing;
    private boolean bridge;
    private boolean moving;
    private boolean outgoingWatched;
    private boolean outgoingGrown;
    private long outgoingCounted;
    private long silenceNanos;
    private long lastReceivedNanos;
    private @Nullable Identity identity;
    private @Nullable Session session;
    private @Nullable IncomingPublishes incoming;
    private @Nullable OutgoingPublishes outgoing;

    Client(NetworkConnection connection, BrokerLoop loop) {
        this.connection = connection;
        this.loop = loop;
    }

    /** A new connection: its CONNECT has to come in time. */
    void opened() {
        long timeout = loop.settings().mqtt().connectTimeout().toNanos();
        if (timeout > 0) {
            Timers.Timer connectTimer = Timers.timer(this::connectTimedOut);
            timer = connectTimer;
            loop.timers().schedule(connectTimer, timeout);
        }
    }

    private void connectTimedOut() {
        loop.metrics().connectTimedOut();
        shut();
    }

    NetworkConnection connection() {
        return connection;
    }

    BrokerLoop loop() {
        return loop;
    }

    ProtocolVersion version() {
        return version;
    }

    /** Who it is; only when its CONNECT was accepted. */
    Identity identity() {
        Identity known = identity;
        if (known == null) {
            throw new IllegalStateException("no CONNECT was accepted");
        }
        return known;
    }

    /** The session that it is connected to; only when established. */
    Session session() {
        Session attached = session;
        if (attached == null) {
            throw new IllegalStateException("not connected to a session");
        }
        return attached;
    }

    /** Whether it is a bridge of mosquitto's kind: No Local and Retain As Published in 3.x. */
    boolean isBridge() {
        return bridge;
    }

    ClientLimits limits() {
        return limits;
    }

    /** How many QoS 1 and 2 messages it takes unacknowledged, 1 to 65,535. */
    int receiveMaximum() {
        return limits.receiveMaximum();
    }

    boolean isEstablished() {
        return phase == Phase.ESTABLISHED;
    }

    boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    /** Whether it can be sent more: established, and its outgoing buffer within its bound. */
    boolean isOpen() {
        return phase == Phase.ESTABLISHED && hasOutgoingRoom();
    }

    private boolean hasOutgoingRoom() {
        int bound = loop.settings().limits().outgoingBytes();
        return bound == 0 || connection.outgoingBytes() < bound;
    }

    /**
     * When the outgoing buffer has reached its bound, it waits for {@link #writable}; but that comes only when the
     * flush at the end of this turn leaves something behind, so that is looked at afterwards. Call it after each
     * packet.
     */
    void watchOutgoing() {
        countOutgoing();
        if (outgoingWatched) {
            outgoingGrown = true;
        } else if (!hasOutgoingRoom()) {
            outgoingWatched = true;
            BrokerLoop here = loop;
            here.port().atEndOfTurn(() -> here.port().execute(this::outgoingFlushed));
        }
    }

    private void outgoingFlushed() {
        boolean grown = outgoingGrown; // in this very turn, whose flush is still to come
        outgoingGrown = false;
        outgoingWatched = false;
        if (isOpen()) {
            writable();
        } else if (grown && phase == Phase.ESTABLISHED) {
            watchOutgoing();
        }
    }

    /** What waits to be sent takes memory, as what waits in queues does. */
    private void countOutgoing() {
        countOutgoing(connection.outgoingBytes());
    }

    private void countOutgoing(long bytes) {
        if (bytes != outgoingCounted) {
            loop.memory().add(bytes - outgoingCounted);
            outgoingCounted = bytes;
        }
    }

    // What comes in

    @Override
    public void received(Packet packet) {
        loop.metrics().received(packet.type());
        lastReceivedNanos = loop.nanos();
        try {
            switch (phase) {
                case AWAITING_CONNECT -> firstPacket(packet);
                case ESTABLISHED -> handle(packet);
                case CONNECTING, CLOSED -> {}
            }
        } catch (ProtocolException fault) {
            fail(fault);
        }
    }

    private void firstPacket(Packet packet) throws ProtocolException {
        if (!(packet instanceof Connect connect)) { // [MQTT-3.1.0-1]
            throw new ProtocolException(packet.type() + " before CONNECT", ReasonCode.PROTOCOL_ERROR);
        }
        phase = Phase.CONNECTING;
        version = connect.version();
        limits = ClientLimits.of(connect, loop.settings().mqtt()); // a refusal keeps to them, too [MQTT-3.2.2-19]
        cancelTimer();
        pause(Pause.CONNECTING);
        new Handshake(this, connect).begin();
    }

    private void handle(Packet packet) throws ProtocolException {
        switch (packet) {
            case Publish publish -> incoming().receive(publish);
            case PubAck(int identifier, ReasonCode reason, Properties properties) ->
                outgoing().pubAck(identifier, reason);
            case PubRec(int identifier, ReasonCode reason, Properties properties) ->
                outgoing().pubRec(identifier, reason);
            case PubRel(int identifier, ReasonCode reason, Properties properties) ->
                incoming().release(identifier);
            case PubComp(int identifier, ReasonCode reason, Properties properties) ->
                outgoing().pubComp(identifier);
            case Subscribe subscribe -> new Subscribing(this).subscribe(subscribe);
            case Unsubscribe unsubscribe -> new Subscribing(this).unsubscribe(unsubscribe);
            case PingReq() -> send(new PingResp());
            case Disconnect disconnect -> disconnected(disconnect);
            case Auth auth -> // [MQTT-4.12.0-6]: no method was agreed on
                throw new ProtocolException("AUTH without Authentication Method", ReasonCode.PROTOCOL_ERROR);
            case Connect connect -> // [MQTT-3.1.0-2]
                throw new ProtocolException("a second CONNECT", ReasonCode.PROTOCOL_ERROR);
            case ConnAck connAck -> throw unexpected(packet);
            case SubAck subAck -> throw unexpected(packet);
            case UnsubAck unsubAck -> throw unexpected(packet);
            case PingResp pingResp -> throw unexpected(packet);
        }
        if (phase == Phase.ESTABLISHED && !isOpen()) {
            pause(Pause.OUTGOING);
        }
    }

    private static ProtocolException unexpected(Packet packet) {
        return new ProtocolException(packet.type() + " from a client", ReasonCode.PROTOCOL_ERROR);
    }

    private IncomingPublishes incoming() {
        IncomingPublishes publishes = incoming;
        if (publishes == null) {
            publishes = new IncomingPublishes(this);
            incoming = publishes;
        }
        return publishes;
    }

    /** What is sent to it of messages; only when its CONNECT was accepted. */
    OutgoingPublishes outgoing() {
        OutgoingPublishes publishes = outgoing;
        if (publishes == null) {
            publishes = new OutgoingPublishes(this);
            outgoing = publishes;
        }
        return publishes;
    }

    private void disconnected(Disconnect disconnect) throws ProtocolException {
        Session attached = session();
        Long expiry = disconnect.properties().get(Property.SESSION_EXPIRY_INTERVAL);
        if (expiry != null) {
            if (attached.expirySeconds() == 0 && expiry != 0) { // [MQTT-3.14.2-2] is the server's; section 3.14.2.2.2
                throw new ProtocolException(
                        "DISCONNECT raises a Session Expiry Interval of 0", ReasonCode.PROTOCOL_ERROR);
            }
            attached.expireAfter(limits.sessionExpiry(expiry, loop.settings().session()));
        }
        if (disconnect.reasonCode() == ReasonCode.SUCCESS) {
            loop.wills().remove(attached); // [MQTT-3.14.4-3]
        }
        end(disconnect.reasonCode());
        shut();
    }

    @Override
    public void malformed(ProtocolException fault) {
        fail(fault);
    }

    /** The one place where a protocol error becomes a goodbye. */
    private void fail(ProtocolException fault) {
        loop.metrics().protocolError(fault.reasonCode());
        loop.faults().protocolError(loop.nanos(), connection.peer(), identity, fault);
        switch (phase) {
            case AWAITING_CONNECT -> {
                if (fault.reasonCode() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) {
                    connection.send(
                            new ConnAck(false, fault.reasonCode(), Properties.NONE), ProtocolVersion.MQTT_3_1_1);
                }
                shut();
            }
            case CONNECTING, ESTABLISHED -> disconnect(fault.reasonCode(), String.valueOf(fault.getMessage()));
            case CLOSED -> {}
        }
    }

    @Override
    public void bytesReceived(long bytes) {
        loop.metrics().bytesReceived(bytes);
        loop.catchUp();
    }

    @Override
    public void bytesSent(long bytes) {
        loop.metrics().bytesSent(bytes);
        countOutgoing();
    }

    @Override
    public void writable() {
        countOutgoing();
        resume(Pause.OUTGOING);
        if (phase == Phase.ESTABLISHED) {
            session().pump();
        }
    }

    @Override
    public void closed() {
        end(ReasonCode.UNSPECIFIED_ERROR);
        phase = Phase.CLOSED;
        countOutgoing(0);
        cancelTimers();
        loop.broker().connectionClosed();
        if (moving) {
            moved(); // it never arrives
        } else {
            loop.connections().remove(this);
        }
    }

    // Phases

    /** The CONNECT was accepted, and the session's loop is another one. */
    void leaveLoop() {
        loop.connections().remove(this);
        loop.began(); // a stop waits until it has arrived
        moving = true;
    }

    /** The CONNECT was accepted, and this is the loop of its session: from now on the client's. */
    void arrive(BrokerLoop sessionLoop, Identity who, boolean isBridge, TopicAliases topicAliases) {
        if (moving) {
            moved();
            loop = sessionLoop;
            loop.connections().add(this);
        }
        identity = who;
        bridge = isBridge;
        aliases = topicAliases;
    }

    private void moved() {
        moving = false;
        BrokerLoop left = loop;
        left.port().execute(left::completed);
    }

    /** It has a session; CONNACK comes next. */
    void attached(Session its) {
        session = its;
    }

    /** Sends CONNACK; the connection is established, unless the client accepts no packet of that size. */
    void establish(ConnAck connAck, double keepAliveSeconds) {
        if (limits.fit(connAck, version) == null) { // and without it nothing else [MQTT-3.2.0-1]
            disconnect(ReasonCode.PACKET_TOO_LARGE, "the client accepts no packet as large as CONNACK");
            return;
        }
        send(connAck);
        phase = Phase.ESTABLISHED;
        connection.established(loop.settings().mqtt().maximumPacketSize());
        lastReceivedNanos = loop.nanos();
        if (keepAliveSeconds > 0) {
            silenceNanos = (long) (keepAliveSeconds * 1e9);
            Timers.Timer keepAlive = Timers.timer(this::keepAliveDue);
            timer = keepAlive;
            loop.timers().schedule(keepAlive, silenceNanos);
        }
        resume(Pause.CONNECTING);
    }

    /** Refuses the CONNECT: [MQTT-3.1.4-6] and section 3.2.2.2; in 3.x in silence, where no return code says why. */
    void refuse(ReasonCode reason, String text) {
        if (phase == Phase.CLOSED) {
            return;
        }
        loop.metrics().refused(reason);
        Properties properties = version.hasProperties() ? Properties.of(Property.REASON_STRING, text) : Properties.NONE;
        if (version.hasProperties() || reason.hasReturnCode()) { // [3.1.1:MQTT-3.2.2-6]
            send(new ConnAck(false, reason, properties));
        }
        session = null;
        shut();
    }

    private void keepAliveDue() {
        Timers.Timer keepAlive = timer;
        if (phase != Phase.ESTABLISHED || keepAlive == null) {
            return;
        }
        long rest = lastReceivedNanos + silenceNanos - loop.nanos();
        if (!pauses.isEmpty()) {
            loop.timers().schedule(keepAlive, silenceNanos); // its clock stands
        } else if (rest > 0) {
            loop.timers().schedule(keepAlive, rest);
        } else { // [MQTT-3.1.2-22]
            disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT, "nothing was received within the keep-alive time");
        }
    }

    private void cancelTimers() {
        cancelTimer();
        Timers.Timer close = closing;
        if (close != null) {
            loop.timers().cancel(close);
        }
    }

    private void cancelTimer() {
        Timers.Timer running = timer;
        if (running != null) {
            loop.timers().cancel(running);
            timer = null;
        }
    }

    void pause(Pause reason) {
        if (phase != Phase.CLOSED && pauses.add(reason)) {
            connection.pause();
        }
    }

    void resume(Pause reason) {
        if (pauses.remove(reason) && pauses.isEmpty() && phase != Phase.CLOSED) {
            lastReceivedNanos = loop.nanos();
            connection.resume();
        }
    }

    // What goes out

    /** Sends a packet; without what makes it larger than the client accepts, or not at all. */
    void send(Packet packet) {
        Packet fitting = limits.fit(packet, version);
        if (fitting != null) {
            loop.metrics().sent(packet.type());
            connection.send(fitting, version);
            watchOutgoing();
        }
    }

    // The end

    /** Another connection has taken over the session [MQTT-3.1.4-3]. */
    void takenOver() {
        disconnect(ReasonCode.SESSION_TAKEN_OVER, "another connection uses this Client Identifier");
    }

    /** Ends the connection from this side: with DISCONNECT in 5.0, by closing it otherwise. */
    void disconnect(ReasonCode reason, String text) {
        if (phase == Phase.CLOSED) {
            return;
        }
        if (version.hasProperties() && phase == Phase.ESTABLISHED) {
            send(new Disconnect(reason, Properties.of(Property.REASON_STRING, text)));
        }
        end(reason);
        shut();
    }

    /** Ends the connection after a while, unless it has ended before: its client waits in vain for something. */
    void closeLater(Duration delay) {
        if (!delay.isZero() && closing == null) {
            Timers.Timer close = Timers.timer(() -> disconnect(ReasonCode.QUOTA_EXCEEDED, "a message was not stored"));
            closing = close;
            loop.timers().schedule(close, delay.toNanos());
        }
    }

    /** Something of ours has failed for it, perhaps the connection itself: it ends by whatever still works. */
    void broke() {
        try {
            disconnect(ReasonCode.UNSPECIFIED_ERROR, "a fault of the server");
        } catch (RuntimeException | Error fault) {
            loop.broke(fault);
            connection.abort(); // what is left to do for the session is done when that is heard of
        }
    }

    private void shut() {
        phase = Phase.CLOSED;
        cancelTimers();
        connection.close();
    }

    /** The session loses this connection: once. */
    private void end(ReasonCode reason) {
        Session attached = session;
        if (attached == null || attached.client() != this) {
            return;
        }
        boolean wasEstablished = phase == Phase.ESTABLISHED;
        session = null;
        phase = Phase.CLOSED;
        loop.wills().connectionEnded(attached);
        attached.detach();
        if (wasEstablished) {
            loop.metrics().disconnected();
            loop.broker().disconnected(loop, identity(), reason);
        }
    }

    TopicAliases aliases() {
        return aliases;
    }
}
