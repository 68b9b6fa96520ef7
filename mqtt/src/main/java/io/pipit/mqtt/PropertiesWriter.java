package io.pipit.mqtt;

import io.netty.buffer.ByteBuf;

/** Writes properties by the table in {@link Property} (section 2.2.2). */
final class PropertiesWriter {
    private PropertiesWriter() {}

    /** The bytes of the properties of a packet together with their length. */
    static int size(Properties properties, PacketType packet) {
        for (int i = 0; i < properties.size(); i++) {
            if (!properties.key(i).belongsTo(packet)) {
                throw new IllegalArgumentException(packet + " has no place for " + properties.key(i));
            }
        }
        return sizeWithLength(properties);
    }

    /** The bytes of the properties of a Will Message together with their length. */
    static int sizeOfWill(Properties properties) {
        for (int i = 0; i < properties.size(); i++) {
            if (!properties.key(i).belongsToWill()) {
                throw new IllegalArgumentException("A Will Message has no place for " + properties.key(i));
            }
        }
        return sizeWithLength(properties);
    }

    private static int sizeWithLength(Properties properties) {
        int size = size(properties);
        return VariableByteInteger.size(size) + size;
    }

    /** Appends the length and the properties in their order. */
    static void write(Properties properties, ByteBuf out) {
        VariableByteInteger.write(size(properties), out);
        for (int i = 0; i < properties.size(); i++) {
            out.writeByte(properties.key(i).identifier());
            write(properties.key(i), properties.value(i), out);
        }
    }

    private static int size(Properties properties) {
        int size = 0;
        for (int i = 0; i < properties.size(); i++) {
            size += 1 + size(properties.key(i), properties.value(i));
        }
        return size;
    }

    private static int size(Property<?> property, Object value) {
        return switch (property.format()) {
            case BYTE -> {
                requireInRange(property, (Integer) value, 1);
                yield 1;
            }
            case TWO_BYTES -> {
                requireInRange(property, (Integer) value, 0xFFFF);
                yield 2;
            }
            case FOUR_BYTES -> {
                requireInRange(property, (Long) value, 0xFFFF_FFFFL);
                yield 4;
            }
            case VARIABLE_BYTES -> {
                requireInRange(property, (Integer) value, VariableByteInteger.MAXIMUM);
                yield VariableByteInteger.size((Integer) value);
            }
            case STRING -> Utf8.fieldSize((String) value);
            case BINARY -> binarySize((Payload) value);
            case STRING_PAIR -> {
                UserProperty pair = (UserProperty) value;
                yield Utf8.fieldSize(pair.name()) + Utf8.fieldSize(pair.value());
            }
        };
    }

    private static void requireInRange(Property<?> property, long value, long maximum) {
        long minimum = property.isPositive() ? 1 : 0;
        if (value < minimum || value > maximum) {
            throw new IllegalArgumentException(property + " " + value + " is not " + minimum + " to " + maximum);
        }
    }

    private static void write(Property<?> property, Object value, ByteBuf out) {
        switch (property.format()) {
            case BYTE -> out.writeByte((Integer) value);
            case TWO_BYTES -> out.writeShort((Integer) value);
            case FOUR_BYTES -> out.writeInt((int) (long) (Long) value);
            case VARIABLE_BYTES -> VariableByteInteger.write((Integer) value, out);
            case STRING -> Utf8.writeField((String) value, out);
            case BINARY -> writeBinary((Payload) value, out);
            case STRING_PAIR -> {
                UserProperty pair = (UserProperty) value;
                Utf8.writeField(pair.name(), out);
                Utf8.writeField(pair.value(), out);
            }
        }
    }

    /** The bytes of binary data with their length before them (section 1.5.6). */
    static int binarySize(Payload data) {
        if (data.size() > 0xFFFF) {
            throw new IllegalArgumentException("binary data of " + data.size() + " bytes, above 65,535");
        }
        return 2 + data.size();
    }

    static void writeBinary(Payload data, ByteBuf out) {
        out.writeShort(data.size());
        data.writeTo(out);
    }
}
