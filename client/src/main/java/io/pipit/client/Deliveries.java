package io.pipit.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way of messages to the application, and of its acknowledgements back to the present connection. Its lock may be
 * taken within the session's, and that of an outbox within it, never the other way round; listeners are called without.
 */
final class Deliveries {
    private final ClientOptions options;
    private final Inbox inbox;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Incoming incoming;

    @GuardedBy("lock")
    private @Nullable Connection connection;

    Deliveries(ClientOptions options, Inbox inbox) {
        this.options = options;
        this.inbox = inbox;
        this.incoming = new Incoming(options.properties().get(Property.RECEIVE_MAXIMUM, 0xFFFF));
    }

    /** Messages come from this connection now, of the session as it was or of a new one. */
    void connected(Connection present) {
        lock.lock();
        try {
            if (!present.isSessionPresent()) {
                incoming.sessionLost();
            }
            connection = present;
        } finally {
            lock.unlock();
        }
    }

    void disconnected() {
        lock.lock();
        try {
            connection = null;
            incoming.disconnected();
        } finally {
            lock.unlock();
        }
    }

    /** A PUBLISH has come for these listeners; waits while too much waits for them. */
    void received(Connection from, TopicName topic, Publish publish, List<MessageListener> listeners)
            throws ProtocolException, InterruptedException {
        publish.payload().keep();
        publish.properties().keep();
        Incoming.Receipt receipt = null;
        if (publish.qos().isAcknowledged()) {
            receipt = accept(from, publish);
            if (receipt == null) {
                return;
            }
        }
        Incoming.Receipt delivery = receipt;
        ReceivedMessage message = new ReceivedMessage(
                topic,
                publish.payload(),
                publish.qos(),
                publish.retain(),
                publish.dup(),
                publish.packetIdentifier(),
                publish.properties(),
                (reasonCode, properties) -> acknowledge(delivery, reasonCode, properties));
        inbox.put(publish.payload().size(), () -> deliver(from, listeners, message));
    }

    /** The receipt of a message that is to be delivered, or null when it has been. */
    private Incoming.@Nullable Receipt accept(Connection from, Publish publish) throws ProtocolException {
        lock.lock();
        try {
            if (connection != from) {
                return null;
            }
            Incoming.Arrival arrival = incoming.received(publish);
            Packet reply = arrival.reply();
            if (reply != null) {
                from.outbox().put(from.limits().fitting(reply));
            }
            return arrival.delivery();
        } finally {
            lock.unlock();
        }
    }

    private void deliver(Connection from, List<MessageListener> listeners, ReceivedMessage message) {
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

    private void acknowledge(Incoming.@Nullable Receipt receipt, ReasonCode reasonCode, Properties properties) {
        if (receipt == null) {
            return;
        }
        lock.lock();
        try {
            List<Packet> packets = incoming.acknowledge(receipt, reasonCode, properties);
            if (connection != null) {
                for (Packet packet : packets) {
                    connection.outbox().put(connection.limits().fitting(packet));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** A PUBREL has come: it is answered. */
    void released(Connection from, PubRel release) {
        lock.lock();
        try {
            if (connection == from) {
                from.outbox().put(incoming.released(release));
            }
        } finally {
            lock.unlock();
        }
    }
}
