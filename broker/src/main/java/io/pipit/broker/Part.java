package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one loop does for one publication: its targets there, the rows of the entries that they made, and who is to
 * hear that these are durable. Handed from loop to loop, never used by two at a time.
 */
final class Part {
    private record Admitted(Queue queue, QueueEntry entry) {}

    private final Message message;
    private final BrokerLoop loop;
    private final @Nullable Publication publication;
    private final long messageId;
    private final boolean awaited;
    private List<Admitted> admitted = List.of();
    private @Nullable Batch rows;
    private byte @Nullable [] body;
    private boolean failed;
    private int deferred = 1; // until all its targets have been asked

    /**
     * A part.
     *
     * @param loop of the targets
     * @param publication which it is a part of, or null when the loop commits it alone
     * @param messageId under which the message is stored once for all entries, or 0 when each entry holds it
     * @param awaited whether the publication waits for this part: when one of its targets is stored
     */
    Part(Message message, BrokerLoop loop, @Nullable Publication publication, long messageId, boolean awaited) {
        this.message = message;
        this.loop = loop;
        this.publication = publication;
        this.messageId = messageId;
        this.awaited = awaited;
    }

    Message message() {
        return message;
    }

    /** Where its targets are. */
    BrokerLoop loop() {
        return loop;
    }

    boolean isAwaited() {
        return awaited;
    }

    long messageId() {
        return messageId;
    }

    /** Its answer has to wait for something else. */
    void defer() {
        deferred++;
    }

    /** A target did not get it, and nothing may be promised to its publisher. */
    void fail() {
        failed = true;
    }

    boolean hasFailed() {
        return failed;
    }

    /** What its answer had to wait for is there. */
    void resume() {
        deferred--;
        answer();
    }

    /** All its targets have been asked; what one of them deferred may have come back before. */
    void delivered() {
        resume();
    }

    private void answer() {
        Publication waiting = publication;
        if (deferred == 0 && awaited && waiting != null) {
            loop.on(waiting.loop(), () -> waiting.answered(this));
        }
    }

    /** The message's own bytes in a row, made once. */
    byte[] body() {
        byte[] bytes = body;
        if (bytes == null) {
            bytes = MessageRow.encode(message);
            body = bytes;
        }
        return bytes;
    }

    /** An entry was admitted, which is kept under this key. */
    void add(Queue queue, QueueEntry entry, byte[] key, byte[] value) {
        if (admitted.isEmpty()) {
            admitted = new ArrayList<>(1);
            rows = new Batch(Batch.Urgency.DURABLE);
        }
        admitted.add(new Admitted(queue, entry));
        Batch batch = rows;
        if (batch != null) {
            batch.put(Table.ENTRIES, key, value);
        }
    }

    /** The rows of the entries, or null when there are none. */
    @Nullable
    Batch rows() {
        return rows;
    }

    int entries() {
        return admitted.size();
    }

    /** Tells every queue how the commit ended; on the loop of the queues. */
    void settle(boolean durable) {
        for (Admitted one : admitted) {
            one.queue().settle(one.entry(), durable);
        }
    }
}
