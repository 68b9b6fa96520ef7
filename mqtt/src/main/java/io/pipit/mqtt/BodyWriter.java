package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;

/** Writes what follows the fixed header of a packet that {@link BodySize} has measured. */
final class BodyWriter {
    private final ProtocolVersion version;
    private final ByteBuf out;

    BodyWriter(ProtocolVersion version, ByteBuf out) {
        this.version = version;
        this.out = out;
    }

    void write(Packet packet) {
        // By type: a switch over patterns is linked anew in each process, which costs a small one half of its start.
        switch (packet.type()) {
            case CONNECT -> connect((Connect) packet);
            case CONNACK -> connAck((ConnAck) packet);
            case PUBLISH -> publish((Publish) packet);
            case PUBACK -> {
                PubAck ack = (PubAck) packet;
                acknowledgement(ack.packetIdentifier(), ack.reasonCode(), ack.properties(), ack);
            }
            case PUBREC -> {
                PubRec rec = (PubRec) packet;
                acknowledgement(rec.packetIdentifier(), rec.reasonCode(), rec.properties(), rec);
            }
            case PUBREL -> {
                PubRel rel = (PubRel) packet;
                acknowledgement(rel.packetIdentifier(), rel.reasonCode(), rel.properties(), rel);
            }
            case PUBCOMP -> {
                PubComp comp = (PubComp) packet;
                acknowledgement(comp.packetIdentifier(), comp.reasonCode(), comp.properties(), comp);
            }
            case SUBSCRIBE -> subscribe((Subscribe) packet);
            case SUBACK -> subAck((SubAck) packet);
            case UNSUBSCRIBE -> unsubscribe((Unsubscribe) packet);
            case UNSUBACK -> unsubAck((UnsubAck) packet);
            case PINGREQ, PINGRESP -> {}
            case DISCONNECT -> {
                Disconnect bye = (Disconnect) packet;
                outcome(bye.reasonCode(), bye.properties(), bye);
            }
            case AUTH -> auth((Auth) packet);
        }
    }

    private void connect(Connect connect) {
        boolean hasProperties = connect.version().hasProperties();
        Utf8.writeField(connect.version().protocolName(), out);
        out.writeByte(connect.version().level() | (connect.bridge() && !hasProperties ? ConnectFlags.BRIDGE : 0));
        out.writeByte(ConnectFlags.of(connect));
        out.writeShort(connect.keepAliveSeconds());
        if (hasProperties) {
            PropertiesWriter.write(connect.properties(), out);
        }
        Utf8.writeField(connect.clientIdentifier().value(), out);
        Will will = connect.will();
        if (will != null) {
            if (hasProperties) {
                PropertiesWriter.write(will.properties(), out);
            }
            field(will.topic().utf8());
            PropertiesWriter.writeBinary(will.payload(), out);
        }
        String userName = connect.userName();
        if (userName != null) {
            Utf8.writeField(userName, out);
        }
        Payload password = connect.password();
        if (password != null) {
            PropertiesWriter.writeBinary(password, out);
        }
    }

    private void connAck(ConnAck connAck) {
        boolean sessionPresent = connAck.sessionPresent()
                && version != ProtocolVersion.MQTT_3_1
                && !connAck.reasonCode().isError(); // [MQTT-3.2.2-6]
        out.writeByte(sessionPresent ? 1 : 0);
        out.writeByte(version.hasProperties() ? connAck.reasonCode().code() : ReturnCode.of(connAck.reasonCode()));
        properties(connAck.properties());
    }

    private void publish(Publish publish) {
        TopicName topic = publish.topic();
        if (topic == null) {
            out.writeShort(0);
        } else {
            field(topic.utf8());
        }
        if (publish.qos().isAcknowledged()) {
            out.writeShort(publish.packetIdentifier());
        }
        properties(publish.properties());
        publish.payload().writeTo(out);
    }

    private void acknowledgement(int packetIdentifier, ReasonCode reason, Properties properties, Packet packet) {
        out.writeShort(packetIdentifier);
        outcome(reason, properties, packet);
    }

    private void outcome(ReasonCode reason, Properties properties, Packet packet) {
        int size = BodySize.ofOutcome(reason, properties, packet, version);
        if (size > 0) {
            out.writeByte(reason.code());
        }
        if (size > 1) {
            PropertiesWriter.write(properties, out);
        }
    }

    private void auth(Auth auth) {
        if (auth.reasonCode() != ReasonCode.SUCCESS || !auth.properties().isEmpty()) {
            out.writeByte(auth.reasonCode().code());
            PropertiesWriter.write(auth.properties(), out);
        }
    }

    private void subscribe(Subscribe subscribe) {
        out.writeShort(subscribe.packetIdentifier());
        properties(subscribe.properties());
        for (SubscriptionRequest request : subscribe.subscriptions()) {
            field(request.filter().utf8());
            out.writeByte(options(request.options()));
        }
    }

    private int options(SubscriptionOptions options) {
        int qos = options.maximumQoS().level();
        if (!version.hasProperties()) {
            return qos;
        }
        return qos
                | (options.noLocal() ? SubscriptionOptions.NO_LOCAL : 0)
                | (options.retainAsPublished() ? SubscriptionOptions.RETAIN_AS_PUBLISHED : 0)
                | options.retainHandling().option() << SubscriptionOptions.RETAIN_HANDLING_SHIFT;
    }

    private void subAck(SubAck subAck) {
        out.writeShort(subAck.packetIdentifier());
        properties(subAck.properties());
        for (ReasonCode reason : subAck.reasonCodes()) {
            // 3.1.1 has one code for all failures
            out.writeByte(!version.hasProperties() && reason.isError() ? 0x80 : reason.code());
        }
    }

    private void unsubscribe(Unsubscribe unsubscribe) {
        out.writeShort(unsubscribe.packetIdentifier());
        properties(unsubscribe.properties());
        for (TopicFilter filter : unsubscribe.filters()) {
            field(filter.utf8());
        }
    }

    private void unsubAck(UnsubAck unsubAck) {
        out.writeShort(unsubAck.packetIdentifier());
        if (version.hasProperties()) {
            PropertiesWriter.write(unsubAck.properties(), out);
            for (ReasonCode reason : unsubAck.reasonCodes()) {
                out.writeByte(reason.code());
            }
        }
    }

    private void properties(Properties properties) {
        if (version.hasProperties()) {
            PropertiesWriter.write(properties, out);
        }
    }

    private void field(byte[] utf8) {
        out.writeShort(utf8.length);
        out.writeBytes(utf8);
    }
}
