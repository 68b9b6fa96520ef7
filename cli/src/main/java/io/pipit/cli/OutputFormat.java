package io.pipit.cli;

import io.pipit.client.ReceivedMessage;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Property;
import io.pipit.mqtt.UserProperty;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How a message is printed: read once from -v or -F, then applied to each message. */
final class OutputFormat {
    /** A piece of the output. */
    private sealed interface Part {
        /** Text as it is. */
        record Text(String text) implements Part {}

        /** A parameter of the message, laid out. */
        record Parameter(char name, Layout layout) implements Part {}

        /** A conversion of strftime. */
        record Time(char conversion) implements Part {}

        /** Topic, blank and payload, or "(null)" for an empty one, as -v prints them. */
        record TopicAndPayload() implements Part {}
    }

    /**
     * Flags and widths of a parameter.
     *
     * @param width at least so many characters, 0 for any
     * @param maximum at most so many characters, or -1
     */
    private record Layout(boolean left, boolean zeros, int width, int maximum) {
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

    private static final String PARAMETERS = "ACDEFIJPRSUXjlmpqrtx";
    private static final int MAXIMUM_WIDTH = 10_000;

    private final List<Part> parts;
    private final boolean lineEnd;
    private final boolean pretty;
    /** Nothing at all is printed for an empty payload, not even the line end. */
    private final boolean skipEmpty;

    private OutputFormat(List<Part> parts, boolean lineEnd, boolean pretty, boolean skipEmpty) {
        this.parts = parts;
        this.lineEnd = lineEnd;
        this.pretty = pretty;
        this.skipEmpty = skipEmpty;
    }

    /** The payload alone. */
    static OutputFormat payload(boolean lineEnd) {
        return new OutputFormat(
                List.of(new Part.Parameter('p', new Layout(false, false, 0, -1))), lineEnd, false, true);
    }

    /** Topic and payload. */
    static OutputFormat verbose(boolean lineEnd) {
        return new OutputFormat(List.of(new Part.TopicAndPayload()), lineEnd, false, false);
    }

    /** The format of -F. */
    static OutputFormat parse(String format, boolean lineEnd, boolean pretty) throws UsageException {
        return new OutputFormat(new Parser(format).parts(), lineEnd, pretty, false);
    }

    private static final class Parser {
        private final String format;
        private final List<Part> parts = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private int next;

        Parser(String format) {
            this.format = format;
        }

        List<Part> parts() throws UsageException {
            while (next < format.length()) {
                char c = format.charAt(next++);
                switch (c) {
                    case '%' -> parameter();
                    case '@' -> time();
                    case '\\' -> text.append(escaped());
                    default -> text.append(c);
                }
            }
            add(null);
            return parts;
        }

        /** Adds a part behind the text so far. */
        private void add(@Nullable Part part) {
            if (!text.isEmpty()) {
                parts.add(new Part.Text(text.toString()));
                text.setLength(0);
            }
            if (part != null) {
                parts.add(part);
            }
        }

        private char take(char beginning) throws UsageException {
            if (next == format.length()) {
                throw new UsageException("-F: the format ends within a sequence that begins with " + beginning);
            }
            return format.charAt(next++);
        }

        private void time() throws UsageException {
            char conversion = take('@');
            if (conversion == '@') {
                text.append('@');
            } else {
                add(new Part.Time(conversion));
            }
        }

        private char escaped() throws UsageException {
            char c = take('\\');
            return switch (c) {
                case '\\' -> '\\';
                case '0' -> '\0';
                case 'a' -> 7;
                case 'e' -> 27;
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'v' -> 11;
                default -> throw new UsageException("-F: \\" + c + " is not known; a backslash itself is \\\\");
            };
        }

        private void parameter() throws UsageException {
            char c = take('%');
            if (c == '%') {
                text.append('%');
                return;
            }
            boolean left = false;
            boolean zeros = false;
            for (; c == '-' || c == '0'; c = take('%')) {
                left |= c == '-';
                zeros |= c == '0';
            }
            int width = 0;
            for (; Character.isDigit(c); c = take('%')) {
                width = widened(width, c);
            }
            int maximum = -1;
            if (c == '.') {
                maximum = 0;
                for (c = take('%'); Character.isDigit(c); c = take('%')) {
                    maximum = widened(maximum, c);
                }
            }
            if (PARAMETERS.indexOf(c) < 0) {
                throw new UsageException("-F: %" + c + " is not known; a percent sign itself is %%");
            }
            add(new Part.Parameter(c, new Layout(left, zeros, width, maximum)));
        }

        private static int widened(int width, char digit) throws UsageException {
            int wider = width * 10 + Character.digit(digit, 10);
            if (wider > MAXIMUM_WIDTH) {
                throw new UsageException("-F: a width is at most " + MAXIMUM_WIDTH);
            }
            return wider;
        }
    }

    /** Prints a message; false when %J was asked for and the payload is no JSON, of which only the line end is left. */
    boolean append(ReceivedMessage message, ByteArrayOutputStream out) {
        return append(message, out, ZonedDateTime::now);
    }

    /** As {@link #append}, at a given time, which is asked for only when it is printed. */
    boolean append(ReceivedMessage message, ByteArrayOutputStream out, Supplier<ZonedDateTime> clock) {
        if (skipEmpty && message.payload().isEmpty()) {
            return true;
        }
        boolean valid = true;
        ZonedDateTime time = null;
        for (Part part : parts) {
            if (time == null && needsTime(part)) {
                time = clock.get();
            }
            switch (part) {
                case Part.Text text -> write(out, text.text());
                case Part.TopicAndPayload both -> writeTopicAndPayload(out, message);
                case Part.Time conversion -> write(out, Strftime.format(conversion.conversion(), required(time)));
                case Part.Parameter parameter -> valid &= write(out, parameter, message, time);
            }
        }
        if (lineEnd) {
            out.write('\n');
        }
        return valid;
    }

    private static boolean needsTime(Part part) {
        return part instanceof Part.Time
                || (part instanceof Part.Parameter parameter && "IUjJ".indexOf(parameter.name()) >= 0);
    }

    private static ZonedDateTime required(@Nullable ZonedDateTime time) {
        if (time == null) {
            throw new IllegalStateException("the time was not taken");
        }
        return time;
    }

    private static void writeTopicAndPayload(ByteArrayOutputStream out, ReceivedMessage message) {
        out.writeBytes(message.topic().utf8());
        if (message.payload().isEmpty()) {
            write(out, " (null)");
        } else {
            out.write(' ');
            out.writeBytes(message.payload().toByteArray());
        }
    }

    private boolean write(
            ByteArrayOutputStream out,
            Part.Parameter parameter,
            ReceivedMessage message,
            @Nullable ZonedDateTime time) {
        Layout layout = parameter.layout();
        switch (parameter.name()) {
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
            default -> write(out, text(parameter.name(), layout, message, time));
        }
        return true;
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
