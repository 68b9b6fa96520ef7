package io.pipit.cli;

/** Checks that bytes are one JSON value (RFC 8259), and copies it without its white space. */
final class JsonReader {
    private static final int MAXIMUM_DEPTH = 1000;

    private final byte[] text;
    private int next;

    JsonReader(byte[] text) {
        this.text = text;
    }

    /** Bytes that are no JSON; thrown and caught in this class only. */
    private static final class NotJson extends Exception {
        private static final long serialVersionUID = 1;

        private NotJson() {
            super("not JSON", null, false, false);
        }
    }

    static boolean isValid(byte[] text) {
        return new JsonReader(text).copy(new JsonWriter(new java.io.ByteArrayOutputStream(), false));
    }

    /** Copies the value, which has been found valid. */
    void copyTo(JsonWriter target) {
        if (!copy(target)) {
            throw new IllegalStateException("copied before it was checked");
        }
    }

    private boolean copy(JsonWriter target) {
        try {
            value(target, 0);
            skipBlanks();
            return next == text.length;
        } catch (NotJson wrong) {
            return false;
        }
    }

    private void value(JsonWriter target, int depth) throws NotJson {
        if (depth > MAXIMUM_DEPTH) {
            throw new NotJson();
        }
        skipBlanks();
        int start = next;
        switch (peek()) {
            case '{' -> object(target, depth);
            case '[' -> array(target, depth);
            case '"' -> {
                string();
                target.raw(text, start, next);
            }
            case 't' -> literal(target, "true");
            case 'f' -> literal(target, "false");
            case 'n' -> literal(target, "null");
            default -> {
                number();
                target.raw(text, start, next);
            }
        }
    }

    private void object(JsonWriter target, int depth) throws NotJson {
        next++;
        target.beginObject();
        skipBlanks();
        if (peek() != '}') {
            do {
                skipBlanks();
                int start = next;
                string();
                target.rawName(text, start, next);
                skipBlanks();
                require(':');
                value(target, depth + 1);
                skipBlanks();
            } while (takes(','));
        }
        require('}');
        target.endObject();
    }

    private void array(JsonWriter target, int depth) throws NotJson {
        next++;
        target.beginArray();
        skipBlanks();
        if (peek() != ']') {
            do {
                value(target, depth + 1);
                skipBlanks();
            } while (takes(','));
        }
        require(']');
        target.endArray();
    }

    private void string() throws NotJson {
        require('"');
        while (peek() != '"') {
            int c = text[next++];
            if (c >= 0 && c < 0x20) {
                throw new NotJson();
            }
            if (c == '\\') {
                escape();
            }
        }
        next++;
    }

    private void escape() throws NotJson {
        int c = peek();
        next++;
        if (c == 'u') {
            for (int i = 0; i < 4; i++, next++) {
                if (Character.digit(peek(), 16) < 0) {
                    throw new NotJson();
                }
            }
        } else if ("\"\\/bfnrt".indexOf(c) < 0) {
            throw new NotJson();
        }
    }

    private void number() throws NotJson {
        takes('-');
        if (!takes('0')) {
            digits();
        }
        if (takes('.')) {
            digits();
        }
        if (takes('e') || takes('E')) {
            if (!takes('+')) {
                takes('-');
            }
            digits();
        }
    }

    private void digits() throws NotJson {
        int start = next;
        while (next < text.length && text[next] >= '0' && text[next] <= '9') {
            next++;
        }
        if (next == start) {
            throw new NotJson();
        }
    }

    private void literal(JsonWriter target, String literal) throws NotJson {
        for (int i = 0; i < literal.length(); i++) {
            require(literal.charAt(i));
        }
        target.raw(literal);
    }

    private void skipBlanks() {
        while (next < text.length && " \t\n\r".indexOf(text[next]) >= 0) {
            next++;
        }
    }

    private int peek() throws NotJson {
        if (next == text.length) {
            throw new NotJson();
        }
        return text[next];
    }

    private boolean takes(char c) {
        if (next < text.length && text[next] == c) {
            next++;
            return true;
        }
        return false;
    }

    private void require(char c) throws NotJson {
        if (!takes(c)) {
            throw new NotJson();
        }
    }
}
