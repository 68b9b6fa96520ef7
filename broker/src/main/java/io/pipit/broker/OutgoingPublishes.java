package io.pipit.broker;

import io.pipit.broker.QueueEntry.State;
import io.pipit.broker.spi.DropReason;
import io.pipit.mqtt.EncodedPublish;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.PacketType;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.TopicName;

/**
 * The PUBLISH packets to one client: encoded as it wants them, and what it answers to them. Confined to the client's
 * loop.
 */
final class OutgoingPublishes {
    private final Client client;
    private final BrokerLoop loop;
    private final TopicAliases aliases;

    OutgoingPublishes(Client client) {
        this.client = client;
        this.loop = client.loop();
        this.aliases = client.aliases();
    }

    /** Sends a message at QoS 0, unless the client does not read, or accepts no packet of its size. */
    void publishUnacknowledged(Message message, Terms terms) {
        if (!client.isOpen()) {
            client.session().dropped(message.topic(), QoS.AT_MOST_ONCE, DropReason.CLIENT_TOO_SLOW);
        } else if (!publish(message, terms, 0, false)) {
            client.session().dropped(message.topic(), QoS.AT_MOST_ONCE, DropReason.PACKET_TOO_LARGE);
        }
    }

    /** Sends a message; false when it is larger than the client accepts. */
    boolean publish(Message message, Terms terms, int packetIdentifier, boolean dup) {
        if (aliases.areSent() && publishByAlias(message, terms, packetIdentifier, dup)) {
            return true;
        }
        EncodedPublish encoded = loop.shapes().of(message, terms, client.version(), loop.time());
        if (encoded.size() > client.limits().maximumPacketSize()) {
            return false;
        }
        client.connection().send(encoded, packetIdentifier, dup);
        sent(message, terms);
        return true;
    }

    /** Sends a message with an alias; false when none is free for its topic, or the packet would be too large by it. */
    private boolean publishByAlias(Message message, Terms terms, int packetIdentifier, boolean dup) {
        TopicName topic = message.topic();
        int known = aliases.known(topic);
        int alias = known == 0 ? aliases.assign(topic) : known;
        if (alias == 0) {
            return false;
        }
        Publish publish = new Publish(
                dup,
                terms.qos(),
                terms.retain(),
                known == 0 ? topic : null,
                packetIdentifier,
                EncodedShapes.propertiesOf(message, terms, loop.time()).with(Property.TOPIC_ALIAS, alias),
                message.payload());
        if (PacketEncoder.size(publish, client.version()) > client.limits().maximumPacketSize()) {
            if (known == 0) {
                aliases.forget(topic);
            }
            return false;
        }
        client.connection().send(publish, client.version());
        sent(message, terms);
        return true;
    }

    private void sent(Message message, Terms terms) {
        loop.metrics().sentPublish(terms.qos(), message.payload().size());
        client.watchOutgoing();
    }

    /** Sends PUBREL. */
    void release(int packetIdentifier, ReasonCode reason) {
        client.send(new PubRel(packetIdentifier, reason, Properties.NONE));
    }

    /** PUBACK has come. */
    void pubAck(int packetIdentifier, ReasonCode reason) {
        complete(packetIdentifier, State.SENT, QoS.AT_LEAST_ONCE, reason.isError(), PacketType.PUBACK);
    }

    /** PUBCOMP has come, which completes whatever its reason code says. */
    void pubComp(int packetIdentifier) {
        complete(packetIdentifier, State.RELEASED, QoS.EXACTLY_ONCE, false, PacketType.PUBCOMP);
    }

    private void complete(int packetIdentifier, State expected, QoS qos, boolean refused, PacketType type) {
        if (!acknowledgements().completed(packetIdentifier, expected, qos, refused)) {
            loop.metrics().unexpectedAcknowledgement(type);
        }
    }

    /** PUBREC has come. */
    void pubRec(int packetIdentifier, ReasonCode reason) {
        if (!acknowledgements().received(packetIdentifier, reason.isError()) && !reason.isError()) {
            loop.metrics().unexpectedAcknowledgement(PacketType.PUBREC);
            release(packetIdentifier, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        }
    }

    private Acknowledgements acknowledgements() {
        return client.session().queue().acknowledgements();
    }
}
