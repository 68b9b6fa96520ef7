package io.pipit.simulation;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Table;
import java.util.function.Predicate;

/** What is going on when something goes wrong. */
enum Phase {
    /** A message is admitted to a queue, and its commit is not done. */
    BETWEEN_ADMISSION_AND_COMMIT(true, false),
    /** A message that is stored once for many queues waits for its commit. */
    SHARED_MESSAGE_UNCOMMITTED(true, false),
    RETAINED_UNCOMMITTED(true, false),
    /** "PUBREC received", or another change of a released entry, is not durable. */
    REMOVAL_UNCOMMITTED(true, false),
    /** Queues hold what their clients were not yet sent. */
    DRAINING(true, false),
    RECOVERING(true, false),
    CONNECT_UNANSWERED(true, true),
    PUBLISH_UNACKNOWLEDGED(true, true),
    /** PUBREL was sent by a publisher, which may be lost now. */
    PUBREL_UNANSWERED(true, true),
    /** PUBREC was sent by a receiver, or is about to be, and PUBREL did not come. */
    PUBREL_AWAITED(true, true),
    SUBSCRIBE_UNANSWERED(true, true);

    private final boolean everybodys;
    private final boolean clients;

    Phase(boolean everybodys, boolean clients) {
        this.everybodys = everybodys;
        this.clients = clients;
    }

    /** Whether a fault can meet it. */
    boolean meets(Fault fault) {
        if (this == RECOVERING) {
            return fault == Fault.CRASH; // nobody is connected, and it does not stop while it starts
        }
        if (this == CONNECT_UNANSWERED && (fault == Fault.SILENT_CONNECTION || fault == Fault.STALLED_CLIENT)) {
            return false;
        }
        return fault.isEverybodys() ? everybodys : clients;
    }

    /** What a waiting batch must have so that it is this phase; nothing when the disk does not tell. */
    Predicate<Batch.Change> change() {
        return switch (this) {
            case BETWEEN_ADMISSION_AND_COMMIT ->
                change -> change instanceof Batch.Put put && put.table() == Table.ENTRIES;
            case SHARED_MESSAGE_UNCOMMITTED ->
                change -> change instanceof Batch.Put put && put.table() == Table.MESSAGES;
            case RETAINED_UNCOMMITTED -> change -> change.table() == Table.RETAINED;
            case REMOVAL_UNCOMMITTED ->
                change -> change instanceof Batch.Delete delete && delete.table() == Table.ENTRIES;
            default -> change -> false;
        };
    }
}
