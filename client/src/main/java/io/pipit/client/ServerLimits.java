package io.pipit.client;

import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.Subscribe;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;

/**
 * What the server of one connection announced in CONNACK.
 *
 * @param keepAliveSeconds the server's own, or else what CONNECT said
 */
record ServerLimits(
        ProtocolVersion version,
        int receiveMaximum,
        int maximumQoS,
        boolean retainAvailable,
        long maximumPacketSize,
        int topicAliasMaximum,
        boolean wildcardsAvailable,
        boolean subscriptionIdentifiersAvailable,
        boolean sharedAvailable,
        int keepAliveSeconds) {

    static ServerLimits of(ConnAck connAck, ProtocolVersion version, int keepAliveSeconds) {
        Properties announced = connAck.properties();
        return new ServerLimits(
                version,
                announced.get(Property.RECEIVE_MAXIMUM, 0xFFFF),
                announced.get(Property.MAXIMUM_QOS, 2),
                announced.get(Property.RETAIN_AVAILABLE, 1) == 1,
                announced.get(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE),
                announced.get(Property.TOPIC_ALIAS_MAXIMUM, 0),
                announced.get(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 1) == 1,
                announced.get(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 1) == 1,
                announced.get(Property.SHARED_SUBSCRIPTION_AVAILABLE, 1) == 1,
                announced.get(Property.SERVER_KEEP_ALIVE, keepAliveSeconds)); // [MQTT-3.1.2-21]
    }

    /** Refuses a packet that the server would have to refuse, most by ending the connection. */
    void check(Packet packet) throws MqttException {
        if (packet instanceof Publish publish) {
            check(publish);
        } else if (packet instanceof Subscribe subscribe) {
            check(subscribe);
        }
        if (maximumPacketSize < Long.MAX_VALUE) {
            int size = PacketEncoder.size(packet, version);
            if (size > maximumPacketSize) { // [MQTT-3.2.2-15]
                throw notPossible(
                        "the server's Maximum Packet Size is " + maximumPacketSize + " bytes, the packet has " + size,
                        ReasonCode.PACKET_TOO_LARGE);
            }
        }
    }

    /** A packet that answers or ends, without its properties where they would make it too large for the server. */
    Packet fitting(Packet packet) {
        if (maximumPacketSize == Long.MAX_VALUE || PacketEncoder.size(packet, version) <= maximumPacketSize) {
            return packet;
        }
        if (packet instanceof PubAck ack) { // [MQTT-3.4.2-2] [MQTT-3.4.2-3]
            return new PubAck(ack.packetIdentifier(), ack.reasonCode(), Properties.NONE);
        }
        if (packet instanceof PubRec ack) { // [MQTT-3.5.2-2] [MQTT-3.5.2-3]
            return new PubRec(ack.packetIdentifier(), ack.reasonCode(), Properties.NONE);
        }
        if (packet instanceof Disconnect last) { // [MQTT-3.14.2-3] [MQTT-3.14.2-4]
            return new Disconnect(last.reasonCode(), Properties.NONE);
        }
        return packet;
    }

    private void check(Publish publish) throws MqttException {
        if (publish.qos().level() > maximumQoS) {
            throw notPossible( // [MQTT-3.2.2-11]
                    "the server's Maximum QoS is " + maximumQoS + ", the message has QoS "
                            + publish.qos().level(),
                    ReasonCode.QOS_NOT_SUPPORTED);
        }
        if (publish.retain() && !retainAvailable) { // [MQTT-3.2.2-14]
            throw notPossible("the server keeps no retained messages", ReasonCode.RETAIN_NOT_SUPPORTED);
        }
        int alias = version.hasProperties() ? publish.properties().get(Property.TOPIC_ALIAS, 0) : 0;
        if (alias > topicAliasMaximum) {
            throw notPossible( // [MQTT-3.3.2-9]
                    "the server's Topic Alias Maximum is " + topicAliasMaximum + ", the message has " + alias,
                    ReasonCode.TOPIC_ALIAS_INVALID);
        }
    }

    private void check(Subscribe subscribe) throws MqttException {
        if (!subscriptionIdentifiersAvailable && subscribe.properties().has(Property.SUBSCRIPTION_IDENTIFIER)) {
            throw notPossible(
                    "the server has no Subscription Identifiers", ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED);
        }
        for (SubscriptionRequest request : subscribe.subscriptions()) {
            TopicFilter filter = request.filter();
            if (filter.isShared() && request.options().noLocal()) { // [MQTT-3.8.3-4]
                throw notPossible(
                        "No Local is not for shared subscriptions such as " + filter, ReasonCode.PROTOCOL_ERROR);
            }
            if (!wildcardsAvailable && filter.hasWildcards()) {
                throw notPossible(
                        "the server has no subscriptions with wildcards such as " + filter,
                        ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);
            }
            if (!sharedAvailable && filter.isShared()) {
                throw notPossible(
                        "the server has no shared subscriptions such as " + filter,
                        ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED);
            }
        }
    }

    private static MqttException notPossible(String text, ReasonCode reasonCode) {
        return new MqttException(Failure.NOT_POSSIBLE, text, reasonCode, Properties.NONE);
    }
}
