package io.pipit.simulation;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Connect;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.Will;
import org.jspecify.annotations.Nullable;

/** A CONNECT in the making; each word makes a new one. At first it is 5.0 with Clean Start and without Keep Alive. */
public record ConnectDraft(
        ProtocolVersion version,
        boolean bridge,
        String clientIdentifier,
        boolean cleanStart,
        int keepAliveSeconds,
        @Nullable Will will,
        @Nullable String userName,
        @Nullable Payload password,
        Properties properties) {

    static ConnectDraft of(String clientIdentifier) {
        return new ConnectDraft(
                ProtocolVersion.MQTT_5_0, false, clientIdentifier, true, 0, null, null, null, Properties.NONE);
    }

    /** The packet. */
    public Connect packet() {
        return new Connect(
                version,
                bridge,
                new ClientIdentifier(clientIdentifier),
                cleanStart,
                keepAliveSeconds,
                will,
                userName,
                password,
                properties);
    }

    /** In MQTT 3.1.1. */
    public ConnectDraft v311() {
        return version(ProtocolVersion.MQTT_3_1_1);
    }

    /** In MQTT 3.1. */
    public ConnectDraft v31() {
        return version(ProtocolVersion.MQTT_3_1);
    }

    public ConnectDraft version(ProtocolVersion other) {
        return new ConnectDraft(
                other, bridge, clientIdentifier, cleanStart, keepAliveSeconds, will, userName, password, properties);
    }

    /** With the high bit of the protocol level, as mosquitto's bridges. */
    public ConnectDraft asBridge() {
        return new ConnectDraft(
                version, true, clientIdentifier, cleanStart, keepAliveSeconds, will, userName, password, properties);
    }

    /** Clean Start 0, in 3.x Clean Session 0: what is there is resumed. */
    public ConnectDraft resuming() {
        return new ConnectDraft(
                version, bridge, clientIdentifier, false, keepAliveSeconds, will, userName, password, properties);
    }

    public ConnectDraft keepAlive(int seconds) {
        return new ConnectDraft(
                version, bridge, clientIdentifier, cleanStart, seconds, will, userName, password, properties);
    }

    public ConnectDraft user(String name, String secret) {
        return new ConnectDraft(
                version,
                bridge,
                clientIdentifier,
                cleanStart,
                keepAliveSeconds,
                will,
                name,
                Payload.of(secret),
                properties);
    }

    /** With a Will Message, whose QoS, RETAIN and properties are those of the draft. */
    public ConnectDraft will(PublishDraft draft) {
        Will message = new Will(draft.topicName(), draft.payload(), draft.qos(), draft.retain(), draft.properties());
        return new ConnectDraft(
                version,
                bridge,
                clientIdentifier,
                cleanStart,
                keepAliveSeconds,
                message,
                userName,
                password,
                properties);
    }

    public <T> ConnectDraft with(Property<T> property, T value) {
        return new ConnectDraft(
                version,
                bridge,
                clientIdentifier,
                cleanStart,
                keepAliveSeconds,
                will,
                userName,
                password,
                properties.with(property, value));
    }

    /** With a Session Expiry Interval of so many seconds. */
    public ConnectDraft expiry(long seconds) {
        return with(Property.SESSION_EXPIRY_INTERVAL, seconds);
    }

    public ConnectDraft receiveMaximum(int messages) {
        return with(Property.RECEIVE_MAXIMUM, messages);
    }

    public ConnectDraft maximumPacketSize(long bytes) {
        return with(Property.MAXIMUM_PACKET_SIZE, bytes);
    }

    public ConnectDraft topicAliasMaximum(int aliases) {
        return with(Property.TOPIC_ALIAS_MAXIMUM, aliases);
    }
}
