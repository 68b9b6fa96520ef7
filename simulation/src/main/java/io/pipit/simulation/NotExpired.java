package io.pipit.simulation;

/** A message whose Message Expiry Interval has passed is sent to nobody who was not sent it before [MQTT-3.3.2-5]. */
final class NotExpired implements Rule {
    private static final long GRACE_NANOS = 1_000_000_000L;

    private final Ledger ledger;

    NotExpired(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public void delivered(Delivery delivery) {
        Published message = delivery.message();
        if (message.expirySeconds() == 0 || !message.isAcknowledged() || ledger.hasWallStepped()) {
            return;
        }
        long late = delivery.nanos() - message.acknowledgedNanos() - message.expirySeconds() * 1_000_000_000L;
        if (delivery.isFirst() && !delivery.packet().dup() && late > GRACE_NANOS) {
            throw new Violation("expiry", message + " was delivered " + late / 1_000_000 + " ms after it had expired");
        }
    }
}
