package io.pipit.cli;

import io.pipit.client.ReceivedMessage;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.UserProperty;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A parameter of the message in a format of -F, with flags and widths.
 *
 * @param name one of {@link #NAMES}
 */
record MessageParameter(char name, Layout layout) {
    static final String NAMES = "ACDEFIJPRSUXjlmpqrtx";

    /**
     * Flags and widths of a parameter.
     *
     * @param width at least so many characters, 0 for any
     * @param maximum at most so many characters, or -1
     */
    record Layout(boolean left, boolean zeros, int width, int maximum) {
        String apply(String text, boolean zerosAllowed) {
            String cut = maximum >= 0 && text.length() > maximum ? text.substring(0, maximum) : text;
            if (cut.length() >= width) {
                return cut;
            }
            String padding = (zeros && zerosAllowed && !left ? "0" : " ").repeat(width - cut.length());
            return left ? cut + padding : padding + cut;
        }

        Layout withoutMaximum() {
            return new Layout(left, zeros, width, -1);
        }
    }

    boolean needsTime() {
        return "IUjJ".indexOf(name) >= 0;
    }

    /** Prints it; false for %J of a payload that is no JSON. */
    boolean append(ReceivedMessage message, @Nullable ZonedDateTime time, boolean pretty, ByteArrayOutputStream out) {
        switch (name) {
            case 'p' -> writePayload(out, layout, message.payload());
            case 'D' -> {
                Payload data = message.properties().get(Property.CORRELATION_DATA);
                if (data != null) {
                    out.writeBytes(data.toByteArray());
                }
            }
            case 'j' -> new JsonMessage(message, required(time), pretty).appendEscaped(out);
            case 'J' -> {
                return new JsonMessage(message, required(time), pretty).appendAsJson(out);
            }
            default -> write(out, text(name, layout, message, time));
        }
        return true;
    }

    private static ZonedDateTime required(@Nullable ZonedDateTime time) {
        if (time == null) {
            throw new IllegalStateException("the time was not taken");
        }
        return time;
    }

    private static String text(char name, Layout layout, ReceivedMessage message, @Nullable ZonedDateTime time) {
        return switch (name) {
            case 'A' -> number(layout, message.properties().get(Property.TOPIC_ALIAS));
            case 'C' -> text(layout, message.properties().get(Property.CONTENT_TYPE));
            case 'E' -> number(layout, message.properties().get(Property.MESSAGE_EXPIRY_INTERVAL));
            case 'F' -> number(layout, message.properties().get(Property.PAYLOAD_FORMAT_INDICATOR));
            case 'I' -> text(layout, Strftime.isoDateTime(required(time)));
            case 'l' -> number(layout, message.payload().size());
            case 'm' -> number(layout, message.packetIdentifier());
            case 'P' -> userProperties(message);
            case 'q' -> Integer.toString(message.qos().level());
            case 'R' -> text(layout, message.properties().get(Property.RESPONSE_TOPIC));
            case 'r' -> message.isRetained() ? "1" : "0";
            case 'S' -> number(layout, message.properties().get(Property.SUBSCRIPTION_IDENTIFIER));
            case 't' -> text(layout, message.topic().toString());
            case 'U' -> Strftime.format('s', required(time)) + "." + Strftime.format('N', required(time));
            case 'x' -> hexadecimal(layout, HexFormat.of(), message.payload());
            case 'X' -> hexadecimal(layout, HexFormat.of().withUpperCase(), message.payload());
            default -> throw new IllegalStateException("%" + name + " was not refused");
        };
    }

    private static String text(Layout layout, @Nullable String text) {
        return layout.apply(text == null ? "" : text, false);
    }

    private static String number(Layout layout, @Nullable Number number) {
        return layout.withoutMaximum().apply(number == null ? "" : number.toString(), number != null);
    }

    private static String hexadecimal(Layout layout, HexFormat format, Payload payload) {
        return layout.withoutMaximum().apply(format.formatHex(payload.toByteArray()), true);
    }

    private static String userProperties(ReceivedMessage message) {
        StringBuilder text = new StringBuilder();
        for (UserProperty property : message.properties().all(Property.USER_PROPERTY)) {
            text.append(text.isEmpty() ? "" : " ")
                    .append(property.name())
                    .append(':')
                    .append(property.value());
        }
        return text.toString();
    }

    private static void writePayload(ByteArrayOutputStream out, Layout layout, Payload payload) {
        String padding = " ".repeat(Math.max(0, layout.width() - payload.size()));
        if (!layout.left()) {
            write(out, padding);
        }
        out.writeBytes(payload.toByteArray());
        if (layout.left()) {
            write(out, padding);
        }
    }

    private static void write(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
