package io.pipit.simulation;

import io.pipit.mqtt.QoS;
import io.pipit.mqtt.SubscriptionRequest;

/** A subscription as its client knows it: asked for, granted, and ended. Times are stamps of the ledger. */
final class Wish {
    private static final long NEVER = Long.MAX_VALUE;

    private final SubscriptionRequest request;
    private final int link;
    private long granted = NEVER;
    private long grantedNanos;
    private long closing = NEVER;
    private long closed = NEVER;

    Wish(SubscriptionRequest request, int link) {
        this.request = request;
        this.link = link;
    }

    SubscriptionRequest request() {
        return request;
    }

    /** The number of the connection on which it was asked for. */
    int link() {
        return link;
    }

    /** SUBACK was heard. */
    void grant(long stamp, long nanos) {
        granted = stamp;
        grantedNanos = nanos;
    }

    boolean isGranted() {
        return granted != NEVER;
    }

    /** When SUBACK was heard; in the far future when it was not. */
    long grantedStamp() {
        return granted;
    }

    long grantedNanos() {
        return grantedNanos;
    }

    /** UNSUBSCRIBE, or SUBSCRIBE with the same filter, was sent. */
    void closing(long stamp) {
        closing = Math.min(closing, stamp);
    }

    /** Its end was acknowledged. */
    void closed(long stamp) {
        closed = Math.min(closed, stamp);
    }

    /** Whether its end was acknowledged. */
    boolean isClosed() {
        return closed != NEVER;
    }

    boolean isOpen() {
        return closing == NEVER;
    }

    /** Whether it stood from before a message was sent until after it was acknowledged. */
    boolean covers(Published message) {
        return granted < message.firstSent() && closing > message.acknowledgedStamp();
    }

    /** At which QoS a message is delivered because of it [MQTT-3.8.4-8]. */
    QoS qosOf(Published message) {
        return message.qos().min(request.options().maximumQoS());
    }

    /** Whether a message may be delivered because of it. */
    boolean allows(Published message) {
        return message.firstSent() < closed && request.filter().unshared().matches(message.topic());
    }
}
