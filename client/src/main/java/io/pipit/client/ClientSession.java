package io.pipit.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.UnsubAck;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The Session State of a client (section 4.1) and the connection that it has just now, or none. It outlives
 * connections, whose packets it takes and answers. One lock guards it; that of the outbox is taken within it, never
 * the other way round, and futures are completed and listeners called without it.
 */
final class ClientSession implements Connection.Owner {
    private final ClientOptions options;
    private final Inbox inbox;
    private final ReentrantLock lock = new ReentrantLock();
    /** Room for a message of QoS 1 or 2 may have come about, or the connection has ended. */
    private final Condition room = lock.newCondition();

    @GuardedBy("lock")
    private final Outgoing outgoing = new Outgoing();

    @GuardedBy("lock")
    private final Incoming incoming;

    @GuardedBy("lock")
    private final Routes routes;

    @GuardedBy("lock")
    private @Nullable Connection connection;

    @GuardedBy("lock")
    private MqttException absence = new MqttException(Failure.NOT_CONNECTED, "the client is not connected");

    ClientSession(ClientOptions options) {
        this.options = options;
        this.inbox = new Inbox(options.threads());
        this.incoming = new Incoming(options.properties().get(Property.RECEIVE_MAXIMUM, 0xFFFF));
        this.routes = new Routes(options.messageListener());
    }

    Inbox inbox() {
        return inbox;
    }

    /** Takes over a connection that the server has accepted, and sends again what is left from the last one. */
    void connected(Connection accepted) {
        lock.lock();
        try {
            if (!accepted.connAck().sessionPresent()) {
                outgoing.discard();
                incoming.discard();
            }
            outgoing.connected(Math.min(accepted.limits().receiveMaximum(), options.maximumInFlight()));
            connection = accepted;
            resend(accepted);
            accepted.start(this);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void resend(Connection present) {
        for (Packet packet : outgoing.resend()) {
            present.outbox().put(packet);
        }
        room.signalAll();
    }

    /** The present connection. */
    Connection connection() throws MqttException {
        lock.lock();
        try {
            if (connection == null) {
                throw absence;
            }
            return connection;
        } finally {
            lock.unlock();
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

    /** Sends a message, waiting until the window has room; null at QoS 0, where nothing answers. */
    @Nullable
    Exchange publish(Message message) throws MqttException, InterruptedException {
        Connection present = connection();
        present.limits().check(message);
        present.outbox().awaitRoom();
        lock.lockInterruptibly();
        try {
            if (!message.qos().isAcknowledged()) {
                requireConnected(present);
                Publish publish = Outgoing.toPublish(message, 0);
                present.limits().checkSize(publish);
                present.outbox().put(publish);
                return null;
            }
            while (connection == present && !outgoing.hasRoom()) {
                room.await();
            }
            requireConnected(present);
            Exchange exchange = outgoing.publish(message);
            return send(present, exchange);
        } finally {
            lock.unlock();
        }
    }

    /** Sends a SUBSCRIBE or UNSUBSCRIBE. */
    Exchange request(PacketType awaited, IntFunction<Packet> packet) throws MqttException {
        lock.lock();
        try {
            Connection present = connection();
            return send(present, outgoing.begin(awaited, packet));
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private Exchange send(Connection present, Exchange exchange) throws MqttException {
        try {
            present.limits().checkSize(exchange.packet());
        } catch (MqttException tooLarge) {
            outgoing.withdraw(exchange);
            throw tooLarge;
        }
        present.outbox().put(exchange.packet());
        return exchange;
    }

    @GuardedBy("lock")
    private void requireConnected(Connection present) throws MqttException {
        if (connection != present) {
            throw absence;
        }
    }

    void route(TopicFilter filter, MessageListener listener) {
        lock.lock();
        try {
            routes.add(filter, listener);
        } finally {
            lock.unlock();
        }
    }

    void unroute(TopicFilter filter) {
        lock.lock();
        try {
            routes.remove(filter);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void received(Connection from, Packet packet) throws ProtocolException, InterruptedException {
        // By type: a switch over patterns is linked anew in each process, which costs a small one half of its start.
        switch (packet.type()) {
            case PUBLISH -> received(from, (Publish) packet);
            case PUBREL -> reply(from, (PubRel) packet);
            case PUBACK -> acknowledged(from, packet, ((PubAck) packet).packetIdentifier());
            case PUBREC -> acknowledged(from, packet, ((PubRec) packet).packetIdentifier());
            case PUBCOMP -> acknowledged(from, packet, ((PubComp) packet).packetIdentifier());
            case SUBACK -> acknowledged(from, packet, ((SubAck) packet).packetIdentifier());
            case UNSUBACK -> acknowledged(from, packet, ((UnsubAck) packet).packetIdentifier());
            case PINGRESP -> {}
            case CONNECT, CONNACK, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, AUTH, DISCONNECT ->
                throw new ProtocolException(packet.type() + " was not to be expected", ReasonCode.PROTOCOL_ERROR);
        }
    }

    private void received(Connection from, Publish publish) throws ProtocolException, InterruptedException {
        TopicName topic = from.aliases().resolve(publish);
        publish.payload().keep();
        publish.properties().keep();
        Incoming.Receipt receipt = null;
        List<MessageListener> listeners;
        lock.lockInterruptibly();
        try {
            if (connection != from) {
                return;
            }
            if (publish.qos().isAcknowledged()) {
                Incoming.Arrival arrival = incoming.received(publish);
                Packet reply = arrival.reply();
                if (reply != null) {
                    from.outbox().put(reply);
                }
                receipt = arrival.delivery();
                if (receipt == null) {
                    return;
                }
            }
            listeners = routes.of(topic);
        } finally {
            lock.unlock();
        }
        Incoming.Receipt delivery = receipt;
        Runnable acknowledgement = delivery == null ? () -> {} : () -> acknowledge(delivery);
        ReceivedMessage message = new ReceivedMessage(
                topic,
                publish.payload(),
                publish.qos(),
                publish.retain(),
                publish.dup(),
                publish.packetIdentifier(),
                publish.properties(),
                acknowledgement);
        inbox.put(publish.payload().size(), () -> tell(from, listeners, message));
    }

    private void tell(Connection from, List<MessageListener> listeners, ReceivedMessage message) {
        try {
            for (MessageListener listener : listeners) {
                listener.received(message);
            }
        } catch (RuntimeException thrown) {
            from.abort(new MqttException(
                    Failure.LISTENER_FAILED, "a listener failed at a message of " + message.topic(), thrown));
            return;
        }
        if (options.acknowledgement() == Acknowledgement.AUTOMATIC) {
            message.acknowledge();
        }
    }

    private void acknowledge(Incoming.Receipt receipt) {
        lock.lock();
        try {
            List<Packet> packets = incoming.acknowledge(receipt);
            if (connection != null) {
                for (Packet packet : packets) {
                    connection.outbox().put(packet);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void reply(Connection from, PubRel release) {
        lock.lock();
        try {
            if (connection == from) {
                from.outbox().put(incoming.released(release));
            }
        } finally {
            lock.unlock();
        }
    }

    private void acknowledged(Connection from, Packet ack, int packetIdentifier) {
        Exchange finished;
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
            finished = step.finished();
            if (finished != null) {
                resend(from);
            }
        } finally {
            lock.unlock();
        }
        if (finished != null) {
            finished.answer().complete(ack);
        }
    }

    /** The client itself ends its connection; returns it, or null when there is none. */
    @Nullable
    Connection leave() {
        Connection left;
        lock.lock();
        try {
            left = connection;
        } finally {
            lock.unlock();
        }
        if (left != null) {
            ended(left, new MqttException(Failure.NOT_CONNECTED, "the client has closed the connection"));
        }
        return left;
    }

    @Override
    public void ended(Connection over, MqttException cause) {
        List<Exchange> unanswered;
        lock.lock();
        try {
            if (connection != over) {
                return;
            }
            connection = null;
            absence = cause;
            unanswered = outgoing.disconnected();
            incoming.disconnected();
            for (MessageListener listener : routes.all()) {
                inbox.putNow(() -> listener.connectionEnded(cause));
            }
            inbox.finish();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        for (Exchange exchange : unanswered) {
            exchange.answer().completeExceptionally(cause);
        }
    }
}
