package io.pipit.cli;

import io.pipit.client.ReceivedMessage;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.UserProperty;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message as a JSON object, the output of %j and %J. */
final class JsonMessage {
    private final ReceivedMessage message;
    private final ZonedDateTime time;
    private final boolean pretty;

    JsonMessage(ReceivedMessage message, ZonedDateTime time, boolean pretty) {
        this.message = message;
        this.time = time;
        this.pretty = pretty;
    }

    /** With the payload as a string. */
    void appendEscaped(ByteArrayOutputStream out) {
        JsonWriter json = new JsonWriter(out, pretty);
        begin(json);
        if (message.payload().isEmpty()) {
            json.raw("null");
        } else {
            json.string(message.payload().toByteArray());
        }
        json.endObject();
    }

    /** With the payload as the JSON that it is; false, and nothing is appended, when it is none. */
    boolean appendAsJson(ByteArrayOutputStream out) {
        byte[] payload = message.payload().toByteArray();
        if (payload.length > 0 && !JsonReader.isValid(payload)) {
            return false;
        }
        JsonWriter json = new JsonWriter(out, pretty);
        begin(json);
        if (payload.length == 0) {
            json.raw("null");
        } else {
            new JsonReader(payload).copyTo(json);
        }
        json.endObject();
        return true;
    }

    /** Everything before the value of the payload. */
    private void begin(JsonWriter json) {
        json.beginObject();
        json.name("tst").string(Strftime.isoDateTimeWithMicroseconds(time));
        json.name("topic").string(message.topic().utf8());
        json.name("qos").raw(Integer.toString(message.qos().level()));
        json.name("retain").raw(message.isRetained() ? "1" : "0");
        json.name("payloadlen").raw(Integer.toString(message.payload().size()));
        if (message.qos().isAcknowledged()) {
            json.name("mid").raw(Integer.toString(message.packetIdentifier()));
        }
        if (!message.properties().isEmpty()) {
            properties(json);
        }
        json.name("payload");
    }

    private void properties(JsonWriter json) {
        json.name("properties").beginObject();
        number(json, Property.TOPIC_ALIAS, "topic-alias");
        text(json, Property.CONTENT_TYPE, "content-type");
        List<UserProperty> userProperties = message.properties().all(Property.USER_PROPERTY);
        if (!userProperties.isEmpty()) {
            json.name("user-properties").beginObject();
            for (UserProperty property : userProperties) {
                json.name(property.name()).string(property.value());
            }
            json.endObject();
        }
        text(json, Property.RESPONSE_TOPIC, "response-topic");
        Payload correlation = message.properties().get(Property.CORRELATION_DATA);
        if (correlation != null) {
            json.name("correlation-data").string(correlation.toByteArray());
        }
        number(json, Property.PAYLOAD_FORMAT_INDICATOR, "payload-format-indicator");
        number(json, Property.MESSAGE_EXPIRY_INTERVAL, "message-expiry-interval");
        for (int identifier : message.properties().all(Property.SUBSCRIPTION_IDENTIFIER)) {
            json.name("subscription-identifier").raw(Integer.toString(identifier));
        }
        json.endObject();
    }

    private void text(JsonWriter json, Property<String> property, String name) {
        @Nullable String text = message.properties().get(property);
        if (text != null) {
            json.name(name).string(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private <T extends Number> void number(JsonWriter json, Property<T> property, String name) {
        @Nullable T number = message.properties().get(property);
        if (number != null) {
            json.name(name).raw(number.toString());
        }
    }
}
