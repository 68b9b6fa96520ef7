package io.pipit.simulation;

/** What is sent again has the Packet Identifier that it had [MQTT-4.4.0-1]. */
final class SameIdentifier implements Rule {
    @Override
    public void delivered(Delivery delivery) {
        Published message = delivery.message();
        boolean twice = message.isShared(); // one may be a member of two shared subscriptions, and wills are not sent
        if (twice || !delivery.packet().dup() || delivery.isFirst() || message.timesSent() != 1 || message.retain()) {
            return;
        }
        int before = delivery.before().packetIdentifier();
        int now = delivery.packet().packetIdentifier();
        if (before != 0 && before != now) {
            throw new Violation(
                    "same-identifier",
                    message + " came to client " + delivery.session().client() + " as " + before + " and again as "
                            + now);
        }
    }
}
