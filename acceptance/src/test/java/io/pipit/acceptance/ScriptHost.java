package io.pipit.acceptance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A program in another language that hosts clients of its library, spoken to in lines of JSON. A request
 * {@code {"id", "client", "op", "arg"}} is answered by {@code {"id", "ok"}} or {@code {"id", "error"}}; in between come
 * events {@code {"client", "message"}} and {@code {"client", "ended"}}.
 */
final class ScriptHost implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Program program;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> requests = new ConcurrentHashMap<>();
    private final Map<Integer, Inbox> inboxes = new ConcurrentHashMap<>();

    ScriptHost(List<String> command) {
        this.program = Program.start(command, this::receive);
    }

    /** Makes room for one more client, whose messages go to this inbox; returns its number. */
    int open(Inbox inbox) {
        int client = lastId.incrementAndGet();
        inboxes.put(client, inbox);
        return client;
    }

    JsonNode request(int client, String operation, Object argument) {
        int id = lastId.incrementAndGet();
        ObjectNode request = JSON.createObjectNode();
        request.put("id", id);
        request.put("client", client);
        request.put("op", operation);
        request.set("arg", JSON.valueToTree(argument));
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        requests.put(id, answer);
        send(request);
        return Wait.forResult("answer to " + request, answer);
    }

    private synchronized void send(ObjectNode request) {
        try {
            OutputStream stdin = program.stdin();
            stdin.write((request + "\n").getBytes(StandardCharsets.UTF_8));
            stdin.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the script is gone: " + program.stderr(), e);
        }
    }

    private void receive(String line) {
        try {
            JsonNode node = JSON.readTree(line);
            if (node.has("id")) {
                answer(node);
            } else {
                event(node);
            }
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("not JSON: " + line, e);
        }
    }

    private void answer(JsonNode node) {
        CompletableFuture<JsonNode> request = requests.remove(node.get("id").intValue());
        if (request == null) {
            throw new IllegalStateException("an answer to no request: " + node);
        }
        if (node.has("error")) {
            request.completeExceptionally(
                    new IllegalStateException(node.get("error").asText()));
        } else {
            request.complete(node.get("ok"));
        }
    }

    private void event(JsonNode node) throws JsonProcessingException {
        Inbox inbox = inboxes.get(node.get("client").intValue());
        if (inbox == null) {
            throw new IllegalStateException("an event for no client: " + node);
        }
        if (node.has("message")) {
            inbox.add(JSON.treeToValue(node.get("message"), Message.class));
        } else {
            JsonNode code = node.get("ended");
            inbox.end(code.isNull() ? null : code.intValue());
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
