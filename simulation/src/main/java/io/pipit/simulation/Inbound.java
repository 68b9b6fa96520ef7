package io.pipit.simulation;

import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a client is sent: Packet Identifiers in use, and the acknowledgements that it owes. */
final class Inbound {
    private final ModelClient client;
    private final World world;
    private final Set<Integer> received = new HashSet<>();
    private final Set<Integer> inFlight = new HashSet<>();
    private final List<Packet> owed = new ArrayList<>();

    Inbound(ModelClient client, World world) {
        this.client = client;
        this.world = world;
    }

    /** Whether it owes nothing, and waits for no PUBREL. */
    boolean isComplete() {
        return owed.isEmpty() && received.isEmpty();
    }

    /** Whether it knows Packet Identifiers for which PUBREL is to come. */
    boolean awaitsRelease() {
        return !received.isEmpty();
    }

    @Override
    public String toString() {
        return "received " + received + ", owed " + owed;
    }

    void hear(Publish publish) {
        int identifier = publish.packetIdentifier();
        boolean repeated = publish.qos() == QoS.EXACTLY_ONCE && received.contains(identifier);
        if (publish.qos().isAcknowledged() && !inFlight.add(identifier)) {
            throw new Violation(
                    "identifiers", client.name() + " is sent identifier " + identifier + " while it is in use");
        }
        if (inFlight.size() > client.traits().receiveMaximum()) {
            throw new Violation(
                    "receive-maximum", client.name() + " is sent " + inFlight.size() + " messages at a time");
        }
        if (repeated && !publish.dup()) {
            throw new Violation("identifiers", client.name() + " is sent another message as " + identifier);
        }
        int number = Published.numberIn(publish.payload());
        if (number > 0) {
            note(publish, world.ledger().message(number), repeated);
        }
        switch (publish.qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> owe(new PubAck(identifier));
            case EXACTLY_ONCE -> {
                received.add(identifier);
                owe(new PubRec(identifier));
            }
        }
    }

    private void note(Publish publish, Published message, boolean repeated) {
        ModelSession session = client.session();
        Delivery delivery =
                new Delivery(session, message, publish, repeated, session.seen(message.number()), client.heardNanos());
        world.rules().forEach(rule -> rule.delivered(delivery));
        boolean exact = publish.qos() == QoS.EXACTLY_ONCE && !repeated && !publish.retain();
        session.count(message.number(), publish.packetIdentifier(), exact);
    }

    /** PUBREL. */
    void released(int identifier) {
        received.remove(identifier);
        owe(new PubComp(identifier));
    }

    private void owe(Packet acknowledgement) {
        if (client.isPrompt()) {
            send(acknowledgement);
        } else {
            owed.add(acknowledgement);
        }
    }

    /** Sends so many acknowledgements, in any order. */
    void acknowledge(int count, Act.Manner manner) {
        for (int i = 0; i < count && !owed.isEmpty() && client.voice() != null; i++) {
            Packet next = owed.remove(world.random().nextInt(owed.size()));
            boolean refuses =
                    manner == Act.Manner.REFUSED && client.traits().version().hasProperties();
            send(refuses ? refusal(next) : next);
            if (manner == Act.Manner.TWICE) {
                send(next);
            }
        }
    }

    private Packet refusal(Packet acknowledgement) {
        return switch (acknowledgement) {
            case PubAck ack -> new PubAck(ack.packetIdentifier(), ReasonCode.QUOTA_EXCEEDED, Properties.NONE);
            case PubRec ack -> {
                received.remove(ack.packetIdentifier());
                client.session().refuse(ack.packetIdentifier());
                yield new PubRec(ack.packetIdentifier(), ReasonCode.UNSPECIFIED_ERROR, Properties.NONE);
            }
            default -> acknowledgement;
        };
    }

    private void send(Packet acknowledgement) {
        Link link = client.voice();
        if (link == null) {
            return;
        }
        switch (acknowledgement) {
            case PubAck ack -> inFlight.remove(ack.packetIdentifier());
            case PubComp ack -> inFlight.remove(ack.packetIdentifier());
            case PubRec ack when ack.reasonCode().isError() -> inFlight.remove(ack.packetIdentifier());
            default -> {}
        }
        link.send(acknowledgement);
    }

    /** The connection has gone: what is not acknowledged will come again. */
    void disconnected() {
        owed.clear();
        inFlight.clear();
    }

    /** The session is over. */
    void forget() {
        disconnected();
        received.clear();
    }
}
