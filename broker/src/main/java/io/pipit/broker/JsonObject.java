package io.pipit.broker;

/** The text of a flat JSON object, field by field. */
final class JsonObject {
    private final StringBuilder text = new StringBuilder("{");

    JsonObject with(String name, String value) {
        name(name);
        string(value);
        return this;
    }

    JsonObject with(String name, long value) {
        name(name);
        text.append(value);
        return this;
    }

    JsonObject with(String name, boolean value) {
        name(name);
        text.append(value);
        return this;
    }

    private void name(String name) {
        if (text.length() > 1) {
            text.append(',');
        }
        string(name);
        text.append(':');
    }

    private void string(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    @Override
    public String toString() {
        return text + "}";
    }
}
