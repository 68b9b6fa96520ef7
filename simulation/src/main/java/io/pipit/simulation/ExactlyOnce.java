package io.pipit.simulation;

import io.pipit.mqtt.QoS;

/** At QoS 2 a session is given a message once. */
final class ExactlyOnce implements Rule {
    private final Ledger ledger;

    ExactlyOnce(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public void delivered(Delivery delivery) {
        Published message = delivery.message();
        boolean exact = delivery.packet().qos() == QoS.EXACTLY_ONCE
                && !delivery.packet().retain();
        if (message.isShared()
                || !exact
                || delivery.repeated()
                || (delivery.before().exact() == 0 && !delivery.before().isRefused())) {
            return;
        }
        if (delivery.isRefusedBefore()) {
            return;
        }
        // Without a stored session nothing of a delivery is undone when the publisher is refused and tries again.
        boolean publishedAgain = !delivery.session().isStored() && ledger.hasFailed() && message.timesSent() != 1;
        if (!publishedAgain) {
            throw new Violation(
                    "exactly-once",
                    message + " was delivered again to client "
                            + delivery.session().client());
        }
    }
}
