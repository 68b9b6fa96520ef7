package io.pipit.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Standard output as JSON objects, a line each; written in blocks, since there may be millions of them. */
final class JsonLines {
    private static final int BLOCK = 64 << 10;

    private final Terminal terminal;
    private final ByteArrayOutputStream block = new ByteArrayOutputStream(BLOCK);

    JsonLines(Terminal terminal) {
        this.terminal = terminal;
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    void line(ObjectNode json) throws IOException {
        block.writeBytes(json.toString().getBytes(StandardCharsets.UTF_8));
        block.write('\n');
        if (block.size() >= BLOCK) {
            flush();
        }
    }

    /** Writes what is left. */
    void flush() throws IOException {
        terminal.write(block);
        block.reset();
    }
}
