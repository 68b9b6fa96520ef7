package io.pipit.simulation;

import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a client publishes: numbers of messages by Packet Identifiers until they are complete, and what is sent again. */
final class Outbound {
    private static final int IDENTIFIERS = 300;
    private static final int MOST = 40;
    private static final long PATIENCE_NANOS = 3_000_000_000L;

    private final ModelClient client;
    private final World world;
    private final Map<Integer, Sent> unacknowledged = new LinkedHashMap<>();
    private int receiveMaximum = MOST;
    private int lastIdentifier;

    /** One that waits: for PUBACK or PUBREC, or for PUBCOMP. */
    private static final class Sent {
        private final Published message;
        private boolean received;
        private boolean released;
        private long nanos;

        Sent(Published message) {
            this.message = message;
        }
    }

    Outbound(ModelClient client, World world) {
        this.client = client;
        this.world = world;
    }

    /** Whether it waits for nothing. */
    boolean isComplete() {
        return unacknowledged.isEmpty();
    }

    /** Whether it waits for PUBACK or PUBREC. */
    boolean awaitsAcknowledgement() {
        return unacknowledged.values().stream().anyMatch(sent -> !sent.received);
    }

    /** Whether it waits for PUBCOMP. */
    boolean awaitsCompletion() {
        return unacknowledged.values().stream().anyMatch(sent -> sent.released);
    }

    @Override
    public String toString() {
        return unacknowledged.keySet() + " "
                + unacknowledged.values().stream().map(sent -> sent.message).toList();
    }

    int freeIdentifier(Set<Integer> others) {
        do {
            lastIdentifier = 1 + lastIdentifier % IDENTIFIERS;
        } while (unacknowledged.containsKey(lastIdentifier) || others.contains(lastIdentifier));
        return lastIdentifier;
    }

    /** Publishes, as far as the broker's Receive Maximum allows. */
    void publish(TopicName topic, QoS qos, boolean retain, int size, int expirySeconds) {
        Link link = client.voice();
        if (link == null || (qos.isAcknowledged() && unacknowledged.size() >= receiveMaximum)) {
            return;
        }
        int expiry = client.traits().version().hasProperties() ? expirySeconds : 0;
        Published message = world.ledger().publish(client.index(), topic, qos, retain, size, expiry);
        int identifier = 0;
        if (qos.isAcknowledged()) {
            do {
                identifier = freeIdentifier(Set.of());
            } while (client.uses(identifier));
            Sent sent = new Sent(message);
            sent.nanos = world.clock().nanos();
            unacknowledged.put(identifier, sent);
        }
        send(link, message, identifier, false);
    }

    private void send(Link link, Published message, int identifier, boolean dup) {
        message.sent(world.ledger().stamp());
        Properties properties = message.expirySeconds() == 0
                ? Properties.NONE
                : Properties.of(Property.MESSAGE_EXPIRY_INTERVAL, (long) message.expirySeconds());
        link.send(new Publish(
                dup, message.qos(), message.retain(), message.topic(), identifier, properties, message.payload()));
    }

    /** The session goes on: what is not complete is sent again, in order [MQTT-4.4.0-1]. */
    void resume(Link link, int maximum) {
        receiveMaximum = Math.min(MOST, maximum);
        Map<Integer, Sent> left = new LinkedHashMap<>();
        unacknowledged.forEach((identifier, sent) -> {
            if (sent.received) {
                sent.released = true;
                link.send(new PubRel(identifier));
            } else {
                left.put(identifier, sent);
            }
        });
        if (world.circumstances().disconnectsWhenFull()) {
            // Whoever repeats a message to himself while his queue is full is disconnected again: he waits a while.
            world.agenda().in(PATIENCE_NANOS, () -> resend(link, left));
        } else {
            resend(link, left);
        }
    }

    private void resend(Link link, Map<Integer, Sent> left) {
        left.forEach((identifier, sent) -> {
            if (client.voice() == link && unacknowledged.get(identifier) == sent) {
                sent.nanos = world.clock().nanos();
                send(link, sent.message, identifier, true);
            }
        });
    }

    /** PUBACK, or PUBREC. */
    void acknowledged(int identifier, QoS qos, ReasonCode reason) {
        Sent sent = unacknowledged.get(identifier);
        if (sent == null || sent.message.qos() != qos) {
            throw new Violation(
                    "answers", client.name() + " hears an acknowledgement of " + identifier + " without need");
        }
        if (reason.isError()) {
            unacknowledged.remove(identifier);
            world.requireRefusable(client, sent.message, sent.nanos, reason);
            return;
        }
        if (!sent.received) {
            sent.message.acknowledged(world.ledger().stamp(), world.clock().nanos());
        }
        if (qos == QoS.AT_LEAST_ONCE) {
            unacknowledged.remove(identifier);
            return;
        }
        sent.received = true;
        if (client.isPrompt() || world.random().nextInt(3) > 0) {
            release(identifier, sent);
        }
    }

    private void release(int identifier, Sent sent) {
        Link link = client.voice();
        if (link != null) {
            sent.released = true;
            link.send(new PubRel(identifier));
        }
    }

    /** Sends the PUBREL that it has put off. */
    void releaseAll() {
        List.copyOf(unacknowledged.entrySet()).forEach(entry -> {
            if (entry.getValue().received && !entry.getValue().released) {
                release(entry.getKey(), entry.getValue());
            }
        });
    }

    /** PUBCOMP. */
    void completed(int identifier) {
        @Nullable Sent sent = unacknowledged.remove(identifier);
        if (sent == null || !sent.received) {
            throw new Violation("answers", client.name() + " hears PUBCOMP " + identifier + " without need");
        }
    }

    /** The session is over. */
    void forget() {
        unacknowledged.clear();
    }

    /** The broker may have refused what is under way. */
    void disturb() {
        unacknowledged.values().forEach(sent -> sent.message.disturb());
    }

    /** The broker has refused what is under way on a topic, and says so in 5.0: should that be lost, it comes again. */
    void refused(TopicName topic) {
        if (client.traits().version().hasProperties()) {
            unacknowledged.values().stream()
                    .filter(sent -> sent.message.topic().equals(topic))
                    .forEach(sent -> sent.message.disturb());
        }
    }
}
