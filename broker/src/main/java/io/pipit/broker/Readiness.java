package io.pipit.broker;

import io.pipit.broker.spi.Table;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Whether a broker accepts connections; as text, for readers of its log. */
public sealed interface Readiness {
    /**
     * Not yet: it reads back what is stored.
     *
     * @param restored so far, in the order in which it is read
     */
    record Starting(List<Restored> restored) implements Readiness {
        public Starting {
            restored = List.copyOf(restored);
        }

        @Override
        public String toString() {
            return restored.isEmpty()
                    ? "starting"
                    : "restoring: " + restored.stream().map(Restored::toString).collect(Collectors.joining(", "));
        }
    }

    /**
     * It does.
     *
     * @param restored of what was stored when it started
     */
    record Ready(List<Restored> restored) implements Readiness {
        public Ready {
            restored = List.copyOf(restored);
        }

        @Override
        public String toString() {
            return "ready";
        }
    }

    /** No more. */
    record Stopping() implements Readiness {
        @Override
        public String toString() {
            return "stopping";
        }
    }

    /**
     * How much of a table was read back.
     *
     * @param rows that were read, 1 or more
     * @param rowsAbout how many there are, roughly; not less than were read
     */
    record Restored(Table table, long rows, long rowsAbout) {
        /** Such as {@code 412,000 of about 1,000,000 sessions}. */
        @Override
        public String toString() {
            String what = switch (table) {
                case ENTRIES -> "queued messages";
                case RECEIVED -> "received packet identifiers";
                case RETAINED -> "retained messages";
                case BROKER, SESSIONS, SUBSCRIPTIONS, MESSAGES, WILLS, UNREADABLE ->
                    table.name().toLowerCase(Locale.ROOT);
            };
            return rows == rowsAbout
                    ? String.format(Locale.ROOT, "%,d %s", rows, what)
                    : String.format(Locale.ROOT, "%,d of about %,d %s", rows, rowsAbout, what);
        }
    }
}
