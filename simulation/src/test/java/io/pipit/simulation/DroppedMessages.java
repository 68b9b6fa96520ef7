package io.pipit.simulation;

import io.pipit.broker.spi.BrokerListener;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Identity;
import io.pipit.broker.spi.Peer;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Writes what the broker tells its listeners into the transcript, and counts the drops. */
final class DroppedMessages implements BrokerListener {
    private final Transcript transcript;
    private final Map<String, Map<DropReason, Integer>> drops = new HashMap<>();
    private final Map<String, String> alarms = new HashMap<>();

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

    @Override
    public void connected(Identity client, ProtocolVersion version, boolean sessionPresent) {
        transcript.note(
                "listener: " + client.clientIdentifier() + " connected" + (sessionPresent ? " to its session" : ""));
    }

    @Override
    public void disconnected(Identity client, ReasonCode reason) {
        transcript.note("listener: " + client.clientIdentifier() + " disconnected, " + reason);
    }

    @Override
    public void refused(ClientIdentifier clientIdentifier, Peer peer, ReasonCode reason, String why) {
        transcript.note("listener: " + clientIdentifier + " refused, " + reason + ", " + why);
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
