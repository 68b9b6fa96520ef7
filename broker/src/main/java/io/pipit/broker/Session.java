package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Loop;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Session State of section 4.1: subscriptions, the queue, Packet Identifiers received at QoS 2, the will. It
 * lives on the loop that the hash of its Client Identifier names, connected or not, and outlives its connection when
 * it is stored. Confined to that loop, but for what a publisher elsewhere asks: {@link #isConnected},
 * {@link #hasRoom}, {@link #isFull}, {@link #isStored}.
 */
final class Session {
    /** A Session Expiry Interval that never ends. */
    static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    private final BrokerLoop loop;
    private final ClientIdentifier clientIdentifier;
    private final @Nullable String owner;
    private final long number;
    private final @Nullable SessionRows rows;

    /** Null of a session that was restored without entries, until a client or a message comes. */
    private @Nullable Queue queue;

    /** What the queue begins with: the highest sequence number that was sent before the broker was started. */
    private long sentBefore;

    private @Nullable ReceivedIdentifiers received;
    private final SessionSubscriptions subscriptions = new SessionSubscriptions();
    private final List<RetainedDelivery> retainedDeliveries = new ArrayList<>(0);
    private final Timers.Timer expiry = new Expiry();
    private @Nullable Client client;
    private @Nullable SessionWill will;
    private long expirySeconds;
    private boolean retainedScheduled;
    private boolean ended;
    private boolean held;
    private boolean heldForWill;
    private List<Consumer<Batch>> putOff = List.of();
    private @Nullable UndecidedSubscriptions undecided;
    private volatile boolean connected;
    private volatile boolean room;
    private volatile boolean full;

    /**
     * A session without subscriptions.
     *
     * @param owner the user name that made it, or null
     * @param number that no other session of this storage ever had
     * @param stored whether it outlives its connections
     */
    Session(BrokerLoop loop, ClientIdentifier clientIdentifier, @Nullable String owner, long number, boolean stored) {
        this.loop = loop;
        this.clientIdentifier = clientIdentifier;
        this.owner = owner;
        this.number = number;
        this.rows = stored ? new SessionRows(loop, new Keys(number), clientIdentifier) : null;
    }

    BrokerLoop loop() {
        return loop;
    }

    ClientIdentifier clientIdentifier() {
        return clientIdentifier;
    }

    @Nullable
    String owner() {
        return owner;
    }

    long number() {
        return number;
    }

    /** Whether it outlives its connections; any thread. */
    boolean isStored() {
        return rows != null;
    }

    /** Its rows, or null when it is not stored. */
    @Nullable
    SessionRows rows() {
        return rows;
    }

    Queue queue() {
        Queue made = queue;
        if (made == null) {
            made = new Queue(
                    new Outlet(),
                    loop.settings().queue(),
                    loop.time(),
                    rows == null ? null : new EntryRows(loop, new Keys(number), clientIdentifier.value()),
                    fault -> loop.later(this::pump));
            made.recovered(sentBefore);
            queue = made;
        }
        return made;
    }

    /** Its queue, or null when nothing has come to it yet: a million sessions that only wait have none. */
    @Nullable
    Queue queueIfUsed() {
        return queue;
    }

    /** The highest sequence number ever sent, 0 for none. */
    long sentUpTo() {
        return queue == null ? sentBefore : queue.sentUpTo();
    }

    /** It was found in storage: its queue goes on behind this sequence number. */
    void restored(long sentUpTo) {
        sentBefore = sentUpTo;
    }

    /** Packet Identifiers that its client uses at QoS 2: most sessions have none for most of their time. */
    ReceivedIdentifiers received() {
        ReceivedIdentifiers identifiers = received;
        if (identifiers == null) {
            identifiers = new ReceivedIdentifiers();
            received = identifiers;
        }
        return identifiers;
    }

    /** How many Packet Identifiers its client uses at QoS 2. */
    int receivedInUse() {
        return received == null ? 0 : received.size();
    }

    /** The client that is connected or being connected, or null. */
    @Nullable
    Client client() {
        return client;
    }

    /** Seconds that it outlives its connection. */
    long expirySeconds() {
        return expirySeconds;
    }

    void expireAfter(long seconds) {
        expirySeconds = seconds;
    }

    boolean isEnded() {
        return ended;
    }

    /** Whether a client is connected; any thread, and a moment old. */
    boolean isConnected() {
        return connected;
    }

    /** Whether the client could be sent a QoS 1 or 2 message at once; any thread, and a moment old. */
    boolean hasRoom() {
        return room;
    }

    /** Whether the queue has reached its bound; any thread, and a moment old. */
    boolean isFull() {
        return full;
    }

    // Subscriptions

    Collection<Subscription> subscriptions() {
        return subscriptions.all();
    }

    /** The subscription with this filter, or null. */
    @Nullable
    Subscription subscription(TopicFilter filter) {
        return subscriptions.get(filter);
    }

    /** Subscribes, or replaces the subscription with this filter; from now on its messages arrive. */
    Subscription subscribe(SubscriptionRequest request, int identifier) {
        TopicFilter filter = request.filter();
        Subscription replaced = subscriptions.get(filter);
        if (replaced != null) {
            replaced.end();
        } else {
            loop.metrics().subscribed(1);
        }
        Subscription subscription = filter.isShared()
                ? loop.shared()
                        .enter(
                                filter,
                                shared -> new Subscription(this, filter, request.options(), identifier, shared),
                                replaced)
                : index(new Subscription(this, filter, request.options(), identifier, null), replaced);
        subscriptions.put(subscription);
        return subscription;
    }

    private Subscription index(Subscription subscription, @Nullable Subscription replaced) {
        if (replaced != null) {
            loop.broker().index().replace(subscription.filter(), replaced, subscription);
        } else {
            loop.broker().index().add(subscription.filter(), subscription);
        }
        return subscription;
    }

    /** Ends a subscription; false when there is none with this filter. Messages that it has queued are still sent. */
    boolean unsubscribe(TopicFilter filter) {
        Subscription subscription = subscriptions.remove(filter);
        if (subscription == null) {
            return false;
        }
        leave(subscription);
        return true;
    }

    private void leave(Subscription subscription) {
        subscription.end();
        loop.metrics().subscribed(-1);
        SharedSubscription shared = subscription.group();
        if (shared != null) {
            loop.shared().leave(shared, subscription);
        } else {
            loop.broker().index().remove(subscription.filter(), subscription);
        }
    }

    /** Its changes of subscriptions that are not durable yet. */
    UndecidedSubscriptions undecided() {
        UndecidedSubscriptions changes = undecided;
        if (changes == null) {
            changes = new UndecidedSubscriptions(this);
            undecided = changes;
        }
        return changes;
    }

    /** None is left of them: most sessions have none for most of their time, and keep nothing for them. */
    void allDecided() {
        undecided = null;
    }

    /** Sends the retained messages that a subscription matches, at the client's pace; those on their way to it anew. */
    void deliverRetained(Subscription subscription) {
        oweRetained(subscription);
        continueRetained();
    }

    /** As soon as a client is connected, it is to be sent the retained messages that a subscription matches. */
    void oweRetained(Subscription subscription) {
        for (RetainedDelivery earlier : List.copyOf(retainedDeliveries)) {
            if (earlier.filter().equals(subscription.filter())) {
                forget(earlier);
            }
        }
        retainedDeliveries.add(new RetainedDelivery(this, subscription));
    }

    /** Whether retained messages are on their way to the subscription with this filter. */
    boolean owesRetained(TopicFilter filter) {
        return retainedDeliveries.stream()
                .anyMatch(delivery -> delivery.filter().equals(filter));
    }

    private void retainedDelivered(RetainedDelivery delivery) {
        forget(delivery);
        nothingOwed(delivery.filter());
    }

    private void forget(RetainedDelivery delivery) {
        retainedDeliveries.remove(delivery);
        delivery.close();
    }

    /**
     * Writes, soon, that no retained messages are on their way to the subscription with this filter, if that is so: not
     * as long as a change of it waits for the storage, whose row may owe some, or may be refused.
     */
    void nothingOwed(TopicFilter filter) {
        SessionRows stored = rows;
        if (stored != null) {
            loop.lazily(batch -> {
                Subscription current = subscriptions.get(filter);
                boolean isDecided = undecided == null || !undecided.concern(filter);
                if (current != null && isDecided && !owesRetained(filter)) {
                    stored.put(current, false, batch);
                }
            });
        }
    }

    private void continueRetained() {
        Client current = client;
        while (!retainedDeliveries.isEmpty() && current != null && current.isEstablished()) {
            RetainedDelivery delivery = retainedDeliveries.get(0);
            switch (delivery.advance(current)) {
                case FINISHED -> retainedDelivered(delivery);
                case NEXT_TURN -> {
                    continueRetainedInNextTurn();
                    return;
                }
                case CLIENT_BUSY, READING -> {
                    return;
                }
            }
        }
    }

    /** Memory is short, or nobody is connected: what can be read from storage leaves it. */
    private void letRetainedGo() {
        retainedDeliveries.forEach(RetainedDelivery::letGo);
    }

    /** A task that is handed in during a turn may still run in it: the network gets its turn only after its end. */
    private void continueRetainedInNextTurn() {
        if (!retainedScheduled) {
            retainedScheduled = true;
            Loop port = loop.port();
            port.atEndOfTurn(() -> port.execute(() -> {
                retainedScheduled = false;
                continueRetained();
            }));
        }
    }

    // Messages

    /** Takes a message that matches, if it is still wanted. */
    void admit(Message message, SessionTarget target, @Nullable Part part) {
        if (ended) {
            SharedSubscription shared = target instanceof Subscription one ? one.group() : null;
            if (shared != null) {
                loop.reroute(message, shared, part);
            }
            return;
        }
        Terms terms = target.terms(message);
        if (terms != null) {
            deliver(message, terms, part);
        }
    }

    /** Sends or queues a message. */
    void deliver(Message message, Terms terms, @Nullable Part part) {
        if (terms.qos() == QoS.AT_MOST_ONCE && !queuesUnacknowledged()) {
            Client current = client;
            if (current == null || !current.isEstablished()) {
                dropped(message.topic(), QoS.AT_MOST_ONCE, DropReason.OFFLINE_QOS_0);
            } else {
                current.outgoing().publishUnacknowledged(message, terms);
            }
            return;
        }
        if (part == null && isStored()) {
            Part own = new Part(message, loop, null, 0, false);
            queue().admit(message, terms, own);
            loop.commitAlone(own);
        } else {
            queue().admit(message, terms, part);
        }
        updateHints();
    }

    /** Whether a message at QoS 0 has its place in the queue: nobody is connected, or older ones wait there. */
    boolean queuesUnacknowledged() {
        return isStored() && loop.settings().queue().qos0() && (!connected || queue().hasUnsent());
    }

    void dropped(@Nullable TopicName topic, QoS qos, DropReason reason) {
        loop.dropped(clientIdentifier, topic, qos, reason);
    }

    /** Something has changed by which more may be sent: acknowledged, written, settled. */
    void pump() {
        queue().pump();
        progressed();
    }

    private void progressed() {
        continueRetained();
        updateHints();
    }

    /** Memory is short: what a stored session has not been sent is read from the storage. */
    void fallBehind() {
        if (queue != null) {
            queue.fallBehind();
        }
        letRetainedGo();
    }

    /** Shows other loops how it stands, where that has changed. */
    void updateHints() {
        Queue used = queue;
        boolean hasRoom = used != null && used.room() > 0;
        if (hasRoom != room) {
            room = hasRoom;
        }
        boolean isFull = used != null && used.isFull();
        if (isFull != full) {
            full = isFull;
        }
    }

    // Connections

    /** A client takes it: its CONNECT was accepted, its CONNACK is not yet sent. */
    void attach(Client newcomer) {
        client = newcomer;
    }

    /** CONNACK was sent. */
    void established(Client established) {
        connected = true;
        queue().connected(established.receiveMaximum());
        pump();
    }

    /** The connection of this client, which had it, has ended; the session goes on without it, or ends. */
    void detach() {
        client = null;
        connected = false;
        if (received != null) {
            received.forgetWaiting();
            received = received.size() == 0 ? null : received;
        }
        if (expirySeconds == 0 || rows == null) {
            loop.sessions().end(this);
            return;
        }
        queue().disconnected();
        letRetainedGo();
        updateHints();
        offline();
        expireIn(expirySeconds);
    }

    /** Writes, soon, that it has lost its connection. */
    void offline() {
        SessionRows stored = rows;
        if (stored != null) {
            loop.lazily(unlessHeld(batch -> {
                if (client == null && !ended) {
                    stored.offline(this, batch);
                }
            }));
        }
    }

    /**
     * A CONNECT is on its way to the storage, which may end its absence: until that is decided it does not expire, nor
     * is its will due.
     *
     * @param newWill whether it brings a will, whose row is then in the place of an earlier one
     * @return what lets the time of both go on as before, when the CONNECT was refused
     */
    Runnable hold(boolean newWill) {
        held = true;
        heldForWill = newWill;
        SessionWill waiting = will;
        Runnable expiryGoesOn = loop.timers().hold(expiry);
        Runnable delayGoesOn = waiting == null ? () -> {} : loop.timers().hold(waiting.delay());
        return () -> {
            expiryGoesOn.run();
            delayGoesOn.run();
            release();
        };
    }

    /**
     * A change of its row, or of its will's, that tells what is right now: not asked while a CONNECT is on its way to the
     * storage, behind which it would undo what that writes, but when it is decided.
     */
    Consumer<Batch> unlessHeld(Consumer<Batch> change) {
        return batch -> {
            if (held) {
                putOff(change);
            } else {
                change.accept(batch);
            }
        };
    }

    /** As {@link #unlessHeld}, but asked at once when no other will's row is in question. */
    Consumer<Batch> unlessHeldForWill(Consumer<Batch> change) {
        return batch -> {
            if (heldForWill) {
                putOff(change);
            } else {
                change.accept(batch);
            }
        };
    }

    private void putOff(Consumer<Batch> change) {
        putOff = putOff.isEmpty() ? new ArrayList<>(1) : putOff;
        putOff.add(change);
    }

    /** The CONNECT for which it was held is decided. */
    void release() {
        held = false;
        heldForWill = false;
        List<Consumer<Batch>> changes = putOff;
        putOff = List.of();
        changes.forEach(change -> loop.lazily(unlessHeld(change)));
    }

    /** Begins the clock of its absence. */
    void expireIn(long seconds) {
        if (seconds != NEVER_EXPIRES) {
            loop.timers().schedule(expiry, seconds * 1_000_000_000L);
        }
    }

    private final class Expiry extends Timers.Timer {
        @Override
        void expire() {
            loop.metrics().sessionExpired();
            loop.sessions().end(Session.this);
        }
    }

    /** The will of the current connection, or of the last one while its delay runs; null when there is none. */
    @Nullable
    SessionWill will() {
        return will;
    }

    void will(@Nullable SessionWill newWill) {
        will = newWill;
    }

    /** Something of ours has failed for it: its connection ends, and nobody else's. */
    void broke(Throwable fault) {
        loop.broke(fault);
        Client current = client;
        if (current != null) {
            current.broke();
        }
    }

    /** It is no more, and out of the index; nothing waits for its expiry by now. */
    void end() {
        ended = true;
        connected = false;
        room = false;
        for (Subscription subscription : subscriptions.all()) {
            leave(subscription);
        }
        subscriptions.clear();
        retainedDeliveries.forEach(RetainedDelivery::close);
        retainedDeliveries.clear();
        queue().abandon();
    }

    /** What the queue does to the client. */
    private final class Outlet implements Queue.Outlet {
        @Override
        public boolean isOpen() {
            Client current = client;
            return current != null && current.isOpen();
        }

        @Override
        public boolean publish(Message message, Terms terms, int packetIdentifier, boolean dup) {
            Client current = client;
            return current != null && current.outgoing().publish(message, terms, packetIdentifier, dup);
        }

        @Override
        public void release(int packetIdentifier) {
            Client current = client;
            if (current != null) {
                current.outgoing().release(packetIdentifier, ReasonCode.SUCCESS);
            }
        }

        @Override
        public void dropped(@Nullable TopicName topic, QoS qos, DropReason reason) {
            Session.this.dropped(topic, qos, reason);
        }

        @Override
        public void progressed() {
            if (!ended) {
                Session.this.progressed();
            }
        }

        @Override
        public void grown(long messages, long bytes, long memory) {
            loop.metrics().queued(messages, bytes);
            loop.memory().add(memory);
        }

        @Override
        public void broke(Throwable fault) {
            Session.this.broke(fault);
        }

        @Override
        public void overrun() {
            Client current = client;
            if (current != null) {
                current.disconnect(ReasonCode.QUOTA_EXCEEDED, "the session's queue is full");
            }
        }

        @Override
        public void storageFailed(String reason) {
            Client current = client;
            if (current != null) {
                current.disconnect(ReasonCode.QUOTA_EXCEEDED, reason);
            }
        }
    }
}
