package io.pipit.simulation;

import io.pipit.mqtt.SubscriptionRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Session State as a client believes it to be at the broker: from the CONNECT that began it until the client ends it or
 * is told that it is no more.
 */
final class ModelSession {
    private final int number;
    private final int client;
    private final boolean stored;
    private final List<Wish> wishes = new ArrayList<>();
    private final Map<Integer, Seen> seen = new HashMap<>();
    private boolean established;

    /** How often a message has come. */
    static final class Seen {
        private int deliveries;
        private int exact;
        private int packetIdentifier;
        private boolean refused;

        int deliveries() {
            return deliveries;
        }

        /** As a QoS 2 message that is no repetition. */
        int exact() {
            return exact;
        }

        /** Whether the client has refused it, which the broker may not have heard, or forgotten in a crash. */
        boolean isRefused() {
            return refused;
        }

        /** Of the last delivery. */
        int packetIdentifier() {
            return packetIdentifier;
        }
    }

    ModelSession(int number, int client, boolean stored) {
        this.number = number;
        this.client = client;
        this.stored = stored;
    }

    /** Counts the sessions of a history. */
    int number() {
        return number;
    }

    int client() {
        return client;
    }

    boolean isStored() {
        return stored;
    }

    /** Whether a CONNACK has said that it is there. */
    boolean isEstablished() {
        return established;
    }

    void establish() {
        established = true;
    }

    List<Wish> wishes() {
        return wishes;
    }

    /** A SUBSCRIBE is sent. */
    Wish wish(SubscriptionRequest request, int link, long stamp) {
        wishes.stream()
                .filter(wish -> wish.request().filter().equals(request.filter()))
                .forEach(wish -> wish.closing(stamp));
        Wish wish = new Wish(request, link);
        wishes.add(wish);
        return wish;
    }

    /** How often a message has come, before this time. */
    Seen seen(int message) {
        return seen.computeIfAbsent(message, number -> new Seen());
    }

    /** It has come once more. */
    void count(int message, int packetIdentifier, boolean exact) {
        Seen entry = seen(message);
        entry.deliveries++;
        entry.exact += exact ? 1 : 0;
        entry.packetIdentifier = packetIdentifier;
    }

    /** The client refuses what came as a QoS 2 message with this identifier: it has not been given it. */
    void refuse(int packetIdentifier) {
        for (Seen entry : seen.values()) {
            if (entry.exact > 0 && entry.packetIdentifier == packetIdentifier) {
                entry.exact = 0;
                entry.refused = true;
            }
        }
    }

    boolean has(Published message) {
        Seen entry = seen.get(message.number());
        return entry != null && entry.deliveries > 0;
    }
}
