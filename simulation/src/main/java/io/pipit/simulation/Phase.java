package io.pipit.simulation;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Table;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is going on when something goes wrong. */
enum Phase {
    /** A message is admitted to a queue, and its commit is not done. */
    BETWEEN_ADMISSION_AND_COMMIT,
    /** A message that is stored once for many queues waits for its commit. */
    SHARED_MESSAGE_UNCOMMITTED,
    RETAINED_UNCOMMITTED,
    /** An entry that is complete is not yet removed. */
    REMOVAL_UNCOMMITTED,
    /** A session is not yet stored, or its new state is not. */
    SESSION_UNCOMMITTED,
    /** A received Packet Identifier, or its removal, is not durable. */
    RECEIVED_UNCOMMITTED,
    /** Queues hold what their clients were not yet sent, or did not acknowledge. */
    DRAINING,
    RECOVERING,
    CONNECT_UNANSWERED,
    PUBLISH_UNACKNOWLEDGED,
    /** PUBREL was sent by a publisher, and PUBCOMP did not come. */
    PUBREL_UNANSWERED,
    /** PUBREL was sent by a publisher, and is still on its way: a connection that breaks loses it. */
    PUBREL_UNDER_WAY,
    /** PUBREC was sent by a receiver, or is about to be, and PUBREL did not come. */
    PUBREL_AWAITED,
    /** PUBACK, PUBREC or PUBCOMP was sent by a receiver, and is still on its way. */
    ACKNOWLEDGEMENT_UNDER_WAY,
    SUBSCRIBE_UNANSWERED;

    /** Whether each run is to show that a fault meets it. */
    boolean meets(Fault fault) {
        return obstacle(fault) == null;
    }

    /** Why a fault cannot meet it, or nothing would be tried by it; null when it is required to. */
    @Nullable
    String obstacle(Fault fault) {
        return switch (this) {
            case RECOVERING -> fault == Fault.CRASH ? null : "nobody is connected, nobody stops it, and disks are well";
            case CONNECT_UNANSWERED ->
                fault == Fault.SILENT_CONNECTION || fault == Fault.STALLED_CLIENT
                        ? "it strikes clients that have been accepted"
                        : null;
            case PUBREL_UNDER_WAY, ACKNOWLEDGEMENT_UNDER_WAY ->
                fault.losesWhatIsUnderWay() ? null : "it takes nothing that is on its way";
            default -> null;
        };
    }

    /** What a waiting batch must have so that it is this phase; nothing when the disk does not tell. */
    Predicate<Batch.Change> change() {
        return switch (this) {
            case BETWEEN_ADMISSION_AND_COMMIT -> change -> puts(change, Table.ENTRIES);
            case SHARED_MESSAGE_UNCOMMITTED -> change -> puts(change, Table.MESSAGES);
            case RETAINED_UNCOMMITTED -> change -> change.table() == Table.RETAINED;
            case REMOVAL_UNCOMMITTED ->
                change -> change instanceof Batch.Delete delete && delete.table() == Table.ENTRIES;
            case SESSION_UNCOMMITTED -> change -> puts(change, Table.SESSIONS);
            case RECEIVED_UNCOMMITTED -> change -> change.table() == Table.RECEIVED;
            default -> change -> false;
        };
    }

    private static boolean puts(Batch.Change change, Table table) {
        return change instanceof Batch.Put put && put.table() == table;
    }
}
