package io.pipit.mqtt;

/**
 * Reads properties by the table in {@link Property} (section 2.2.2). What a packet has no place for is malformed; a
 * second one of its kind or a value out of range is a protocol error.
 */
final class PropertiesReader {
    private final WireReader in;
    private final boolean ofWill;
    private final PacketDecoder.Side receiver;
    private long seen;

    private PropertiesReader(WireReader in, boolean ofWill, PacketDecoder.Side receiver) {
        this.in = in;
        this.ofWill = ofWill;
        this.receiver = receiver;
    }

    /** The length and the properties of a packet. */
    static Properties read(WireReader in, PacketDecoder.Side receiver) throws ProtocolException {
        return read(in, false, receiver);
    }

    /** The length and the properties of a Will Message in a CONNECT. */
    static Properties readOfWill(WireReader in) throws ProtocolException {
        return read(in, true, PacketDecoder.Side.SERVER);
    }

    private static Properties read(WireReader in, boolean ofWill, PacketDecoder.Side receiver)
            throws ProtocolException {
        int length = in.variableBytes("Property Length");
        if (length == 0) {
            return Properties.NONE;
        }
        return new PropertiesReader(in.part(length, "Property Length"), ofWill, receiver).readAll();
    }

    private Properties readAll() throws ProtocolException {
        Properties.Builder builder = Properties.builder();
        while (in.hasMore()) {
            Property<?> property = property();
            builder.addDecoded(property, value(property));
        }
        return builder.build();
    }

    private Property<?> property() throws ProtocolException {
        int identifier = in.variableBytes("Property Identifier");
        Property<?> property = Property.of(identifier);
        if (property == null) {
            throw in.malformed("property 0x%02X is not defined".formatted(identifier));
        }
        if (ofWill ? !property.belongsToWill() : !property.belongsTo(in.packet())) {
            throw in.malformed(property + " is no property of " + (ofWill ? "a Will Message" : "this packet"));
        }
        long bit = 1L << identifier;
        if ((seen & bit) != 0 && !mayRepeat(property)) {
            throw in.protocolError(property + " is there twice");
        }
        seen |= bit;
        if (isRefusedBySender(property)) {
            throw in.protocolError(
                    property + " from a " + (receiver == PacketDecoder.Side.SERVER ? "client" : "server"));
        }
        return property;
    }

    private boolean mayRepeat(Property<?> property) {
        return property == Property.USER_PROPERTY
                || (property == Property.SUBSCRIPTION_IDENTIFIER && in.packet() == PacketType.PUBLISH);
    }

    private boolean isRefusedBySender(Property<?> property) {
        return switch (receiver) {
            case SERVER ->
                property == Property.SUBSCRIPTION_IDENTIFIER && in.packet() == PacketType.PUBLISH; // [MQTT-3.3.4-6]
            case CLIENT ->
                property == Property.SESSION_EXPIRY_INTERVAL && in.packet() == PacketType.DISCONNECT; // [MQTT-3.14.2-2]
        };
    }

    private Object value(Property<?> property) throws ProtocolException {
        String name = property.toString();
        return switch (property.format()) {
            case BYTE -> {
                int value = in.oneByte(name);
                if (value > 1) {
                    throw in.protocolError(name + " is " + value + ", neither 0 nor 1");
                }
                yield value;
            }
            case TWO_BYTES -> {
                int value = in.twoBytes(name);
                requireInRange(property, value);
                yield value;
            }
            case FOUR_BYTES -> {
                long value = in.fourBytes(name);
                requireInRange(property, value);
                yield value;
            }
            case VARIABLE_BYTES -> {
                int value = in.variableBytes(name);
                requireInRange(property, value);
                yield value;
            }
            case STRING ->
                property == Property.RESPONSE_TOPIC ? in.topicName(name).toString() : in.text(name); // [MQTT-3.3.2-14]
            case BINARY -> Payload.owning(in.binary(name));
            case STRING_PAIR -> new UserProperty(in.text(name), in.text(name));
        };
    }

    private void requireInRange(Property<?> property, long value) throws ProtocolException {
        if (value != 0 || !property.isPositive()) {
            return;
        }
        throw property == Property.TOPIC_ALIAS
                ? new ProtocolException("Topic Alias 0", ReasonCode.TOPIC_ALIAS_INVALID) // [MQTT-3.3.2-8]
                : in.protocolError(property + " is 0");
    }
}
