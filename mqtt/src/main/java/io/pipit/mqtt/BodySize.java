package io.pipit.mqtt;

import java.util.List;

/** How many bytes a packet has behind its fixed header: its Remaining Length. Refuses what cannot be written. */
final class BodySize {
    private static final int PACKET_IDENTIFIER = 2;

    private BodySize() {}

    static int of(Packet packet, ProtocolVersion version) {
        // By type: a switch over patterns is linked anew in each process, which costs a small one half of its start.
        return switch (packet.type()) {
            case CONNECT -> ofConnect((Connect) packet);
            case CONNACK -> ofConnAck((ConnAck) packet, version);
            case PUBLISH -> ofPublish((Publish) packet, version);
            case PUBACK -> {
                PubAck ack = (PubAck) packet;
                yield PACKET_IDENTIFIER + ofOutcome(ack.reasonCode(), ack.properties(), ack, version);
            }
            case PUBREC -> {
                PubRec rec = (PubRec) packet;
                yield PACKET_IDENTIFIER + ofOutcome(rec.reasonCode(), rec.properties(), rec, version);
            }
            case PUBREL -> {
                PubRel rel = (PubRel) packet;
                yield PACKET_IDENTIFIER + ofOutcome(rel.reasonCode(), rel.properties(), rel, version);
            }
            case PUBCOMP -> {
                PubComp comp = (PubComp) packet;
                yield PACKET_IDENTIFIER + ofOutcome(comp.reasonCode(), comp.properties(), comp, version);
            }
            case SUBSCRIBE -> ofSubscribe((Subscribe) packet, version);
            case SUBACK -> ofSubAck((SubAck) packet, version);
            case UNSUBSCRIBE -> ofUnsubscribe((Unsubscribe) packet, version);
            case UNSUBACK -> ofUnsubAck((UnsubAck) packet, version);
            case PINGREQ, PINGRESP -> 0;
            case DISCONNECT -> {
                Disconnect bye = (Disconnect) packet;
                yield ofOutcome(bye.reasonCode(), bye.properties(), bye, version);
            }
            case AUTH -> ofAuth((Auth) packet, version);
        };
    }

    private static int ofConnAck(ConnAck connAck, ProtocolVersion version) {
        requireDefined(List.of(connAck.reasonCode()), connAck, version);
        return 2 + ofProperties(connAck.properties(), connAck, version);
    }

    private static int ofUnsubAck(UnsubAck unsubAck, ProtocolVersion version) {
        requireDefined(unsubAck.reasonCodes(), unsubAck, version);
        return PACKET_IDENTIFIER
                + ofProperties(unsubAck.properties(), unsubAck, version)
                + (version.hasProperties() ? unsubAck.reasonCodes().size() : 0);
    }

    private static int ofProperties(Properties properties, Packet packet, ProtocolVersion version) {
        return version.hasProperties() ? PropertiesWriter.size(properties, packet.type()) : 0;
    }

    /** A reason code and properties, which are left out from the end where they say nothing. */
    static int ofOutcome(ReasonCode reason, Properties properties, Packet packet, ProtocolVersion version) {
        if (!version.hasProperties()) {
            return 0;
        }
        ReasonCodes.require(reason, packet.type());
        if (properties.isEmpty()) {
            return reason == ReasonCode.SUCCESS ? 0 : 1;
        }
        return 1 + PropertiesWriter.size(properties, packet.type());
    }

    /** 3.x has a byte for fewer reasons: there they are translated. */
    private static void requireDefined(List<ReasonCode> reasons, Packet packet, ProtocolVersion version) {
        if (version.hasProperties()) {
            for (ReasonCode reason : reasons) {
                ReasonCodes.require(reason, packet.type());
            }
        }
    }

    private static int ofAuth(Auth auth, ProtocolVersion version) {
        if (!version.hasProperties()) {
            throw new IllegalArgumentException("MQTT " + version + " has no AUTH");
        }
        ReasonCodes.require(auth.reasonCode(), PacketType.AUTH);
        boolean leftOut =
                auth.reasonCode() == ReasonCode.SUCCESS && auth.properties().isEmpty();
        return leftOut ? 0 : 1 + PropertiesWriter.size(auth.properties(), PacketType.AUTH);
    }

    private static int ofConnect(Connect connect) {
        ProtocolVersion version = connect.version();
        int size = Utf8.fieldSize(version.protocolName()) + 4; // level, flags, Keep Alive
        size += ofProperties(connect.properties(), connect, version);
        size += Utf8.fieldSize(connect.clientIdentifier().value());
        Will will = connect.will();
        if (will != null) {
            size += version.hasProperties() ? PropertiesWriter.sizeOfWill(will.properties()) : 0;
            size += 2 + will.topic().size() + PropertiesWriter.binarySize(will.payload());
        }
        String userName = connect.userName();
        Payload password = connect.password();
        if (password != null && userName == null && !version.hasProperties()) {
            throw new IllegalArgumentException("a password without a user name in MQTT " + version);
        }
        return size
                + (userName == null ? 0 : Utf8.fieldSize(userName))
                + (password == null ? 0 : PropertiesWriter.binarySize(password));
    }

    private static int ofPublish(Publish publish, ProtocolVersion version) {
        TopicName topic = publish.topic();
        if (topic == null && !(version.hasProperties() && publish.properties().has(Property.TOPIC_ALIAS))) {
            throw new IllegalArgumentException("PUBLISH with neither Topic Name nor Topic Alias");
        }
        int header = 2
                + (topic == null ? 0 : topic.size())
                + (publish.qos().isAcknowledged() ? PACKET_IDENTIFIER : 0)
                + ofProperties(publish.properties(), publish, version);
        return withPayload(header, publish.payload());
    }

    /** The bytes of the rest of a PUBLISH and its payload. */
    static int withPayload(int headerSize, Payload payload) {
        if (payload.size() > VariableByteInteger.MAXIMUM - headerSize) {
            throw new IllegalArgumentException("a payload of " + payload.size() + " bytes fits in no packet");
        }
        return headerSize + payload.size();
    }

    private static int ofSubscribe(Subscribe subscribe, ProtocolVersion version) {
        int size = PACKET_IDENTIFIER + ofProperties(subscribe.properties(), subscribe, version);
        for (SubscriptionRequest request : subscribe.subscriptions()) {
            size += 2 + request.filter().size() + 1;
        }
        return size;
    }

    private static int ofSubAck(SubAck subAck, ProtocolVersion version) {
        requireDefined(subAck.reasonCodes(), subAck, version);
        if (version == ProtocolVersion.MQTT_3_1) {
            for (ReasonCode reason : subAck.reasonCodes()) {
                if (reason.isError()) {
                    throw new IllegalArgumentException("SUBACK of MQTT 3.1 cannot say " + reason);
                }
            }
        }
        return PACKET_IDENTIFIER
                + ofProperties(subAck.properties(), subAck, version)
                + subAck.reasonCodes().size();
    }

    private static int ofUnsubscribe(Unsubscribe unsubscribe, ProtocolVersion version) {
        int size = PACKET_IDENTIFIER + ofProperties(unsubscribe.properties(), unsubscribe, version);
        for (TopicFilter filter : unsubscribe.filters()) {
            size += 2 + filter.size();
        }
        return size;
    }
}
