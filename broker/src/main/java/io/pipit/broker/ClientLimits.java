package io.pipit.broker;

import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PacketEncoder;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.UnsubAck;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks the broker to keep to.
 *
 * @param receiveMaximum QoS 1 and 2 messages that it takes unacknowledged, 1 to 65,535
 * @param maximumPacketSize bytes of a packet that it accepts
 * @param problemInformation whether it wants Reason Strings and User Properties in other packets than PUBLISH,
 *     CONNACK and DISCONNECT [MQTT-3.1.2-29]
 */
record ClientLimits(int receiveMaximum, long maximumPacketSize, boolean problemInformation) {
    /** Of a client that has not said anything, and of every client of 3.x. */
    static final ClientLimits NONE = new ClientLimits(65_535, Long.MAX_VALUE, true);

    /** What a CONNECT says. */
    static ClientLimits of(Connect connect, Settings.Mqtt settings) {
        Properties properties = connect.properties();
        int receiveMaximum = properties.get(Property.RECEIVE_MAXIMUM, 65_535);
        return new ClientLimits(
                connect.version().hasProperties() ? receiveMaximum : settings.receiveMaximum(),
                properties.get(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE),
                properties.get(Property.REQUEST_PROBLEM_INFORMATION, 1) == 1);
    }

    /** A Session Expiry Interval cut to what the broker allows. */
    long sessionExpiry(long wantedSeconds, Settings.Session settings) {
        long maximum = settings.maximumExpiry().toSeconds();
        return maximum == 0 ? wantedSeconds : Math.min(wantedSeconds, maximum);
    }

    /**
     * The packet as the client accepts it: without Reason String and User Properties where it does not want them or
     * they make the packet too large, or null when it is too large in any case [MQTT-3.1.2-24].
     */
    @Nullable
    Packet fit(Packet packet, ProtocolVersion version) {
        Packet wanted = problemInformation || packet instanceof ConnAck || packet instanceof Disconnect
                ? packet
                : withoutProblemInformation(packet);
        if (maximumPacketSize == Long.MAX_VALUE || PacketEncoder.size(wanted, version) <= maximumPacketSize) {
            return wanted;
        }
        Packet shorter = withoutProblemInformation(wanted);
        return PacketEncoder.size(shorter, version) <= maximumPacketSize ? shorter : null;
    }

    private static Packet withoutProblemInformation(Packet packet) {
        return switch (packet) {
            case ConnAck(boolean present, var reason, Properties properties) ->
                new ConnAck(present, reason, strip(properties));
            case PubAck(int identifier, var reason, Properties properties) ->
                new PubAck(identifier, reason, strip(properties));
            case PubRec(int identifier, var reason, Properties properties) ->
                new PubRec(identifier, reason, strip(properties));
            case PubRel(int identifier, var reason, Properties properties) ->
                new PubRel(identifier, reason, strip(properties));
            case PubComp(int identifier, var reason, Properties properties) ->
                new PubComp(identifier, reason, strip(properties));
            case SubAck(int identifier, Properties properties, var reasons) ->
                new SubAck(identifier, strip(properties), reasons);
            case UnsubAck(int identifier, Properties properties, var reasons) ->
                new UnsubAck(identifier, strip(properties), reasons);
            case Disconnect(var reason, Properties properties) -> new Disconnect(reason, strip(properties));
            default -> packet;
        };
    }

    private static Properties strip(Properties properties) {
        return properties.isEmpty()
                ? properties
                : properties.only(property -> property != Property.REASON_STRING && property != Property.USER_PROPERTY);
    }
}
