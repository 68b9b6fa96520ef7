package io.pipit.cli;

import io.pipit.client.ReceivedMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How a message is printed: read once from -v or -F, then applied to each message. */
final class OutputFormat {
    /** A piece of the output. */
    private interface Part {
        /** Whether it shows the time. */
        boolean needsTime();

        /** Prints it; false when it cannot be. */
        boolean append(Printing printing);
    }

    /** One message being printed. */
    private record Printing(
            ReceivedMessage message, @Nullable ZonedDateTime taken, boolean pretty, ByteArrayOutputStream out) {
        ZonedDateTime time() {
            if (taken == null) {
                throw new IllegalStateException("the time was not taken");
            }
            return taken;
        }

        void write(String text) {
            out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Text as it is. */
    private record Text(String text) implements Part {
        @Override
        public boolean needsTime() {
            return false;
        }

        @Override
        public boolean append(Printing printing) {
            printing.write(text);
            return true;
        }
    }

    /** A parameter of the message, laid out. */
    private record Parameter(MessageParameter parameter) implements Part {
        @Override
        public boolean needsTime() {
            return parameter.needsTime();
        }

        @Override
        public boolean append(Printing printing) {
            return parameter.append(printing.message(), printing.taken(), printing.pretty(), printing.out());
        }
    }

    /** A conversion of strftime. */
    private record Time(char conversion) implements Part {
        @Override
        public boolean needsTime() {
            return true;
        }

        @Override
        public boolean append(Printing printing) {
            printing.write(Strftime.format(conversion, printing.time()));
            return true;
        }
    }

    /** Topic, blank and payload, or "(null)" for an empty one, as -v prints them. */
    private record TopicAndPayload() implements Part {
        @Override
        public boolean needsTime() {
            return false;
        }

        @Override
        public boolean append(Printing printing) {
            ReceivedMessage message = printing.message();
            printing.out().writeBytes(message.topic().utf8());
            if (message.payload().isEmpty()) {
                printing.write(" (null)");
            } else {
                printing.out().write(' ');
                printing.out().writeBytes(message.payload().toByteArray());
            }
            return true;
        }
    }

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
                List.of(new Parameter(new MessageParameter('p', new MessageParameter.Layout(false, false, 0, -1)))),
                lineEnd,
                false,
                true);
    }

    /** Topic and payload. */
    static OutputFormat verbose(boolean lineEnd) {
        return new OutputFormat(List.of(new TopicAndPayload()), lineEnd, false, false);
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
                parts.add(new Text(text.toString()));
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
                add(new Time(conversion));
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
            if (MessageParameter.NAMES.indexOf(c) < 0) {
                throw new UsageException("-F: %" + c + " is not known; a percent sign itself is %%");
            }
            add(new Parameter(new MessageParameter(c, new MessageParameter.Layout(left, zeros, width, maximum))));
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
        boolean needsTime = false;
        for (Part part : parts) {
            needsTime |= part.needsTime();
        }
        Printing printing = new Printing(message, needsTime ? clock.get() : null, pretty, out);
        boolean valid = true;
        for (Part part : parts) {
            valid &= part.append(printing);
        }
        if (lineEnd) {
            out.write('\n');
        }
        return valid;
    }
}
