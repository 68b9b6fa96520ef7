package io.pipit.acceptance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What arrives at one client: messages in their order, and the end of the connection. Filled by the library's threads. */
final class Inbox {
    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Ended> ended = new CompletableFuture<>();

    void add(Message message) {
        messages.add(message);
    }

    void end(@Nullable Integer reasonCode) {
        ended.complete(new Ended(reasonCode));
    }

    /** The next message, waited for. */
    Message next() {
        try {
            Message message = messages.poll(TestClient.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (message == null) {
                throw new AssertionError("no message arrived in " + TestClient.PATIENCE
                        + (ended.isDone() ? ": the connection ended" : ""));
            }
            return message;
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting for a message", e);
        }
    }

    List<Message> next(int count) {
        List<Message> next = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            next.add(next());
        }
        return next;
    }

    /** How many messages have arrived and were not asked for yet. */
    int waiting() {
        return messages.size();
    }

    /** The end of the connection, waited for. */
    Ended awaitEnd() {
        return Wait.forResult("the end of the connection", ended);
    }
}
