package io.pipit.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pipit.broker.Message;
import io.pipit.broker.StoredRow;
import io.pipit.broker.spi.Row;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import io.pipit.mqtt.UserProperty;
import io.pipit.mqtt.Will;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Rows of the store as JSON objects, and back. Bytes are base64. The numbers of sessions and messages are strings,
 * since programs that take each number for a floating point one would change them.
 */
final class StoredRowJson {
    private static final String ROW = "row";
    private static final String SESSION = "session";
    private static final String NUMBER = "number";
    private static final String CLIENT = "client";
    private static final String MESSAGE = "message";
    private static final String TABLE = "table";
    private static final String KEY = "key";
    private static final String VALUE = "value";

    private StoredRowJson() {}

    /** The object of a row that has no meaning: its bytes. */
    static ObjectNode ofBytes(Table table, Row row) {
        return object("bytes").put(TABLE, table.name()).put(KEY, row.key()).put(VALUE, row.value());
    }

    /** The object of a row. */
    static ObjectNode of(StoredRow row) {
        return switch (row) {
            case StoredRow.Epoch epoch -> object("epoch").put("epoch", epoch.epoch());
            case StoredRow.Time time ->
                object("time").put("millis", time.millis()).put("wall-millis", time.wallMillis());
            case StoredRow.EndedSession ended ->
                object("ended-session")
                        .put(NUMBER, text(ended.number()))
                        .put(CLIENT, ended.clientIdentifier().value())
                        .put("sent-up-to", ended.sentUpTo());
            case StoredRow.Session session -> of(session);
            case StoredRow.Subscription subscription -> of(subscription);
            case StoredRow.Entry entry -> of(entry);
            case StoredRow.SharedMessage message ->
                object("message").put(NUMBER, text(message.number())).set(MESSAGE, of(message.message()));
            case StoredRow.References references ->
                object("references").put(NUMBER, text(references.number())).put("count", references.count());
            case StoredRow.Received received ->
                object("received")
                        .put(SESSION, text(received.session()))
                        .put("packet-identifier", received.packetIdentifier());
            case StoredRow.Retained retained -> {
                ObjectNode json = object("retained").put("version", retained.version());
                putTime(json, "clears-at-millis", retained.clearsAtMillis());
                yield json.set(MESSAGE, of(retained.message()));
            }
            case StoredRow.WillMessage will ->
                object("will")
                        .put(SESSION, text(will.session()))
                        .put(CLIENT, will.clientIdentifier().value())
                        .put("due-millis", will.dueMillis())
                        .set(MESSAGE, of(will.will()));
            case StoredRow.Unreadable unreadable ->
                object("unreadable")
                        .put(TABLE, unreadable.of().name())
                        .put(KEY, unreadable.key().toByteArray())
                        .put(VALUE, unreadable.value().toByteArray());
        };
    }

    private static ObjectNode object(String row) {
        return JsonNodeFactory.instance.objectNode().put(ROW, row);
    }

    private static String text(long number) {
        return Long.toString(number);
    }

    private static void putTime(ObjectNode json, String name, long millis) {
        if (millis != Message.NEVER) {
            json.put(name, millis);
        }
    }

    private static ObjectNode of(StoredRow.Session session) {
        ObjectNode json = object(SESSION)
                .put(NUMBER, text(session.number()))
                .put(CLIENT, session.clientIdentifier().value());
        if (session.owner() != null) {
            json.put("owner", session.owner());
        }
        return json.put("connected", session.connected())
                .put("expiry-seconds", session.expirySeconds())
                .put("offline-since-millis", session.offlineSinceMillis())
                .put("sent-up-to", session.sentUpTo());
    }

    private static ObjectNode of(StoredRow.Subscription subscription) {
        SubscriptionOptions options = subscription.options();
        return object("subscription")
                .put(SESSION, text(subscription.session()))
                .put("filter", subscription.filter().toString())
                .put("qos", options.maximumQoS().level())
                .put("no-local", options.noLocal())
                .put("retain-as-published", options.retainAsPublished())
                .put("retain-handling", kebab(options.retainHandling()))
                .put("identifier", subscription.identifier())
                .put("owes-retained", subscription.owesRetained());
    }

    private static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static ObjectNode of(StoredRow.Entry entry) {
        ObjectNode json = object("entry")
                .put(SESSION, text(entry.session()))
                .put("sequence", entry.sequence())
                .put("qos", entry.qos().level())
                .put("retain", entry.retain())
                .put("bytes", entry.bytes())
                .put("released", entry.released());
        ArrayNode identifiers = json.putArray("identifiers");
        entry.identifiers().forEach(identifiers::add);
        TopicFilter group = entry.group();
        if (group != null) {
            json.put("shared-subscription", group.toString());
        }
        if (entry.messageNumber() != 0) {
            json.put("message-number", text(entry.messageNumber()));
        }
        Message message = entry.message();
        if (message != null) {
            json.set(MESSAGE, of(message));
        }
        return json;
    }

    private static ObjectNode of(Message message) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("topic", message.topic().toString())
                .put("qos", message.qos().level())
                .put("retain", message.retain());
        putTime(json, "expires-at-millis", message.expiresAtMillis());
        ClientIdentifier publisher = message.publisher();
        if (publisher != null) {
            json.put("publisher", publisher.value());
        }
        putProperties(json, message.properties());
        return json.put("payload", message.payload().toByteArray());
    }

    private static ObjectNode of(Will will) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("topic", will.topic().toString())
                .put("qos", will.qos().level())
                .put("retain", will.retain());
        putProperties(json, will.properties());
        return json.put("payload", will.payload().toByteArray());
    }

    private static void putProperties(ObjectNode message, Properties properties) {
        if (properties.isEmpty()) {
            return;
        }
        ObjectNode json = message.putObject("properties");
        if (properties.has(Property.PAYLOAD_FORMAT_INDICATOR)) {
            json.put("payload-format-indicator", properties.get(Property.PAYLOAD_FORMAT_INDICATOR));
        }
        if (properties.has(Property.CONTENT_TYPE)) {
            json.put("content-type", properties.get(Property.CONTENT_TYPE));
        }
        if (properties.has(Property.RESPONSE_TOPIC)) {
            json.put("response-topic", properties.get(Property.RESPONSE_TOPIC));
        }
        Payload correlation = properties.get(Property.CORRELATION_DATA);
        if (correlation != null) {
            json.put("correlation-data", correlation.toByteArray());
        }
        if (properties.has(Property.WILL_DELAY_INTERVAL)) {
            json.put("will-delay-interval", properties.get(Property.WILL_DELAY_INTERVAL));
        }
        if (properties.has(Property.MESSAGE_EXPIRY_INTERVAL)) {
            json.put("message-expiry-interval", properties.get(Property.MESSAGE_EXPIRY_INTERVAL));
        }
        if (properties.has(Property.USER_PROPERTY)) {
            ArrayNode all = json.putArray("user-properties"); // pairs: names may repeat
            for (UserProperty one : properties.all(Property.USER_PROPERTY)) {
                all.addArray().add(one.name()).add(one.value());
            }
        }
    }

    // Back

    /** What is done with a row that was read: one that has a meaning, or one that is only bytes. */
    interface Target {
        void row(StoredRow row);

        void bytes(Table table, Row row);
    }

    /**
     * Reads an object that {@link #of} or {@link #ofBytes} made.
     *
     * @throws JsonFields.WrongException when it is none
     */
    static void read(ObjectNode json, Target target) throws JsonFields.WrongException {
        JsonFields fields = new JsonFields(json);
        String kind = fields.text(ROW);
        if (kind.equals("bytes")) {
            target.bytes(fields.constant(TABLE, Table.class), new Row(fields.bytes(KEY), fields.bytes(VALUE)));
        } else {
            target.row(row(kind, fields));
        }
        fields.requireAllTaken();
    }

    private static StoredRow row(String kind, JsonFields fields) throws JsonFields.WrongException {
        try {
            return switch (kind) {
                case "epoch" -> new StoredRow.Epoch(fields.number("epoch"));
                case "time" -> new StoredRow.Time(fields.number("millis"), fields.number("wall-millis"));
                case "ended-session" ->
                    new StoredRow.EndedSession(fields.longText(NUMBER), client(fields), fields.number("sent-up-to"));
                case SESSION ->
                    new StoredRow.Session(
                            client(fields),
                            fields.longText(NUMBER),
                            fields.has("owner") ? fields.text("owner") : null,
                            fields.flag("connected"),
                            fields.number("expiry-seconds"),
                            fields.number("offline-since-millis"),
                            fields.number("sent-up-to"));
                case "subscription" -> subscription(fields);
                case "entry" -> entry(fields);
                case "message" -> new StoredRow.SharedMessage(fields.longText(NUMBER), message(fields.object(MESSAGE)));
                case "references" -> new StoredRow.References(fields.longText(NUMBER), fields.number("count"));
                case "received" ->
                    new StoredRow.Received(fields.longText(SESSION), fields.integer("packet-identifier"));
                case "retained" ->
                    new StoredRow.Retained(
                            fields.number("version"),
                            time(fields, "clears-at-millis"),
                            message(fields.object(MESSAGE)));
                case "will" ->
                    new StoredRow.WillMessage(
                            fields.longText(SESSION),
                            client(fields),
                            will(fields.object(MESSAGE)),
                            fields.number("due-millis"));
                case "unreadable" ->
                    new StoredRow.Unreadable(
                            fields.constant(TABLE, Table.class),
                            Payload.of(fields.bytes(KEY)),
                            Payload.of(fields.bytes(VALUE)));
                default -> throw new JsonFields.WrongException("there is no row \"" + kind + "\"");
            };
        } catch (IllegalArgumentException notOfTheStandard) {
            throw new JsonFields.WrongException(String.valueOf(notOfTheStandard.getMessage()));
        }
    }

    private static ClientIdentifier client(JsonFields fields) throws JsonFields.WrongException {
        return new ClientIdentifier(fields.text(CLIENT));
    }

    private static long time(JsonFields fields, String name) throws JsonFields.WrongException {
        return fields.has(name) ? fields.number(name) : Message.NEVER;
    }

    private static StoredRow subscription(JsonFields fields) throws JsonFields.WrongException {
        SubscriptionOptions options = new SubscriptionOptions(
                QoS.of(fields.integer("qos")),
                fields.flag("no-local"),
                fields.flag("retain-as-published"),
                fields.constant("retain-handling", RetainHandling.class));
        return new StoredRow.Subscription(
                fields.longText(SESSION),
                TopicFilter.of(fields.text("filter")),
                options,
                fields.integer("identifier"),
                fields.flag("owes-retained"));
    }

    private static StoredRow entry(JsonFields fields) throws JsonFields.WrongException {
        List<Integer> identifiers = new ArrayList<>();
        for (JsonFields.Item item : fields.items("identifiers")) {
            identifiers.add(item.integer());
        }
        return new StoredRow.Entry(
                fields.longText(SESSION),
                fields.number("sequence"),
                QoS.of(fields.integer("qos")),
                fields.flag("retain"),
                fields.integer("bytes"),
                fields.flag("released"),
                identifiers,
                fields.has("shared-subscription") ? TopicFilter.of(fields.text("shared-subscription")) : null,
                fields.has("message-number") ? fields.longText("message-number") : 0,
                fields.has(MESSAGE) ? message(fields.object(MESSAGE)) : null);
    }

    private static Message message(JsonFields fields) throws JsonFields.WrongException {
        Message message = new Message(
                TopicName.of(fields.text("topic")),
                Payload.of(fields.bytes("payload")),
                QoS.of(fields.integer("qos")),
                fields.flag("retain"),
                properties(fields),
                time(fields, "expires-at-millis"),
                fields.has("publisher") ? new ClientIdentifier(fields.text("publisher")) : null);
        fields.requireAllTaken();
        return message;
    }

    private static Will will(JsonFields fields) throws JsonFields.WrongException {
        Will will = new Will(
                TopicName.of(fields.text("topic")),
                Payload.of(fields.bytes("payload")),
                QoS.of(fields.integer("qos")),
                fields.flag("retain"),
                properties(fields));
        fields.requireAllTaken();
        return will;
    }

    private static Properties properties(JsonFields message) throws JsonFields.WrongException {
        if (!message.has("properties")) {
            return Properties.NONE;
        }
        JsonFields fields = message.object("properties");
        Properties.Builder properties = Properties.builder();
        if (fields.has("payload-format-indicator")) {
            properties.add(Property.PAYLOAD_FORMAT_INDICATOR, fields.integer("payload-format-indicator"));
        }
        if (fields.has("content-type")) {
            properties.add(Property.CONTENT_TYPE, fields.text("content-type"));
        }
        if (fields.has("response-topic")) {
            properties.add(Property.RESPONSE_TOPIC, fields.text("response-topic"));
        }
        if (fields.has("correlation-data")) {
            properties.add(Property.CORRELATION_DATA, Payload.of(fields.bytes("correlation-data")));
        }
        if (fields.has("user-properties")) {
            for (JsonFields.Item pair : fields.items("user-properties")) {
                properties.add(Property.USER_PROPERTY, new UserProperty(pair.text(0), pair.text(1)));
            }
        }
        if (fields.has("will-delay-interval")) {
            properties.add(Property.WILL_DELAY_INTERVAL, fields.number("will-delay-interval"));
        }
        if (fields.has("message-expiry-interval")) {
            properties.add(Property.MESSAGE_EXPIRY_INTERVAL, fields.number("message-expiry-interval"));
        }
        fields.requireAllTaken();
        return properties.build();
    }
}
