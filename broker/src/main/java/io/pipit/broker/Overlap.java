package io.pipit.broker;

import io.pipit.mqtt.QoS;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several subscriptions of one session that match the same topic: one delivery, at the highest QoS granted
 * [MQTT-3.3.4-2], with all their identifiers [MQTT-3.3.4-4].
 */
record Overlap(Session session, List<Subscription> subscriptions) implements SessionTarget {
    @Override
    public @Nullable Terms terms(Message message) {
        QoS qos = null;
        boolean retain = false;
        int[] identifiers = new int[subscriptions.size()];
        int count = 0;
        for (Subscription subscription : subscriptions) {
            Subscription current = subscription.current();
            if (current == null || current.excludes(message)) {
                continue;
            }
            Terms terms = current.termsOf(message);
            qos = qos == null ? terms.qos() : qos.max(terms.qos());
            retain |= terms.retain();
            if (current.identifier() != 0) {
                identifiers[count++] = current.identifier();
            }
        }
        return qos == null ? null : new Terms(qos, retain, Arrays.copyOf(identifiers, count), null);
    }
}
