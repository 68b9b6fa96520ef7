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
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.Unsubscribe;
import java.util.ArrayList;
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
 */
final class Outgoing {
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

    private int lastIdentifier;
    /** What the Receive Maximum still allows on this connection. */
    private int quota;

    private int quotaMaximum;
    private int unsent;

    /** A new connection: so many messages of QoS 1 and 2 may be under way. */
    void connected(int receiveMaximum) {
        quotaMaximum = receiveMaximum;
        quota = receiveMaximum;
    }

    /** Whether one more message of QoS 1 or 2 may be sent now. */
    boolean hasRoom() {
        return quota > 0 && unsent == 0 && exchanges.size() < 0xFFFF;
    }

    /** Takes a message of QoS 1 or 2 into the session; {@link Exchange#packet} is to be sent now. */
    Exchange publish(Message message) {
        PacketType awaited = message.qos() == QoS.AT_LEAST_ONCE ? PacketType.PUBACK : PacketType.PUBREC;
        quota--;
        return begin(awaited, identifier -> toPublish(message, identifier));
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

    /** Begins a request (SUBSCRIBE, UNSUBSCRIBE) with a free Packet Identifier. */
    Exchange begin(PacketType awaited, IntFunction<Packet> packet) {
        int identifier = freeIdentifier();
        Exchange exchange = new Exchange(packet.apply(identifier), awaited);
        exchange.setSent(true);
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

    /** Gives up an exchange that was never sent. */
    void withdraw(Exchange exchange) {
        exchanges.values().remove(exchange);
        if (exchange.packet() instanceof Publish) {
            quota++;
        }
    }

    /** An acknowledgement of any type has come. */
    Step acknowledged(Packet ack, int identifier) {
        if (ack instanceof PubRec received && !received.reasonCode().isError()) {
            return received(identifier);
        }
        return end(identifier, ack.type());
    }

    /** PUBREC: from now on only its PUBREL may go out [MQTT-4.3.3-4], [MQTT-4.3.3-6]. */
    private Step received(int identifier) {
        Exchange exchange = exchanges.get(identifier);
        if (exchange == null) {
            return new Step(new PubRel(identifier, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE), null);
        }
        if (exchange.awaited() == PacketType.PUBREC) {
            exchanges.remove(identifier);
            exchanges.put(identifier, exchange);
            exchange.proceed(new PubRel(identifier), PacketType.PUBCOMP);
        }
        return exchange.awaited() == PacketType.PUBCOMP ? new Step(exchange.packet(), null) : Step.NONE;
    }

    private Step end(int identifier, PacketType type) {
        Exchange exchange = exchanges.get(identifier);
        if (exchange == null || exchange.awaited() != type) {
            return Step.NONE;
        }
        exchanges.remove(identifier);
        if (isDelivery(exchange)) {
            quota = Math.min(quota + 1, quotaMaximum);
        }
        return new Step(null, exchange);
    }

    private static boolean isDelivery(Exchange exchange) {
        return exchange.packet() instanceof Publish || exchange.packet() instanceof PubRel;
    }

    /**
     * The connection is gone: requests end with it, deliveries stay and will be sent again.
     *
     * @return every exchange of the connection, whose futures are to fail
     */
    List<Exchange> disconnected() {
        List<Exchange> all = new ArrayList<>(exchanges.values());
        Iterator<Exchange> each = exchanges.values().iterator();
        unsent = 0;
        while (each.hasNext()) {
            Exchange exchange = each.next();
            if (exchange.packet() instanceof Subscribe || exchange.packet() instanceof Unsubscribe) {
                each.remove();
            } else {
                exchange.setSent(false);
                unsent++;
            }
        }
        return all;
    }

    /** The server has no session for this client: nothing is left to be sent again [MQTT-3.2.2-5]. */
    void discard() {
        exchanges.clear();
        unsent = 0;
    }

    /** What the resumed session still has to send and now may, in its order [MQTT-4.4.0-1]. */
    List<Packet> resend() {
        List<Packet> packets = new ArrayList<>();
        for (Exchange exchange : exchanges.values()) {
            if (unsent == 0 || (exchange.packet() instanceof Publish && quota == 0)) {
                break;
            }
            if (!exchange.isSent()) {
                exchange.setSent(true);
                unsent--;
                if (exchange.packet() instanceof Publish publish) {
                    quota--;
                    exchange.proceed(again(publish), exchange.awaited());
                }
                packets.add(exchange.packet());
            }
        }
        return packets;
    }

    /** With DUP, and without an alias, which meant something on the old connection only. */
    private static Publish again(Publish publish) {
        return new Publish(
                true,
                publish.qos(),
                publish.retain(),
                publish.topic(),
                publish.packetIdentifier(),
                publish.properties().only(property -> property != Property.TOPIC_ALIAS),
                publish.payload());
    }
}
