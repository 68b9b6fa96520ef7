package io.pipit.client;

import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.ReasonCode;

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
                announced.get(Property.SERVER_KEEP_ALIVE, keepAliveSeconds)); // [MQTT-3.1.2-21]
    }

    /** Refuses a message that the server would have to refuse by ending the connection. */
    void check(Message message) throws MqttException {
        if (message.qos().level() > maximumQoS) {
            throw notPossible( // [MQTT-3.2.2-11]
                    "the server's Maximum QoS is " + maximumQoS + ", the message has QoS "
                            + message.qos().level(),
                    ReasonCode.QOS_NOT_SUPPORTED);
        }
        if (message.retain() && !retainAvailable) {
            throw notPossible("the server keeps no retained messages", ReasonCode.RETAIN_NOT_SUPPORTED);
        }
        int alias = version.hasProperties() ? message.properties().get(Property.TOPIC_ALIAS, 0) : 0;
        if (alias > topicAliasMaximum) {
            throw notPossible( // [MQTT-3.3.2-9]
                    "the server's Topic Alias Maximum is " + topicAliasMaximum + ", the message has " + alias,
                    ReasonCode.TOPIC_ALIAS_INVALID);
        }
    }

    /** Refuses a packet that is too large for the server [MQTT-3.2.2-15]. */
    void checkSize(Packet packet) throws MqttException {
        if (maximumPacketSize < Long.MAX_VALUE) {
            int size = PacketEncoder.size(packet, version);
            if (size > maximumPacketSize) {
                throw notPossible(
                        "the server's Maximum Packet Size is " + maximumPacketSize + " bytes, the packet has " + size,
                        ReasonCode.PACKET_TOO_LARGE);
            }
        }
    }

    private static MqttException notPossible(String text, ReasonCode reasonCode) {
        return new MqttException(Failure.NOT_POSSIBLE, text, reasonCode, Properties.NONE);
    }
}
