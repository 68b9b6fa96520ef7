package io.pipit.broker;

import io.pipit.broker.ReceivedIdentifiers.Receipt;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Storage;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolException;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The PUBLISH packets of one client: checked, turned into messages, published, and acknowledged in their order
 * [MQTT-4.6.0-2] when that is safe. Confined to the client's loop.
 */
final class IncomingPublishes {
    private static final long READ_TURN_NANOS = 1_000_000_000L;

    private final Client client;
    private final BrokerLoop loop;
    private final Session session;
    private final Settings.Mqtt settings;
    private final Timers.Timer readTurn;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private int unacknowledged;
    private @Nullable TopicName lastTopic;
    private boolean lastTopicAllowed;
    private @Nullable RefusedTopics refused;

    /** One that waits for its acknowledgement. */
    private final class Pending implements Publication.Origin {
        private final int packetIdentifier;
        private final QoS qos;
        private final Publication publication;

        Pending(Message message, int packetIdentifier) {
            this.packetIdentifier = packetIdentifier;
            this.qos = message.qos();
            this.publication = new Publication(loop, message, this);
        }

        @Override
        public void complete(Publication completed) {
            completed.countLoss();
            if (completed.loss() == DropReason.STORAGE_REFUSED
                    && !client.version().hasProperties()) {
                refused().add(completed.message().topic());
            }
            if (qos == QoS.EXACTLY_ONCE) {
                session.received().settle(packetIdentifier, !completed.outcome().isError());
            }
            acknowledgeCompleted();
        }
    }

    IncomingPublishes(Client client) {
        this.client = client;
        this.loop = client.loop();
        this.session = client.session();
        this.settings = loop.settings().mqtt();
        this.readTurn = Timers.timer(() -> client.resume(Pause.STORAGE));
    }

    /** A PUBLISH has come. */
    void receive(Publish publish) throws ProtocolException {
        loop.metrics().receivedPublish(publish.qos(), publish.payload().size());
        TopicName topic = client.aliases().resolve(publish);
        if (publish.qos().level() > settings.maximumQos().level()) { // [MQTT-3.2.2-11]
            throw new ProtocolException(
                    "QoS " + publish.qos().level() + " is above the maximum of "
                            + settings.maximumQos().level(),
                    ReasonCode.QOS_NOT_SUPPORTED);
        }
        boolean allowed = isAllowed(topic);
        boolean retain = publish.retain() && mayRetain(publish, topic);
        Message message = messageOf(publish, topic, retain);
        switch (publish.qos()) {
            case AT_MOST_ONCE -> {
                if (allowed) {
                    loop.publish(message);
                    loop.memory().published(client);
                } else {
                    session.dropped(topic, QoS.AT_MOST_ONCE, DropReason.NOT_AUTHORIZED);
                }
            }
            case AT_LEAST_ONCE -> {
                count();
                start(new Pending(message, publish.packetIdentifier()), allowed);
            }
            case EXACTLY_ONCE -> receiveOnce(publish, message, allowed);
        }
    }

    private void receiveOnce(Publish publish, Message message, boolean allowed) throws ProtocolException {
        int packetIdentifier = publish.packetIdentifier();
        if (!session.received().isKnown(packetIdentifier)) {
            count(); // before it is received: one too many ends the connection, and may come again on the next
        }
        Receipt receipt = session.received().receive(packetIdentifier);
        switch (receipt) {
            case FIRST -> {
                Pending first = new Pending(message, packetIdentifier);
                SessionRows rows = session.rows();
                if (rows != null && allowed) {
                    rows.putReceived(packetIdentifier, first.publication.batch());
                }
                start(first, allowed);
            }
            case DUPLICATE -> client.send(new PubRec(packetIdentifier)); // [MQTT-4.3.3-10]
            case PENDING -> {
                if (pending.stream().noneMatch(one -> one.packetIdentifier == packetIdentifier)) {
                    session.received().await(packetIdentifier);
                }
            }
        }
    }

    private void count() throws ProtocolException {
        unacknowledged++;
        if (unacknowledged > settings.receiveMaximum() && client.version().hasProperties()) { // [MQTT-3.3.4-7]
            throw new ProtocolException(
                    "more than " + settings.receiveMaximum() + " messages are not acknowledged",
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
        }
    }

    private void start(Pending one, boolean allowed) {
        pending.add(one);
        if (!allowed) {
            session.dropped(one.publication.message().topic(), one.qos, DropReason.NOT_AUTHORIZED);
            one.publication.refuse(ReasonCode.NOT_AUTHORIZED, null);
        } else if (refused != null && refused.contains(one.publication.message().topic())) {
            one.publication.refuse(ReasonCode.QUOTA_EXCEEDED, DropReason.STORAGE_REFUSED);
        } else {
            one.publication.begin();
        }
        loop.memory().published(client);
        if (isAboveBounds()) {
            pauseForStorage();
        }
    }

    private RefusedTopics refused() {
        RefusedTopics topics = refused;
        if (topics == null) {
            topics = new RefusedTopics();
            refused = topics;
        }
        return topics;
    }

    /** Reads nothing more for now, but for one turn a second, in which acknowledgements and PINGREQ get through. */
    private void pauseForStorage() {
        client.pause(Pause.STORAGE);
        if (!readTurn.isScheduled()) {
            loop.timers().schedule(readTurn, READ_TURN_NANOS);
        }
    }

    /** Whether something of this client waits, and too much for the storage, or too much of its own. */
    private boolean isAboveBounds() {
        if (pending.isEmpty()) {
            return false;
        }
        long bound = loop.settings().limits().uncommittedBytes();
        boolean knowsReceiveMaximum = client.version().hasProperties(); // who goes beyond it is disconnected
        return (bound > 0 && loop.broker().storage().pendingBytes() > bound)
                || (!knowsReceiveMaximum && pending.size() >= settings.receiveMaximum());
    }

    private boolean isAllowed(TopicName topic) throws ProtocolException {
        if (!topic.equals(lastTopic)) { // mostly the same object: topics come interned
            if (settings.maximumTopicLevels() > 0 && topic.levels() > settings.maximumTopicLevels()) {
                throw new ProtocolException(
                        "a topic of more than " + settings.maximumTopicLevels() + " levels",
                        ReasonCode.TOPIC_NAME_INVALID);
            }
            lastTopicAllowed = loop.broker().authorizer().mayPublish(client.identity(), topic);
            lastTopic = topic;
        }
        return lastTopicAllowed;
    }

    /** Whether there are retained messages; 3.x cannot be told that there are none, and its message goes on without. */
    private boolean mayRetain(Publish publish, TopicName topic) throws ProtocolException {
        if (settings.retainAvailable()) {
            return true;
        }
        if (client.version().hasProperties()) { // [MQTT-3.2.2-14]
            throw new ProtocolException("RETAIN is not available", ReasonCode.RETAIN_NOT_SUPPORTED);
        }
        session.dropped(topic, publish.qos(), DropReason.RETAIN_NOT_AVAILABLE);
        return false;
    }

    private Message messageOf(Publish publish, TopicName topic, boolean retain) {
        Properties properties = publish.properties();
        if (properties.isEmpty()) {
            return new Message(
                    topic,
                    publish.payload(),
                    publish.qos(),
                    retain,
                    properties,
                    Message.NEVER,
                    session.clientIdentifier());
        }
        return new Message(
                topic,
                publish.payload(),
                publish.qos(),
                retain,
                properties.only(Message::isForwarded),
                loop.time().expiryAfter(properties.get(Property.MESSAGE_EXPIRY_INTERVAL)),
                session.clientIdentifier());
    }

    /** Acknowledges from the front what is complete. */
    private void acknowledgeCompleted() {
        for (Pending one = pending.peek(); one != null && one.publication.isComplete(); one = pending.peek()) {
            pending.remove();
            acknowledge(one);
        }
        if (!isAboveBounds()) {
            client.resume(Pause.STORAGE);
        }
    }

    private void acknowledge(Pending one) {
        ReasonCode reason = one.publication.outcome();
        Client current = session.client();
        if (current != client) {
            if (current != null && session.received().isAwaited(one.packetIdentifier)) {
                acknowledgeRepeated(current, one.packetIdentifier, reason);
            }
            return;
        }
        if (reason.isError() && !client.version().hasProperties()) {
            acknowledgeWithoutReason(one, reason);
            return;
        }
        if (one.qos == QoS.AT_LEAST_ONCE || reason.isError()) {
            unacknowledged--;
        }
        client.send(
                one.qos == QoS.AT_LEAST_ONCE
                        ? new PubAck(one.packetIdentifier, reason, Properties.NONE)
                        : new PubRec(one.packetIdentifier, reason, Properties.NONE));
    }

    /** The PUBREC for which a newer connection waits, since it has repeated the PUBLISH. */
    private void acknowledgeRepeated(Client current, int packetIdentifier, ReasonCode reason) {
        if (reason.isError() && !current.version().hasProperties()) { // only the storage refuses what has begun
            current.closeLater(loop.settings().disk().refuseAfter());
        } else {
            current.send(new PubRec(packetIdentifier, reason, Properties.NONE));
        }
    }

    /**
     * 3.x cannot say no [3.1.1:MQTT-3.3.5-2]: what may not be published is acknowledged, what was not kept is not.
     * Since that is repeated only on another connection, this one ends: after a while if the storage refuses.
     */
    private void acknowledgeWithoutReason(Pending one, ReasonCode reason) {
        if (one.publication.loss() == DropReason.STORAGE_REFUSED) {
            client.closeLater(loop.settings().disk().refuseAfter());
        } else if (reason != ReasonCode.NOT_AUTHORIZED) {
            client.disconnect(reason, "the message was refused");
        } else if (one.qos == QoS.AT_LEAST_ONCE) {
            client.send(new PubAck(one.packetIdentifier));
        } else {
            session.received().receive(one.packetIdentifier);
            session.received().settle(one.packetIdentifier, true);
            client.send(new PubRec(one.packetIdentifier));
        }
    }

    /** PUBREL has come. */
    void release(int packetIdentifier) {
        ReceivedIdentifiers received = session.received();
        if (received.release(packetIdentifier)) {
            unacknowledged = Math.max(0, unacknowledged - 1);
            complete(packetIdentifier);
        } else if (!received.isReleasing(packetIdentifier)) {
            client.send(new PubComp(packetIdentifier, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE));
        }
    }

    /** The removal of a received identifier, durable before PUBCOMP when the session is stored. */
    private void complete(int packetIdentifier) {
        SessionRows rows = session.rows();
        if (rows == null) {
            session.received().released(packetIdentifier);
            client.send(new PubComp(packetIdentifier));
            return;
        }
        Batch batch = new Batch(Batch.Urgency.DURABLE);
        rows.removeReceived(packetIdentifier, batch);
        loop.commit(batch, session.clientIdentifier().value(), commit -> {
            session.received().released(packetIdentifier);
            if (commit instanceof Storage.Commit.Failed) {
                session.received().restore(packetIdentifier); // as its row is: PUBREL will come again
            }
            Client current = session.client();
            if (current == null || !current.isEstablished()) {
                return; // whoever comes next sends PUBREL again
            }
            switch (commit) {
                case Storage.Commit.Durable() -> current.send(new PubComp(packetIdentifier));
                case Storage.Commit.Failed(String why, boolean full) ->
                    current.disconnect(ReasonCode.QUOTA_EXCEEDED, why);
            }
        });
    }
}
