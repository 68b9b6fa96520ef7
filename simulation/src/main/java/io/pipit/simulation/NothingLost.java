package io.pipit.simulation;

import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.QoS;
import java.util.List;

/**
 * What was acknowledged reaches every session that had subscribed before and still has; unless it expired, or was
 * dropped for a reason that these circumstances allow.
 */
final class NothingLost implements Rule {
    private final Circumstances circumstances;
    private final List<Traits> clients;

    NothingLost(Circumstances circumstances, List<Traits> clients) {
        this.circumstances = circumstances;
        this.clients = clients;
    }

    @Override
    public void settled(Ledger ledger) {
        for (ModelSession session : ledger.currentSessions()) {
            List<Wish> wishes = session.wishes().stream()
                    .filter(wish -> !wish.request().filter().isShared())
                    .filter(wish -> wish.request().options().maximumQoS().isAcknowledged())
                    .toList();
            long missing = ledger.messages().stream()
                    .filter(message -> isOwed(message, session, wishes))
                    .peek(message -> requireAllowed(message, session))
                    .count();
            String name = clients.get(session.client()).name();
            if (missing > ledger.drops(name, DropReason.QUEUE_FULL)) {
                throw new Violation(
                        "nothing-lost", missing + " messages did not reach " + name + ", which counts fewer drops");
            }
        }
    }

    private static boolean isOwed(Published message, ModelSession session, List<Wish> wishes) {
        if (!message.isAcknowledged() || message.qos() == QoS.AT_MOST_ONCE || session.has(message)) {
            return false;
        }
        if (message.expirySeconds() > 0 || message.payload().isEmpty()) {
            return false;
        }
        boolean own = message.publisher() == session.client();
        return wishes.stream()
                .anyMatch(wish -> wish.covers(message)
                        && wish.request().filter().matches(message.topic())
                        && !(own && wish.request().options().noLocal()));
    }

    private void requireAllowed(Published message, ModelSession session) {
        if (!circumstances.dropsWhenFull()) {
            throw new Violation(
                    "nothing-lost", message + " was acknowledged, but never delivered to client " + session.client());
        }
    }
}
