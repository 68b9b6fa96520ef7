package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Table;
import java.util.function.Consumer;

/**
 * Something that is not as it should be in a storage.
 *
 * @param key of the row, or of a session whose rows are meant, for readers
 * @param text what is wrong, for readers
 * @param remedy what {@code pipit store repair} does about it, for readers
 * @param change adds the remedy to a batch
 */
public record Finding(Severity severity, Table table, String key, String text, String remedy, Consumer<Batch> change) {
    /** How bad it is. */
    public enum Severity {
        /** Something is lost, or will be: no broker leaves this behind, however it ends. */
        FAULT,
        /** It takes room and means nothing; the end of a process may leave it behind. */
        GARBAGE,
        /** A row that could not be read before and is kept for who can; nothing is done about it. */
        SET_ASIDE
    }
}
