package io.pipit.mqtt;

/** How many bytes a packet has behind its fixed header: its Remaining Length. Refuses what cannot be written. */
final class BodySize {
    private static final int PACKET_IDENTIFIER = 2;

    private BodySize() {}

    static int of(Packet packet, ProtocolVersion version) {
        return switch (packet) {
            case Connect connect -> ofConnect(connect);
            case ConnAck connAck -> 2 + ofProperties(connAck.properties(), connAck, version);
            case Publish publish -> ofPublish(publish, version);
            case PubAck ack -> PACKET_IDENTIFIER + ofOutcome(ack.reasonCode(), ack.properties(), ack, version);
            case PubRec rec -> PACKET_IDENTIFIER + ofOutcome(rec.reasonCode(), rec.properties(), rec, version);
            case PubRel rel -> PACKET_IDENTIFIER + ofOutcome(rel.reasonCode(), rel.properties(), rel, version);
            case PubComp comp -> PACKET_IDENTIFIER + ofOutcome(comp.reasonCode(), comp.properties(), comp, version);
            case Subscribe subscribe -> ofSubscribe(subscribe, version);
            case SubAck subAck -> ofSubAck(subAck, version);
            case Unsubscribe unsubscribe -> ofUnsubscribe(unsubscribe, version);
            case UnsubAck unsubAck ->
                PACKET_IDENTIFIER
                        + ofProperties(unsubAck.properties(), unsubAck, version)
                        + (version.hasProperties() ? unsubAck.reasonCodes().size() : 0);
            case PingReq ping -> 0;
            case PingResp ping -> 0;
            case Disconnect bye -> ofOutcome(bye.reasonCode(), bye.properties(), bye, version);
            case Auth auth -> ofAuth(auth, version);
        };
    }

    private static int ofProperties(Properties properties, Packet packet, ProtocolVersion version) {
        return version.hasProperties() ? PropertiesWriter.size(properties, packet.type()) : 0;
    }

    /** A reason code and properties, which are left out from the end where they say nothing. */
    static int ofOutcome(ReasonCode reason, Properties properties, Packet packet, ProtocolVersion version) {
        if (!version.hasProperties()) {
            return 0;
        }
        if (properties.isEmpty()) {
            return reason == ReasonCode.SUCCESS ? 0 : 1;
        }
        return 1 + PropertiesWriter.size(properties, packet.type());
    }

    private static int ofAuth(Auth auth, ProtocolVersion version) {
        if (!version.hasProperties()) {
            throw new IllegalArgumentException("MQTT " + version + " has no AUTH");
        }
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
