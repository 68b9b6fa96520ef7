package io.pipit.broker;

import io.pipit.mqtt.QoS;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How one message is to be delivered to one session, as its matching subscriptions say together. */
final class Terms {
    /** No Subscription Identifiers. */
    static final int[] NO_IDENTIFIERS = {};

    private final QoS qos;
    private final boolean retain;
    private final int[] identifiers;
    private final @Nullable SharedSubscription group;

    /**
     * Terms.
     *
     * @param identifiers the Subscription Identifiers of all matching subscriptions [MQTT-3.3.4-4]
     * @param group the shared subscription by which it comes, or null
     */
    Terms(QoS qos, boolean retain, int[] identifiers, @Nullable SharedSubscription group) {
        this.qos = qos;
        this.retain = retain;
        this.identifiers = identifiers;
        this.group = group;
    }

    /** The lower of the message's and the subscription's [MQTT-3.8.4-8]. */
    QoS qos() {
        return qos;
    }

    /** The RETAIN flag to send. */
    boolean retain() {
        return retain;
    }

    int[] identifiers() {
        return identifiers;
    }

    @Nullable
    SharedSubscription group() {
        return group;
    }

    /** Whether a PUBLISH by these terms looks the same on the wire. */
    boolean looksLike(Terms other) {
        return this == other
                || (qos == other.qos && retain == other.retain && Arrays.equals(identifiers, other.identifiers));
    }
}
