package io.pipit.simulation;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was published, acknowledged, delivered and dropped in one history. Its stamps count what happens. */
final class Ledger {
    private final List<Published> messages = new ArrayList<>();
    private final List<ModelSession> sessions = new ArrayList<>();
    private final Map<String, Map<DropReason, Integer>> drops = new HashMap<>();
    private final Map<Integer, ModelSession> current = new HashMap<>();
    private long stamps;
    private boolean crashed;
    private boolean failed;
    private boolean wallStepped;

    /** A moment of its own. */
    long stamp() {
        return ++stamps;
    }

    List<Published> messages() {
        return messages;
    }

    /** The message of a number; null when there is none. */
    Published message(int number) {
        if (number < 1 || number > messages.size()) {
            throw new Violation("integrity", "a message was delivered that nobody has published: number " + number);
        }
        return messages.get(number - 1);
    }

    /** Somebody is about to publish. */
    Published publish(int publisher, TopicName topic, QoS qos, boolean retain, int size, int expirySeconds) {
        Published message = new Published(messages.size() + 1, publisher, topic, qos, retain, size, expirySeconds);
        messages.add(message);
        return message;
    }

    /** A client begins with nothing; what it had before is over. */
    ModelSession begin(int client, boolean stored) {
        ModelSession session = new ModelSession(sessions.size(), client, stored);
        sessions.add(session);
        current.put(client, session);
        return session;
    }

    /** All sessions that clients still have, by the numbers of the clients. */
    List<ModelSession> currentSessions() {
        return current.keySet().stream().sorted().map(current::get).toList();
    }

    /** All sessions there ever were. */
    List<ModelSession> sessions() {
        return sessions;
    }

    /** The broker has dropped something. */
    void dropped(String client, DropReason reason) {
        drops.computeIfAbsent(client, name -> new EnumMap<>(DropReason.class)).merge(reason, 1, Integer::sum);
    }

    int drops(String client, DropReason reason) {
        return drops.getOrDefault(client, Map.of()).getOrDefault(reason, 0);
    }

    /** Of all clients together. */
    int drops(DropReason reason) {
        return drops.values().stream()
                .mapToInt(of -> of.getOrDefault(reason, 0))
                .sum();
    }

    void crashed() {
        crashed = true;
    }

    /** Whether the broker was ever killed. */
    boolean hasCrashed() {
        return crashed;
    }

    void failed() {
        failed = true;
    }

    /** Whether a commit ever failed. */
    boolean hasFailed() {
        return failed;
    }

    void wallStepped() {
        wallStepped = true;
    }

    /** Whether the wall clock was ever set: what counts a downtime by it may be early or late. */
    boolean hasWallStepped() {
        return wallStepped;
    }
}
