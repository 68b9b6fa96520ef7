package io.pipit.simulation;

import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import java.util.HashMap;
import java.util.Map;

/** A session is not given an older retained message of a topic after a newer one. */
final class FreshRetained implements Rule {
    private final Map<Line, Published> newest = new HashMap<>();
    private boolean undone;

    private record Line(int session, TopicName topic, QoS qos) {}

    @Override
    public void delivered(Delivery delivery) {
        Published message = delivery.message();
        if (!message.retain() || delivery.packet().dup()) {
            return;
        }
        Line line = new Line(
                delivery.session().number(), message.topic(), delivery.packet().qos());
        Published before = newest.get(line);
        if (before == null || before.number() <= message.number()) {
            newest.put(line, message);
        } else if (delivery.packet().retain()
                && !message.isDisturbed()
                && !cameAgain(message, before)
                && (!undone || before.isAcknowledged())) {
            throw new Violation(
                    "fresh-retained",
                    message + " was delivered to client " + delivery.session().client() + " as retained, after "
                            + before);
        }
    }

    /** Whether its publisher has sent it again, after the other: that is retained for the second time then. */
    private static boolean cameAgain(Published message, Published other) {
        return message.timesSent() > 1 && message.lastSent() > other.firstSent();
    }

    /** What was not acknowledged may not have been retained. */
    @Override
    public void undone() {
        undone = true; // and what is not acknowledged may still be on its way
        newest.values().removeIf(message -> !message.isAcknowledged());
    }
}
