package io.pipit.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes JSON in one line, or with a line a member, indented by tabs; what is in an array stays in its line. Strings
 * are bytes, which need not be UTF-8: those beyond ASCII are written as they are.
 */
final class JsonWriter {
    /** What is open, with how much is in it already. */
    private static final class Container {
        private final boolean array;
        private boolean filled;

        private Container(boolean array) {
            this.array = array;
        }
    }

    private static final String HEX_DIGITS = "0123456789abcdef";

    private final ByteArrayOutputStream out;
    private final boolean pretty;
    private final Deque<Container> open = new ArrayDeque<>();
    private boolean named;

    JsonWriter(ByteArrayOutputStream out, boolean pretty) {
        this.out = out;
        this.pretty = pretty;
    }

    void beginObject() {
        begin('{', false);
    }

    void beginArray() {
        begin('[', true);
    }

    private void begin(char bracket, boolean array) {
        beforeValue();
        out.write(bracket);
        open.push(new Container(array));
    }

    void endObject() {
        open.pop();
        newLine();
        out.write('}');
    }

    void endArray() {
        open.pop();
        out.write(']');
    }

    /** The name of the next value, in an object. */
    JsonWriter name(String name) {
        return name(name.getBytes(StandardCharsets.UTF_8));
    }

    JsonWriter name(byte[] name) {
        beforeName();
        quoted(name);
        afterName();
        return this;
    }

    void string(String text) {
        string(text.getBytes(StandardCharsets.UTF_8));
    }

    void string(byte[] text) {
        beforeValue();
        quoted(text);
    }

    /** A number, true, false or null, or a string that is quoted already. */
    void raw(String literal) {
        beforeValue();
        out.writeBytes(literal.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #raw(String)}, part of an array of bytes. */
    void raw(byte[] source, int from, int to) {
        beforeValue();
        out.write(source, from, to - from);
    }

    /** A name that is quoted already. */
    void rawName(byte[] source, int from, int to) {
        beforeName();
        out.write(source, from, to - from);
        afterName();
    }

    private void beforeName() {
        if (open.element().filled) {
            out.write(',');
        }
        open.element().filled = true;
        newLine();
    }

    private void afterName() {
        out.write(':');
        if (pretty) {
            out.write('\t');
        }
        named = true;
    }

    private void beforeValue() {
        Container container = open.peek();
        if (!named && container != null && container.array) {
            if (container.filled) {
                out.write(',');
                if (pretty) {
                    out.write(' ');
                }
            }
            container.filled = true;
        }
        named = false;
    }

    private void newLine() {
        if (pretty) {
            out.write('\n');
            for (int i = 0; i < open.size(); i++) {
                out.write('\t');
            }
        }
    }

    private void quoted(byte[] text) {
        out.write('"');
        for (byte b : text) {
            switch (b) {
                case '"' -> escaped('"');
                case '\\' -> escaped('\\');
                case '\b' -> escaped('b');
                case '\f' -> escaped('f');
                case '\n' -> escaped('n');
                case '\r' -> escaped('r');
                case '\t' -> escaped('t');
                default -> {
                    if (b >= 0 && b < 0x20) {
                        escaped('u');
                        out.write('0');
                        out.write('0');
                        out.write(HEX_DIGITS.charAt(b >> 4));
                        out.write(HEX_DIGITS.charAt(b & 0x0F));
                    } else {
                        out.write(b);
                    }
                }
            }
        }
        out.write('"');
    }

    private void escaped(char letter) {
        out.write('\\');
        out.write(letter);
    }
}
