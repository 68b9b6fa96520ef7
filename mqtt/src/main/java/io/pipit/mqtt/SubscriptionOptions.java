package io.pipit.mqtt;

/** The Subscription Options (section 3.8.3.1); 3.x has only the QoS. */
public record SubscriptionOptions(
        QoS maximumQoS, boolean noLocal, boolean retainAsPublished, RetainHandling retainHandling) {
    /** What 3.x means by a QoS. */
    public SubscriptionOptions(QoS maximumQoS) {
        this(maximumQoS, false, false, RetainHandling.SEND);
    }
}
