package io.pipit.simulation;

import io.pipit.broker.spi.BrokerListener;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Identity;
import io.pipit.broker.spi.Peer;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes what the broker tells its listeners into the transcript, counts the drops, and remembers who came and went. */
final class DroppedMessages implements BrokerListener {
    private final Transcript transcript;
    private final Map<String, Map<DropReason, Integer>> drops = new HashMap<>();
    private final Map<String, String> alarms = new HashMap<>();
    private final List<String> visits = new ArrayList<>();

    DroppedMessages(Transcript transcript) {
        this.transcript = transcript;
    }

    int count(String client, DropReason reason) {
        return drops.getOrDefault(client, Map.of()).getOrDefault(reason, 0);
    }

    Map<DropReason, Integer> of(String client) {
        return drops.getOrDefault(client, Map.of());
    }

    Map<String, String> alarms() {
        return alarms;
    }

    /** Who connected, disconnected or was refused, and why, since the last time that this was asked. */
    List<String> visits() {
        List<String> all = List.copyOf(visits);
        visits.clear();
        return all;
    }

    private void visit(String what) {
        visits.add(what);
        transcript.note("listener: " + what);
    }

    @Override
    public void connected(Identity client, ProtocolVersion version, boolean sessionPresent) {
        visit(client.clientIdentifier() + " connected" + (sessionPresent ? " to its session" : ""));
    }

    @Override
    public void disconnected(Identity client, ReasonCode reason) {
        visit(client.clientIdentifier() + " disconnected, " + reason);
    }

    @Override
    public void refused(ClientIdentifier clientIdentifier, Peer peer, ReasonCode reason, String why) {
        visit(clientIdentifier + " refused, " + reason + ", " + why);
    }

    @Override
    public void dropped(ClientIdentifier client, TopicName topic, DropReason reason) {
        drops.computeIfAbsent(client.value(), name -> new EnumMap<>(DropReason.class))
                .merge(reason, 1, Integer::sum);
        transcript.note("listener: dropped for " + client + ": " + topic + ", " + reason);
    }

    @Override
    public void alarm(String name, String text, boolean raised) {
        if (raised) {
            alarms.put(name, text);
        } else {
            alarms.remove(name);
        }
        transcript.note("listener: alarm " + name + (raised ? " raised: " + text : " cleared"));
    }
}
