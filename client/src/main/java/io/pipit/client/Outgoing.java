package io.pipit.client;

import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The half of a client's Session State that it sends: Packet Identifiers, messages of QoS 1 and 2 that are not yet
 * acknowledged, and requests in progress. Outlives connections. It decides, and sends nothing itself. Guarded by the
 * client's lock.
 *
 * <p>On a connection an exchange is sent, or it is a PUBLISH that waits for the Receive Maximum. Without a connection
 * all wait for the next one: {@link #begin} then only takes them in.
 */
final class Outgoing {
    /** So many Packet Identifiers messages may use; the few others are left to requests, which never wait. */
    static final int MAXIMUM_MESSAGES = 0xFF00;
    /** So many bytes of payload may be unacknowledged before publishers have to wait. */
    static final long MAXIMUM_BYTES = 64L * 1024 * 1024;

    /**
     * What an acknowledgement leads to.
     *
     * @param reply to be sent, or null
     * @param finished the exchange that it ends, or null
     */
    record Step(@Nullable Packet reply, @Nullable Exchange finished) {
        static final Step NONE = new Step(null, null);
    }

    /** In the order of sending; one whose PUBREC came moves to the end, so that PUBRELs keep that order. */
    private final Map<Integer, Exchange> exchanges = new LinkedHashMap<>();
    /** PUBLISH packets from earlier, in their order, that this connection has not sent yet. */
    private final Deque<Exchange> waiting = new ArrayDeque<>();

    private int lastIdentifier;
    /** Messages under way on this connection: PUBLISH or PUBREL is sent, and its end has not come. */
    private int inFlight;

    private int inFlightMaximum;
    private long bytes;

    /** A new connection: so many messages of QoS 1 and 2 may be under way. What is left from the last one waits. */
    void connected(int receiveMaximum) {
        inFlightMaximum = receiveMaximum;
        inFlight = 0;
        waiting.clear();
        for (Exchange exchange : exchanges.values()) {
            if (exchange.packet() instanceof Publish) {
                waiting.add(exchange);
            }
        }
    }

    /**
     * The server has no session for this client [MQTT-3.2.2-5]: messages that it has not acknowledged become new
     * ones, those whose PUBREC has come are over, and those whose publisher has been told of a failure are dropped.
     * Before {@link #connected}.
     *
     * @return the exchanges that are over, whose messages the server took over
     */
    List<Exchange> sessionLost() {
        List<Exchange> over = new ArrayList<>();
        for (Exchange exchange : List.copyOf(exchanges.values())) {
            exchange.forgetAttempts();
            if (exchange.received() != null) {
                over.add(exchange);
            }
            if (exchange.received() != null
                    || exchange.restored() != null
                    || exchange.answer().isDone()) {
                remove(exchange);
            }
        }
        return over;
    }

    /**
     * What a new connection sends first, whatever the Receive Maximum: subscriptions that the server has lost; PUBREL
     * for messages that it has, in the order of their PUBRECs [MQTT-4.6.0-4]; and requests that were not answered.
     */
    List<Exchange> resumed() {
        List<Exchange> first = new ArrayList<>();
        for (Exchange exchange : exchanges.values()) {
            if (exchange.restored() != null) {
                first.add(exchange);
            }
        }
        for (Exchange exchange : exchanges.values()) {
            if (exchange.restored() == null && !(exchange.packet() instanceof Publish)) {
                first.add(exchange);
            }
        }
        first.forEach(this::send);
        return first;
    }

    /** The next PUBLISH from earlier that may go out now, in the order of the first sending [MQTT-4.4.0-1], or null. */
    @Nullable
    Exchange next() {
        if (inFlight >= inFlightMaximum || waiting.isEmpty()) {
            return null;
        }
        Exchange exchange = waiting.remove();
        exchange.replace(again((Publish) exchange.packet(), exchange.isAttempted())); // [MQTT-3.3.1-1]
        send(exchange);
        return exchange;
    }

    private void send(Exchange exchange) {
        exchange.setSent(true);
        if (!exchange.isRequest()) {
            inFlight++;
        }
    }

    /** Without an alias, which meant something on the old connection only. */
    private static Publish again(Publish publish, boolean dup) {
        return new Publish(
                dup,
                publish.qos(),
                publish.retain(),
                publish.topic(),
                publish.packetIdentifier(),
                publish.properties().only(property -> property != Property.TOPIC_ALIAS),
                publish.payload());
    }

    /** Whether one more message of QoS 1 or 2 may be sent now. */
    boolean hasRoom() {
        return inFlight < inFlightMaximum && waiting.isEmpty() && hasIdentifier() && bytes < MAXIMUM_BYTES;
    }

    private boolean hasIdentifier() {
        return exchanges.size() < MAXIMUM_MESSAGES;
    }

    /** Whether a message may wait for the next connection: so many messages and bytes may, with it. */
    boolean mayWait(Message message, int maximumMessages, long maximumBytes) {
        return exchanges.size() < Math.min(maximumMessages, MAXIMUM_MESSAGES)
                && bytes + message.payload().size() <= maximumBytes;
    }

    /** Takes a message of QoS 1 or 2 into the session. */
    Exchange add(Message message) {
        PacketType awaited = message.qos() == QoS.AT_LEAST_ONCE ? PacketType.PUBACK : PacketType.PUBREC;
        bytes += message.payload().size();
        return begin(awaited, identifier -> toPublish(message, identifier));
    }

    /** Takes a message of QoS 1 or 2 into the session; {@link Exchange#packet} is to be sent now. */
    Exchange publish(Message message) {
        Exchange exchange = add(message);
        send(exchange);
        return exchange;
    }

    static Publish toPublish(Message message, int identifier) {
        return new Publish(
                false,
                message.qos(),
                message.retain(),
                message.topic(),
                identifier,
                message.properties(),
                message.payload());
    }

    /** Takes a request (SUBSCRIBE, UNSUBSCRIBE) in with a free Packet Identifier; {@link #resumed} sends it. */
    Exchange begin(PacketType awaited, IntFunction<Packet> packet) {
        int identifier = freeIdentifier();
        Exchange exchange = new Exchange(identifier, packet.apply(identifier), awaited);
        exchanges.put(identifier, exchange);
        return exchange;
    }

    private int freeIdentifier() {
        if (exchanges.size() >= 0xFFFF) {
            throw new IllegalStateException("all Packet Identifiers are in use");
        }
        do {
            lastIdentifier = lastIdentifier % 0xFFFF + 1;
        } while (exchanges.containsKey(lastIdentifier)); // [MQTT-2.2.1-3]
        return lastIdentifier;
    }

    /** Gives up an exchange whose packet the connection cannot send. */
    void withdraw(Exchange exchange) {
        remove(exchange);
        if (exchange.isSent() && !exchange.isRequest()) {
            inFlight--;
        }
    }

    private void remove(Exchange exchange) {
        exchanges.remove(exchange.identifier());
        if (exchange.packet() instanceof Publish publish) {
            bytes -= publish.payload().size();
        }
    }

    /** An acknowledgement of any type has come. */
    Step acknowledged(Packet ack, int identifier) {
        if (ack instanceof PubRec received && !received.reasonCode().isError()) {
            return received(received);
        }
        return end(identifier, ack.type());
    }

    /** PUBREC: from now on only its PUBREL may go out [MQTT-4.3.3-4], [MQTT-4.3.3-6]. */
    private Step received(PubRec ack) {
        int identifier = ack.packetIdentifier();
        Exchange exchange = exchanges.get(identifier);
        if (exchange == null) {
            return new Step(new PubRel(identifier, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE), null);
        }
        if (exchange.awaited() == PacketType.PUBREC) {
            requireSent(exchange);
            remove(exchange);
            exchanges.put(identifier, exchange);
            exchange.release(ack, new PubRel(identifier));
        }
        return exchange.awaited() == PacketType.PUBCOMP ? new Step(exchange.packet(), null) : Step.NONE;
    }

    /** A server may answer what only the connection before has sent. */
    private void requireSent(Exchange exchange) {
        if (!exchange.isSent()) {
            waiting.remove(exchange);
            send(exchange);
        }
    }

    private Step end(int identifier, PacketType type) {
        Exchange exchange = exchanges.get(identifier);
        if (exchange == null || exchange.awaited() != type) {
            return Step.NONE;
        }
        requireSent(exchange);
        withdraw(exchange);
        return new Step(null, exchange);
    }

    /** The connection is gone. Requests that nobody waits for end with it; the rest stays and will be sent again. */
    void disconnected() {
        waiting.clear();
        Iterator<Exchange> each = exchanges.values().iterator();
        while (each.hasNext()) {
            Exchange exchange = each.next();
            exchange.setSent(false);
            if (exchange.isRequest() && exchange.isAbandoned()) {
                each.remove();
            }
        }
    }

    /**
     * No connection will come by itself: requests end, deliveries stay for a connection that the application makes.
     *
     * @return every exchange, whose futures are to fail
     */
    List<Exchange> ended() {
        List<Exchange> all = List.copyOf(exchanges.values());
        exchanges.values().removeIf(Exchange::isRequest);
        return all;
    }

    /** Whether somebody waits for the end of a message. */
    boolean isAwaited() {
        for (Exchange exchange : exchanges.values()) {
            if (!exchange.isRequest()
                    && !exchange.isAbandoned()
                    && !exchange.answer().isDone()) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return exchanges.size();
    }
}
