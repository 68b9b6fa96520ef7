package io.pipit.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.mqtt.Auth;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.UnsubAck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The Session State of a client (section 4.1) and the connection that it has just now, none, or a
 * {@link Reconnector} that is about to make one. It outlives connections, whose packets it takes and answers. One
 * lock guards it; that of the outbox is taken within it, never the other way round, and futures are completed and
 * listeners called without it.
 */
final class ClientSession implements Connection.Owner {
    private final ClientOptions options;
    private final Connector connector;
    private final Inbox inbox;
    private final Deliveries deliveries;
    private final Reauthentication reauthentication;
    private final ReentrantLock lock = new ReentrantLock();
    /** Room for a message of QoS 1 or 2 may have come about, a message may be over, or the connection has ended. */
    private final Condition room = lock.newCondition();

    @GuardedBy("lock")
    private final Outgoing outgoing = new Outgoing();

    @GuardedBy("lock")
    private final Subscriptions subscriptions;

    @GuardedBy("lock")
    private final BackOff backOff;

    @GuardedBy("lock")
    private @Nullable Connection connection;

    /** Only without a connection. */
    @GuardedBy("lock")
    private @Nullable Reconnector reconnector;

    /** The application has asked for the end: nothing new is taken. */
    @GuardedBy("lock")
    private boolean leaving;

    @GuardedBy("lock")
    private MqttException absence = new MqttException(Failure.NOT_CONNECTED, "the client is not connected");

    ClientSession(ClientOptions options, Connector connector) {
        this.options = options;
        this.connector = connector;
        this.inbox = new Inbox(options.threads());
        this.deliveries = new Deliveries(options, inbox);
        this.reauthentication = new Reauthentication(options);
        this.subscriptions = new Subscriptions(options.messageListener());
        this.backOff = new BackOff(
                options.minimumReconnectDelay(), options.maximumReconnectDelay(), ThreadLocalRandom.current());
    }

    Inbox inbox() {
        return inbox;
    }

    /** Connects for the application; one thread at a time. */
    ConnAck connect() throws MqttException {
        lock.lock();
        try {
            if (connection != null || reconnector != null) {
                throw new IllegalStateException("the client is connected already, or connecting again by itself");
            }
        } finally {
            lock.unlock();
        }
        Connection accepted = connector.open();
        connected(accepted, null);
        return accepted.connAck();
    }

    /**
     * Takes over a connection that the server has accepted, and sends again what is left from the last one.
     *
     * @param by who made it, or null for the application
     * @return false when it is not wanted any more
     */
    boolean connected(Connection accepted, @Nullable Reconnector by) {
        List<Runnable> settled = new ArrayList<>();
        lock.lock();
        try {
            if (reconnector != by) {
                return false;
            }
            reconnector = null;
            leaving = false;
            if (!accepted.isSessionPresent()) {
                for (Exchange over : outgoing.sessionLost()) {
                    settle(over, over.packet(), settled);
                }
            }
            if (by == null) {
                forgetSubscriptions(accepted);
            } else if (!accepted.connAck().sessionPresent()) {
                restoreSubscriptions();
            }
            connection = accepted;
            deliveries.connected(accepted);
            outgoing.connected(Math.min(accepted.limits().receiveMaximum(), options.maximumInFlight()));
            for (Exchange exchange : outgoing.resumed()) {
                sendOrFail(accepted, exchange, settled);
            }
            sendWaiting(accepted, settled);
            tell(listener -> listener.connected(accepted.connAck()));
            accepted.start(this);
        } finally {
            lock.unlock();
        }
        settled.forEach(Runnable::run);
        return true;
    }

    /** The application subscribes by itself after it has connected by itself. */
    @GuardedBy("lock")
    private void forgetSubscriptions(Connection accepted) {
        if (!accepted.isSessionPresent()) {
            subscriptions.clear();
        }
    }

    @GuardedBy("lock")
    private void restoreSubscriptions() {
        subscriptions.lost().forEach((call, requests) -> {
            Exchange exchange = outgoing.begin(
                    PacketType.SUBACK, identifier -> new Subscribe(identifier, call.properties(), requests));
            exchange.restores(call);
        });
    }

    @GuardedBy("lock")
    private void sendWaiting(Connection present, List<Runnable> settled) {
        for (Exchange next = outgoing.next(); next != null; next = outgoing.next()) {
            sendOrFail(present, next, settled);
        }
        room.signalAll();
    }

    @GuardedBy("lock")
    private void sendOrFail(Connection present, Exchange exchange, List<Runnable> settled) {
        try {
            send(present, exchange);
        } catch (MqttException refused) {
            fail(exchange, refused, settled);
        }
    }

    /** Hands an exchange that counts as sent to the connection, or withdraws it when the server would refuse it. */
    @GuardedBy("lock")
    private void send(Connection present, Exchange exchange) throws MqttException {
        boolean put = false;
        try {
            present.limits().check(exchange.packet());
            present.outbox().put(exchange.packet());
            put = true;
        } finally {
            if (!put) {
                outgoing.withdraw(exchange);
            }
        }
    }

    boolean isConnected() {
        lock.lock();
        try {
            return connection != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a message, waiting until the window has room; without a connection, until the next one, it only joins
     * those that wait.
     *
     * @return null at QoS 0, where nothing answers
     */
    @Nullable
    Exchange publish(Message message) throws MqttException, InterruptedException {
        awaitOutbox();
        lock.lockInterruptibly();
        try {
            while (true) {
                Connection present = requireTaking();
                if (present == null) {
                    return publishLater(message);
                }
                if (!message.qos().isAcknowledged()) {
                    Publish publish = Outgoing.toPublish(message, 0);
                    present.limits().check(publish);
                    present.outbox().put(publish);
                    return null;
                }
                if (outgoing.hasRoom()) {
                    Exchange exchange = outgoing.publish(message);
                    send(present, exchange);
                    return exchange;
                }
                room.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitOutbox() throws InterruptedException {
        Connection present;
        lock.lock();
        try {
            present = connection;
        } finally {
            lock.unlock();
        }
        if (present != null) {
            present.outbox().awaitRoom();
        }
    }

    /** The present connection, or null when the next one comes by itself. */
    @GuardedBy("lock")
    private @Nullable Connection requireTaking() throws MqttException {
        if (leaving || (connection == null && reconnector == null)) {
            throw absence.again();
        }
        return connection;
    }

    @GuardedBy("lock")
    private Exchange publishLater(Message message) throws MqttException {
        if (!message.qos().isAcknowledged()) {
            throw absence.again();
        }
        requireBacklog(outgoing.mayWait(message, options.offlineMessages(), options.offlineBytes()));
        Exchange exchange = outgoing.add(message);
        requireEncodable(exchange);
        return exchange;
    }

    @GuardedBy("lock")
    private void requireBacklog(boolean hasRoom) throws MqttException {
        if (!hasRoom) {
            throw new MqttException(
                    Failure.BACKLOG_FULL,
                    "without a connection at most " + options.offlineMessages() + " messages and "
                            + options.offlineBytes() + " bytes wait (ClientOptions.offlineLimit)",
                    absence);
        }
    }

    /** What cannot be written is refused to its author, not when it is to be sent. */
    @GuardedBy("lock")
    private void requireEncodable(Exchange exchange) {
        boolean encodable = false;
        try {
            encodable = PacketEncoder.size(exchange.packet(), options.version()) > 0;
        } finally {
            if (!encodable) {
                outgoing.withdraw(exchange);
            }
        }
    }

    /** Sends a SUBSCRIBE or UNSUBSCRIBE, or has it wait for the next connection. */
    Exchange request(PacketType awaited, IntFunction<Packet> packet) throws MqttException {
        lock.lock();
        try {
            Connection present = requireTaking();
            if (present == null) {
                requireBacklog(outgoing.size() < options.offlineMessages());
            }
            Exchange exchange = outgoing.begin(awaited, packet);
            if (present == null) {
                requireEncodable(exchange);
            } else {
                exchange.setSent(true);
                send(present, exchange);
            }
            return exchange;
        } finally {
            lock.unlock();
        }
    }

    /** Whoever waited for the answer has given up. A message is still delivered; a request that is unsent never is. */
    void abandon(Exchange exchange) {
        lock.lock();
        try {
            exchange.abandon();
            if (exchange.isRequest() && !exchange.isSent()) {
                outgoing.withdraw(exchange);
            }
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    Subscriptions.Call subscribing(
            List<SubscriptionRequest> requests, Properties properties, MessageListener listener) {
        lock.lock();
        try {
            return subscriptions.begin(requests, properties, listener);
        } finally {
            lock.unlock();
        }
    }

    void subscribed(Subscriptions.Call call, @Nullable SubAck answer) {
        lock.lock();
        try {
            subscriptions.end(call, answer);
        } finally {
            lock.unlock();
        }
    }

    void unsubscribed(List<TopicFilter> filters) {
        lock.lock();
        try {
            filters.forEach(subscriptions::remove);
        } finally {
            lock.unlock();
        }
    }

    /** Begins re-authentication. */
    CompletableFuture<Auth> reauthenticate(Properties properties) throws MqttException {
        String method = reauthentication.requireMethod();
        lock.lock();
        try {
            Connection present = connection;
            if (present == null || leaving) {
                throw absence.again();
            }
            return reauthentication.begin(present, method, properties);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void received(Connection from, Packet packet) throws ProtocolException, MqttException, InterruptedException {
        // By type: a switch over patterns is linked anew in each process, which costs a small one half of its start.
        switch (packet.type()) {
            case PUBLISH -> received(from, (Publish) packet);
            case PUBREL -> deliveries.released(from, (PubRel) packet);
            case PUBACK -> acknowledged(from, packet, ((PubAck) packet).packetIdentifier());
            case PUBREC -> acknowledged(from, packet, ((PubRec) packet).packetIdentifier());
            case PUBCOMP -> acknowledged(from, packet, ((PubComp) packet).packetIdentifier());
            case SUBACK -> acknowledged(from, packet, ((SubAck) packet).packetIdentifier());
            case UNSUBACK -> acknowledged(from, packet, ((UnsubAck) packet).packetIdentifier());
            case AUTH -> reauthentication.received(from, (Auth) packet);
            case PINGRESP -> {}
            case CONNECT, CONNACK, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT ->
                throw new ProtocolException(packet.type() + " was not to be expected", ReasonCode.PROTOCOL_ERROR);
        }
    }

    private void received(Connection from, Publish publish) throws ProtocolException, InterruptedException {
        TopicName topic = from.aliases().resolve(publish);
        List<MessageListener> listeners;
        lock.lock();
        try {
            listeners = subscriptions.of(topic);
        } finally {
            lock.unlock();
        }
        deliveries.received(from, topic, publish, listeners);
    }

    private void acknowledged(Connection from, Packet ack, int packetIdentifier) {
        List<Runnable> settled = new ArrayList<>(1);
        lock.lock();
        try {
            if (connection != from) {
                return;
            }
            Outgoing.Step step = outgoing.acknowledged(ack, packetIdentifier);
            Packet reply = step.reply();
            if (reply != null) {
                from.outbox().put(reply);
            }
            Exchange finished = step.finished();
            if (finished != null) {
                settle(finished, ack, settled);
                sendWaiting(from, settled);
            }
        } finally {
            lock.unlock();
        }
        settled.forEach(Runnable::run);
    }

    /** The server has ended an exchange; what follows for others is run without the lock. */
    @GuardedBy("lock")
    private void settle(Exchange over, Packet ack, List<Runnable> settled) {
        Subscriptions.Call restored = over.restored();
        PubRec received = over.received();
        if (restored != null) {
            tellOfLosses(subscriptions.restored(restored, (Subscribe) over.packet(), (SubAck) ack));
        } else {
            Packet answer = received == null ? ack : received;
            settled.add(() -> over.answer().complete(answer));
        }
    }

    @GuardedBy("lock")
    private void fail(Exchange over, MqttException cause, List<Runnable> settled) {
        Subscriptions.Call restored = over.restored();
        if (restored != null) {
            tellOfLosses(subscriptions.notRestored(restored, (Subscribe) over.packet(), cause));
        } else {
            settled.add(() -> over.answer().completeExceptionally(cause));
        }
    }

    @GuardedBy("lock")
    private void tellOfLosses(List<Subscriptions.Loss> losses) {
        for (Subscriptions.Loss loss : losses) {
            inbox.putNow(() -> loss.listener().ended(loss.cause()));
        }
    }

    @GuardedBy("lock")
    private void tell(Consumer<ConnectionListener> event) {
        ConnectionListener listener = options.connectionListener();
        if (listener != null) {
            inbox.putNow(() -> event.accept(listener));
        }
    }

    /** A reconnector waits for its next attempt. */
    void reconnecting(Reconnector by, MqttException cause, Duration delay) {
        lock.lock();
        try {
            if (reconnector == by) {
                absence = cause;
                tell(listener -> listener.reconnecting(cause, delay));
            }
        } finally {
            lock.unlock();
        }
    }

    /** A reconnector has met what will not pass. */
    void gaveUp(Reconnector by, MqttException cause) {
        List<Runnable> settled = new ArrayList<>();
        lock.lock();
        try {
            if (reconnector == by) {
                end(cause, settled);
            }
        } finally {
            lock.unlock();
        }
        settled.forEach(Runnable::run);
    }

    @Override
    public void ended(Connection over, MqttException cause) {
        List<Runnable> settled = new ArrayList<>();
        lock.lock();
        try {
            if (connection != over) {
                return;
            }
            connection = null;
            outgoing.disconnected();
            deliveries.disconnected();
            backOff.lasted(over.nanosecondsLasted());
            settled.add(() -> reauthentication.ended(cause));
            if (options.reconnects() && !leaving && cause.isTransient()) {
                absence = cause;
                Reconnector next = new Reconnector(this, connector, backOff, cause);
                reconnector = next;
                options.threads().newThread(next).start();
            } else {
                end(cause, settled);
            }
            room.signalAll();
        } finally {
            lock.unlock();
        }
        settled.forEach(Runnable::run);
    }

    /** No connection will come by itself. */
    @GuardedBy("lock")
    private void end(MqttException cause, List<Runnable> settled) {
        reconnector = null;
        absence = cause;
        for (Exchange exchange : outgoing.ended()) {
            settled.add(() -> exchange.answer().completeExceptionally(cause));
        }
        for (MessageListener listener : subscriptions.listeners()) {
            inbox.putNow(() -> listener.ended(cause));
        }
        tell(listener -> listener.disconnected(cause));
        inbox.finish();
        room.signalAll();
    }

    /**
     * The client itself ends its connection, when the server has acknowledged what is under way, or so much time has
     * passed; an interrupt shortens it. Nothing new is taken.
     *
     * @return the connection, or null when there is none
     */
    @Nullable
    Connection leave(Duration patience) {
        MqttException closed = new MqttException(Failure.NOT_CONNECTED, "the client has closed the connection");
        List<Runnable> settled = new ArrayList<>();
        Connection left;
        lock.lock();
        try {
            leaving = true;
            room.signalAll();
            awaitAcknowledgements(patience);
            left = connection;
            Reconnector stopped = reconnector;
            if (stopped != null) {
                stopped.stop();
                end(closed, settled);
            }
            absence = closed;
        } finally {
            lock.unlock();
        }
        settled.forEach(Runnable::run);
        if (left != null) {
            ended(left, closed);
        }
        return left;
    }

    @GuardedBy("lock")
    private void awaitAcknowledgements(Duration patience) {
        long left = patience.toNanos();
        try {
            while (connection != null && outgoing.isAwaited() && left > 0) {
                left = room.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
