package io.pipit.broker;

import static io.pipit.broker.RowWriter.sizeOfBinary;
import static io.pipit.broker.RowWriter.sizeOfText;
import static io.pipit.broker.RowWriter.sizeOfVarint;
import static io.pipit.mqtt.Property.CONTENT_TYPE;
import static io.pipit.mqtt.Property.CORRELATION_DATA;
import static io.pipit.mqtt.Property.PAYLOAD_FORMAT_INDICATOR;
import static io.pipit.mqtt.Property.RESPONSE_TOPIC;
import static io.pipit.mqtt.Property.USER_PROPERTY;

import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.UserProperty;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@link Message} in a row, alone or with others before and behind: the version of this form, flags,
 * what the flags announce, topic, payload. The properties of a message come back in an order of their own, the User
 * Properties in theirs, which is the only one that means something [MQTT-3.3.2-18].
 */
final class MessageRow {
    private static final int VERSION = 1;

    private static final int QOS = 0x03;
    private static final int RETAIN = 0x04;
    private static final int EXPIRES = 0x08;
    private static final int HAS_PUBLISHER = 0x10;
    private static final int HAS_PROPERTIES = 0x20;

    private static final int HAS_FORMAT = 0x01;
    private static final int FORMAT = 0x02;
    private static final int HAS_CONTENT_TYPE = 0x04;
    private static final int HAS_RESPONSE_TOPIC = 0x08;
    private static final int HAS_CORRELATION_DATA = 0x10;
    private static final int HAS_USER_PROPERTIES = 0x20;

    private static final Set<Property<?>> STORED =
            Set.of(PAYLOAD_FORMAT_INDICATOR, CONTENT_TYPE, RESPONSE_TOPIC, CORRELATION_DATA, USER_PROPERTY);

    private MessageRow() {}

    /** A row of this message alone. */
    static byte[] encode(Message message) {
        RowWriter row = new RowWriter(size(message));
        write(message, row);
        return row.finish();
    }

    /** The message of a row that holds nothing else. */
    static Message decode(byte[] row) {
        RowReader reader = new RowReader(row);
        Message message = read(reader);
        reader.end();
        return message;
    }

    /** Bytes that {@link #write} takes. */
    static int size(Message message) {
        ClientIdentifier publisher = message.publisher();
        return 2
                + (message.expiresAtMillis() == Message.NEVER ? 0 : Long.BYTES)
                + (publisher == null ? 0 : sizeOfText(publisher.value()))
                + (message.properties().isEmpty() ? 0 : sizeOfProperties(message.properties()))
                + sizeOfBinary(message.topic().size())
                + sizeOfBinary(message.payload().size());
    }

    static void write(Message message, RowWriter row) {
        ClientIdentifier publisher = message.publisher();
        boolean expires = message.expiresAtMillis() != Message.NEVER;
        boolean hasProperties = !message.properties().isEmpty();
        row.u8(VERSION);
        row.u8(message.qos().level()
                | (message.retain() ? RETAIN : 0)
                | (expires ? EXPIRES : 0)
                | (publisher == null ? 0 : HAS_PUBLISHER)
                | (hasProperties ? HAS_PROPERTIES : 0));
        if (expires) {
            row.i64(message.expiresAtMillis());
        }
        if (publisher != null) {
            row.text(publisher.value());
        }
        if (hasProperties) {
            writeProperties(message.properties(), row);
        }
        row.binary(message.topic().utf8());
        row.binary(message.payload());
    }

    static Message read(RowReader row) {
        row.version(VERSION);
        int flags = row.u8();
        long expiresAtMillis = (flags & EXPIRES) == 0 ? Message.NEVER : row.i64();
        ClientIdentifier publisher = (flags & HAS_PUBLISHER) == 0 ? null : new ClientIdentifier(row.text());
        Properties properties = (flags & HAS_PROPERTIES) == 0 ? Properties.NONE : readProperties(row);
        byte[] topic = row.binary();
        Payload payload = Payload.owning(row.binary());
        try {
            return new Message(
                    TopicName.owning(topic),
                    payload,
                    QoS.of(flags & QOS),
                    (flags & RETAIN) != 0,
                    properties,
                    expiresAtMillis,
                    publisher);
        } catch (IllegalArgumentException fault) {
            throw new CorruptRowException("a row is no message", fault);
        }
    }

    private static int sizeOfProperties(Properties properties) {
        String contentType = properties.get(CONTENT_TYPE);
        String responseTopic = properties.get(RESPONSE_TOPIC);
        Payload correlationData = properties.get(CORRELATION_DATA);
        int size = 1
                + (contentType == null ? 0 : sizeOfText(contentType))
                + (responseTopic == null ? 0 : sizeOfText(responseTopic))
                + (correlationData == null ? 0 : sizeOfBinary(correlationData.size()));
        if (properties.has(USER_PROPERTY)) {
            List<UserProperty> all = properties.all(USER_PROPERTY);
            size += sizeOfVarint(all.size());
            for (UserProperty one : all) {
                size += sizeOfText(one.name()) + sizeOfText(one.value());
            }
        }
        return size;
    }

    private static void writeProperties(Properties properties, RowWriter row) {
        assert properties.only(STORED::contains).equals(properties)
                : "properties that are not forwarded: " + properties;
        Integer format = properties.get(PAYLOAD_FORMAT_INDICATOR);
        String contentType = properties.get(CONTENT_TYPE);
        String responseTopic = properties.get(RESPONSE_TOPIC);
        Payload correlationData = properties.get(CORRELATION_DATA);
        boolean hasUserProperties = properties.has(USER_PROPERTY);
        row.u8(formatFlags(format)
                | (contentType == null ? 0 : HAS_CONTENT_TYPE)
                | (responseTopic == null ? 0 : HAS_RESPONSE_TOPIC)
                | (correlationData == null ? 0 : HAS_CORRELATION_DATA)
                | (hasUserProperties ? HAS_USER_PROPERTIES : 0));
        if (contentType != null) {
            row.text(contentType);
        }
        if (responseTopic != null) {
            row.text(responseTopic);
        }
        if (correlationData != null) {
            row.binary(correlationData);
        }
        if (hasUserProperties) {
            List<UserProperty> all = properties.all(USER_PROPERTY);
            row.varint(all.size());
            for (UserProperty one : all) {
                row.text(one.name()).text(one.value());
            }
        }
    }

    private static int formatFlags(@Nullable Integer format) {
        return format == null ? 0 : HAS_FORMAT | (format == 0 ? 0 : FORMAT);
    }

    private static Properties readProperties(RowReader row) {
        int flags = row.u8();
        Properties.Builder properties = Properties.builder();
        if ((flags & HAS_FORMAT) != 0) {
            properties.add(PAYLOAD_FORMAT_INDICATOR, (flags & FORMAT) == 0 ? 0 : 1);
        }
        if ((flags & HAS_CONTENT_TYPE) != 0) {
            properties.add(CONTENT_TYPE, row.text());
        }
        if ((flags & HAS_RESPONSE_TOPIC) != 0) {
            properties.add(RESPONSE_TOPIC, row.text());
        }
        if ((flags & HAS_CORRELATION_DATA) != 0) {
            properties.add(CORRELATION_DATA, Payload.owning(row.binary()));
        }
        if ((flags & HAS_USER_PROPERTIES) != 0) {
            for (int left = row.count(); left > 0; left--) {
                properties.add(USER_PROPERTY, new UserProperty(row.text(), row.text()));
            }
        }
        return properties.build();
    }
}
