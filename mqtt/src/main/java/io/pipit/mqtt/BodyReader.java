package io.pipit.mqtt;

import io.pipit.mqtt.PacketDecoder.Side;
import java.util.ArrayList;
import java.util.List;

/** Reads what follows the fixed header of all packets but CONNECT and PUBLISH. */
final class BodyReader {
    private final WireReader in;
    private final ProtocolVersion version;
    private final Side receiver;

    BodyReader(WireReader in, ProtocolVersion version, Side receiver) {
        this.in = in;
        this.version = version;
        this.receiver = receiver;
    }

    Packet read() throws ProtocolException {
        Packet packet = switch (in.packet()) {
            case CONNECT, PUBLISH -> throw new IllegalStateException(in.packet() + " has a reader of its own");
            case CONNACK -> connAck();
            case PUBACK -> new PubAck(in.packetIdentifier(), reasonCode(), properties());
            case PUBREC -> new PubRec(in.packetIdentifier(), reasonCode(), properties());
            case PUBREL -> new PubRel(in.packetIdentifier(), reasonCode(), properties());
            case PUBCOMP -> new PubComp(in.packetIdentifier(), reasonCode(), properties());
            case SUBSCRIBE -> new Subscribe(in.packetIdentifier(), requiredProperties(), subscriptions());
            case SUBACK -> new SubAck(in.packetIdentifier(), requiredProperties(), reasonCodes());
            case UNSUBSCRIBE -> new Unsubscribe(in.packetIdentifier(), requiredProperties(), filters());
            case UNSUBACK -> unsubAck();
            case PINGREQ -> new PingReq();
            case PINGRESP -> new PingResp();
            case DISCONNECT -> new Disconnect(reasonCode(), properties());
            case AUTH -> auth();
        };
        in.end();
        return packet;
    }

    private ConnAck connAck() throws ProtocolException {
        int flags = in.oneByte("Connect Acknowledge Flags");
        int code = in.oneByte("Connect Reason Code");
        boolean sessionPresent = version != ProtocolVersion.MQTT_3_1 && flags == 1;
        if (version != ProtocolVersion.MQTT_3_1 && flags > 1) {
            throw in.malformed("reserved bits of the Connect Acknowledge Flags"); // [MQTT-3.2.2-1]
        }
        ReasonCode reason =
                version.hasProperties() ? ReasonCodes.of(code, PacketType.CONNACK, receiver) : ReturnCode.reason(code);
        if (reason == null) {
            throw in.malformed("return code " + code + " is reserved");
        }
        if (sessionPresent && reason.isError()) {
            throw in.protocolError("Session Present in a refusal"); // [MQTT-3.2.2-6]
        }
        return new ConnAck(sessionPresent, reason, requiredProperties());
    }

    /** The reason code of an acknowledgement or DISCONNECT, success where it is left out. */
    private ReasonCode reasonCode() throws ProtocolException {
        return in.hasMore() ? ReasonCodes.of(in.oneByte("Reason Code"), in.packet(), receiver) : implied();
    }

    /** What a packet without a reason code says. */
    private ReasonCode implied() throws ProtocolException {
        if (in.packet() == PacketType.AUTH && receiver == Side.SERVER) {
            throw in.protocolError("success is the server's to say"); // [MQTT-3.15.2-1]
        }
        return ReasonCode.SUCCESS;
    }

    /** Properties that may be left out with their length when there are none. */
    private Properties properties() throws ProtocolException {
        return in.hasMore() ? requiredProperties() : Properties.NONE;
    }

    private Properties requiredProperties() throws ProtocolException {
        return version.hasProperties() ? PropertiesReader.read(in, receiver) : Properties.NONE;
    }

    private Auth auth() throws ProtocolException {
        if (!in.hasMore()) {
            return new Auth(implied(), Properties.NONE);
        }
        Auth auth = new Auth(reasonCode(), requiredProperties());
        if (!auth.properties().has(Property.AUTHENTICATION_METHOD)) {
            throw in.protocolError("no Authentication Method");
        }
        return auth;
    }

    private List<SubscriptionRequest> subscriptions() throws ProtocolException {
        requireMore("no Topic Filter"); // [MQTT-3.8.3-2]
        List<SubscriptionRequest> subscriptions = new ArrayList<>(4);
        while (in.hasMore()) {
            TopicFilter filter = in.topicFilter();
            SubscriptionOptions options = options(in.oneByte("Subscription Options"));
            if (options.noLocal() && filter.isShared()) {
                throw in.protocolError("No Local on a shared subscription"); // [MQTT-3.8.3-4]
            }
            subscriptions.add(new SubscriptionRequest(filter, options));
        }
        return subscriptions;
    }

    private SubscriptionOptions options(int options) throws ProtocolException {
        int qos = options & 3;
        if (!version.hasProperties()) {
            if (options > 2) {
                throw in.malformed("requested QoS byte " + options); // [3.1.1:MQTT-3.8.3-4]
            }
            return new SubscriptionOptions(QoS.of(qos));
        }
        if ((options & SubscriptionOptions.RESERVED) != 0) {
            throw in.malformed("reserved bits of the Subscription Options"); // [MQTT-3.8.3-5]
        }
        int retainHandling = (options >> SubscriptionOptions.RETAIN_HANDLING_SHIFT) & 3;
        if (qos == 3) {
            throw in.protocolError("Maximum QoS 3");
        }
        if (retainHandling == 3) {
            throw in.protocolError("Retain Handling 3");
        }
        return new SubscriptionOptions(
                QoS.of(qos),
                (options & SubscriptionOptions.NO_LOCAL) != 0,
                (options & SubscriptionOptions.RETAIN_AS_PUBLISHED) != 0,
                RetainHandling.of(retainHandling));
    }

    private List<TopicFilter> filters() throws ProtocolException {
        requireMore("no Topic Filter"); // [MQTT-3.10.3-2]
        List<TopicFilter> filters = new ArrayList<>(4);
        while (in.hasMore()) {
            filters.add(in.topicFilter());
        }
        return filters;
    }

    private List<ReasonCode> reasonCodes() throws ProtocolException {
        requireMore("no reason code");
        List<ReasonCode> reasonCodes = new ArrayList<>(4);
        while (in.hasMore()) {
            int code = in.oneByte("Reason Code");
            reasonCodes.add(
                    version.hasProperties() ? ReasonCodes.of(code, in.packet(), receiver) : subAckReturnCode(code));
        }
        return reasonCodes;
    }

    private ReasonCode subAckReturnCode(int code) throws ProtocolException {
        ReasonCode reason = ReasonCode.of(code);
        boolean failed = code == 0x80 && version == ProtocolVersion.MQTT_3_1_1;
        if (reason == null || !(code <= 2 || failed)) {
            throw in.malformed("return code %d is reserved".formatted(code)); // [3.1.1:MQTT-3.9.3-2]
        }
        return reason;
    }

    private UnsubAck unsubAck() throws ProtocolException {
        int packetIdentifier = in.packetIdentifier();
        return version.hasProperties()
                ? new UnsubAck(packetIdentifier, requiredProperties(), reasonCodes())
                : new UnsubAck(packetIdentifier, Properties.NONE, List.of());
    }

    private void requireMore(String otherwise) throws ProtocolException {
        if (!in.hasMore()) {
            throw in.protocolError(otherwise);
        }
    }
}
