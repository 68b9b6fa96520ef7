package io.pipit.simulation;

import io.pipit.mqtt.QoS;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Wills: published once when a connection ends otherwise than in order and nobody comes back within the delay, and not
 * when it ends in order. What is due in a time of trouble, or may be cancelled, is not asked for.
 */
final class ModelWills implements Rule {
    private static final long GRACE_NANOS = 2_000_000_000L;

    private final World world;
    private final Map<Integer, Carried> carried = new HashMap<>();
    private final Map<Integer, Carried> byMessage = new HashMap<>();
    private final List<Carried> due = new ArrayList<>();

    /** The will of one connection. */
    private static final class Carried {
        private final Published message;
        private final long sinceNanos;
        private boolean accepted;
        private boolean orderly;
        private long lostStamp;

        Carried(Published message, long sinceNanos) {
            this.message = message;
            this.sinceNanos = sinceNanos;
        }
    }

    ModelWills(World world) {
        this.world = world;
    }

    /** A CONNECT with a will is sent. */
    void connected(ModelClient client, Published message) {
        Carried will = new Carried(message, world.clock().nanos());
        carried.put(client.index(), will);
        byMessage.put(message.number(), will);
    }

    /** It was accepted. */
    void accepted(ModelClient client) {
        Carried will = carried.get(client.index());
        if (will != null) {
            will.accepted = true;
        }
    }

    /** The broker has closed the connection of a client that had sent DISCONNECT, which one that stops reads no more. */
    void left(ModelClient client) {
        Carried will = carried.get(client.index());
        if (will != null && world.isListening() && !world.hasTroubleSince(will.sinceNanos)) {
            will.orderly = true;
        }
    }

    /** A connection breaks, and the broker notices. */
    void lost(ModelClient client) {
        Carried will = carried.get(client.index());
        if (will == null || !will.accepted) {
            return;
        }
        will.lostStamp = world.ledger().stamp();
        Traits traits = client.traits();
        long delaySeconds = traits.stored() ? Math.min(traits.willDelaySeconds(), traits.expirySeconds()) : 0;
        world.agenda().in(delaySeconds * 1_000_000_000L + GRACE_NANOS, () -> {
            boolean same = carried.get(client.index()) == will;
            boolean kept = traits.stored() || !world.ledger().hasCrashed();
            boolean exact = !world.ledger().hasWallStepped(); // else a delay that a restart has cut may be longer
            if (same && kept && exact && !world.hasTroubleSince(will.sinceNanos)) {
                due.add(will);
            }
        });
    }

    @Override
    public void delivered(Delivery delivery) {
        Carried will = byMessage.get(delivery.message().number());
        if (will == null || world.ledger().hasCrashed() || world.ledger().hasFailed()) {
            return;
        }
        if (will.orderly) {
            throw new Violation("wills", "the will " + delivery.message() + " was published after an orderly end");
        }
        if (!delivery.isFirst() && !delivery.packet().dup() && !delivery.repeated()) {
            throw new Violation("wills", "the will " + delivery.message() + " was published twice");
        }
    }

    @Override
    public void settled(Ledger ledger) {
        for (Carried will : due) {
            if (will.message.qos() == QoS.AT_MOST_ONCE) {
                continue;
            }
            for (ModelSession session : ledger.currentSessions()) {
                boolean waited = session.wishes().stream()
                        .anyMatch(wish -> wish.isOpen()
                                && wish.grantedStamp() < will.lostStamp
                                && wish.request().options().maximumQoS().isAcknowledged()
                                && !wish.request().options().noLocal()
                                && wish.request().filter().matches(will.message.topic()));
                if (waited
                        && !session.has(will.message)
                        && !world.circumstances().dropsWhenFull()) {
                    throw new Violation(
                            "wills",
                            "the will " + will.message + " was due, but never delivered to client " + session.client());
                }
            }
        }
    }
}
