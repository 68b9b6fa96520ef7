package io.pipit.simulation;

import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.PingReq;
import io.pipit.mqtt.PingResp;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.UnsubAck;
import io.pipit.mqtt.Unsubscribe;
import java.util.Arrays;
import java.util.List;

/** The words of a dialogue: one for each packet that a client sends or expects. */
public final class Packets {
    private Packets() {}

    public static ConnectDraft connect(String clientIdentifier) {
        return ConnectDraft.of(clientIdentifier);
    }

    /** A CONNACK that accepts, without Session Present. */
    public static ConnAck connack() {
        return new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE);
    }

    /** A CONNACK that accepts, with Session Present. */
    public static ConnAck connackPresent() {
        return new ConnAck(true, ReasonCode.SUCCESS, Properties.NONE);
    }

    public static ConnAck connack(ReasonCode reason) {
        return new ConnAck(false, reason, Properties.NONE);
    }

    /** A CONNACK that accepts, without Session Present, with this property. */
    public static <T> ConnAck connack(Property<T> property, T value) {
        return new ConnAck(false, ReasonCode.SUCCESS, Properties.of(property, value));
    }

    public static PublishDraft publish(String topic, String payload) {
        return PublishDraft.of(topic, Payload.of(payload));
    }

    public static PublishDraft publish(String topic, Payload payload) {
        return PublishDraft.of(topic, payload);
    }

    public static PubAck puback(int packetIdentifier) {
        return new PubAck(packetIdentifier);
    }

    public static PubAck puback(int packetIdentifier, ReasonCode reason) {
        return new PubAck(packetIdentifier, reason, Properties.NONE);
    }

    public static PubRec pubrec(int packetIdentifier) {
        return new PubRec(packetIdentifier);
    }

    public static PubRec pubrec(int packetIdentifier, ReasonCode reason) {
        return new PubRec(packetIdentifier, reason, Properties.NONE);
    }

    public static PubRel pubrel(int packetIdentifier) {
        return new PubRel(packetIdentifier);
    }

    public static PubRel pubrel(int packetIdentifier, ReasonCode reason) {
        return new PubRel(packetIdentifier, reason, Properties.NONE);
    }

    public static PubComp pubcomp(int packetIdentifier) {
        return new PubComp(packetIdentifier);
    }

    public static PubComp pubcomp(int packetIdentifier, ReasonCode reason) {
        return new PubComp(packetIdentifier, reason, Properties.NONE);
    }

    /** A SUBSCRIBE to a filter at QoS 2. */
    public static SubscribeDraft subscribe(int packetIdentifier, String filter) {
        return SubscribeDraft.of(packetIdentifier, filter);
    }

    public static SubAck suback(int packetIdentifier, ReasonCode... reasons) {
        return new SubAck(packetIdentifier, Properties.NONE, List.of(reasons));
    }

    public static Unsubscribe unsubscribe(int packetIdentifier, String... filters) {
        List<TopicFilter> all = Arrays.stream(filters).map(TopicFilter::of).toList();
        return new Unsubscribe(packetIdentifier, Properties.NONE, all);
    }

    /** Without reasons as in 3.x. */
    public static UnsubAck unsuback(int packetIdentifier, ReasonCode... reasons) {
        return new UnsubAck(packetIdentifier, Properties.NONE, List.of(reasons));
    }

    public static PingReq pingreq() {
        return new PingReq();
    }

    public static PingResp pingresp() {
        return new PingResp();
    }

    public static Disconnect disconnect() {
        return new Disconnect();
    }

    public static Disconnect disconnect(ReasonCode reason) {
        return new Disconnect(reason, Properties.NONE);
    }

    /** A DISCONNECT that changes the Session Expiry Interval. */
    public static Disconnect disconnectWithExpiry(long seconds) {
        return new Disconnect(ReasonCode.SUCCESS, Properties.of(Property.SESSION_EXPIRY_INTERVAL, seconds));
    }
}
