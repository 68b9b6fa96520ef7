package io.pipit.mqtt;

/** The Subscription Options (section 3.8.3.1); 3.x has only the QoS. */
public record SubscriptionOptions(
        QoS maximumQoS, boolean noLocal, boolean retainAsPublished, RetainHandling retainHandling) {
    static final int NO_LOCAL = 0x04;
    static final int RETAIN_AS_PUBLISHED = 0x08;
    static final int RETAIN_HANDLING_SHIFT = 4;
    static final int RESERVED = 0xC0;

    /** What 3.x means by a QoS. */
    public SubscriptionOptions(QoS maximumQoS) {
        this(maximumQoS, false, false, RetainHandling.SEND);
    }
}
