package io.pipit.broker;

import io.pipit.mqtt.QoS;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * One subscription of one session. A SUBSCRIBE that repeats the filter replaces it by another [MQTT-3.8.4-3]: whether
 * it still stands is the only thing that changes, on the session's loop.
 */
final class Subscription implements SessionTarget, Matched, SharedGroup.Member {
    /** The terms of all subscriptions that have neither an identifier nor a group, by Maximum QoS and Retain As Published. */
    private static final Terms[][] PLAIN = new Terms[6][];

    static {
        for (int i = 0; i < PLAIN.length; i++) {
            PLAIN[i] = terms(QoS.of(i >> 1), (i & 1) == 1, Terms.NO_IDENTIFIERS, null);
        }
    }

    private final Session session;
    private final TopicFilter filter;
    private final SubscriptionOptions options;
    private final int identifier;
    private final @Nullable SharedSubscription group;

    /** By a message's QoS and RETAIN; null before the first message, which for many never comes. */
    private Terms @Nullable [] terms;

    private boolean ended;

    /**
     * A subscription.
     *
     * @param identifier its Subscription Identifier, or 0
     * @param group of a shared one, else null
     */
    Subscription(
            Session session,
            TopicFilter filter,
            SubscriptionOptions options,
            int identifier,
            @Nullable SharedSubscription group) {
        this.session = session;
        this.filter = filter;
        this.options = options;
        this.identifier = identifier;
        this.group = group;
    }

    private static Terms[] terms(
            QoS maximumQoS, boolean retainAsPublished, int[] identifiers, @Nullable SharedSubscription group) {
        Terms[] terms = new Terms[6];
        for (int i = 0; i < terms.length; i++) {
            QoS qos = QoS.of(i >> 1).min(maximumQoS);
            terms[i] = new Terms(qos, (i & 1) == 1 && retainAsPublished, identifiers, group);
        }
        return terms;
    }

    private Terms[] terms() {
        Terms[] known = terms;
        if (known == null) {
            known = identifier == 0 && group == null
                    ? PLAIN[(options.maximumQoS().level() << 1) + (options.retainAsPublished() ? 1 : 0)]
                    : terms(
                            options.maximumQoS(),
                            options.retainAsPublished(),
                            identifier == 0 ? Terms.NO_IDENTIFIERS : new int[] {identifier},
                            group);
            terms = known;
        }
        return known;
    }

    @Override
    public Session session() {
        return session;
    }

    @Override
    public int orderHash() {
        return (int) ((session.number() * 0x9E37_79B9_7F4A_7C15L) >>> Integer.SIZE);
    }

    TopicFilter filter() {
        return filter;
    }

    SubscriptionOptions options() {
        return options;
    }

    /** The Subscription Identifier, 1 to 268,435,455, or 0 for none. */
    int identifier() {
        return identifier;
    }

    @Nullable
    SharedSubscription group() {
        return group;
    }

    /** Whether this message is kept from its own publisher [MQTT-3.8.3-3]. */
    boolean excludes(Message message) {
        return options.noLocal() && session.clientIdentifier().equals(message.publisher());
    }

    /** How it wants this message, whoever published it. */
    Terms termsOf(Message message) {
        return terms()[(message.qos().level() << 1) + (message.retain() ? 1 : 0)];
    }

    /** How a retained message goes to it as a new subscription: with RETAIN 1 [3.1.1:MQTT-3.3.1-8]. */
    Terms retainedTerms(Message message) {
        Terms live = termsOf(message);
        return live.retain() ? live : new Terms(live.qos(), true, live.identifiers(), null);
    }

    /** Whether it was replaced or unsubscribed. */
    boolean isEnded() {
        return ended;
    }

    void end() {
        ended = true;
    }

    /** What stands for it now: itself, what has replaced it, or null. */
    @Nullable
    Subscription current() {
        return ended ? session.subscription(filter) : this;
    }

    @Override
    public @Nullable Terms terms(Message message) {
        Subscription current = current();
        return current == null || current.excludes(message) ? null : current.termsOf(message);
    }

    @Override
    public boolean isConnected() {
        return session.isConnected();
    }

    @Override
    public boolean hasRoom() {
        return session.hasRoom();
    }

    @Override
    public boolean isFull() {
        return session.isFull();
    }

    @Override
    public boolean isStored() {
        return session.isStored();
    }
}
