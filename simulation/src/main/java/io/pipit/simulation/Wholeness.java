package io.pipit.simulation;

import io.pipit.broker.Census;
import io.pipit.broker.spi.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/** What is wrong with what a broker says that it holds. */
final class Wholeness {
    private final List<String> faults = new ArrayList<>();

    /** All that was found. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    /** What is counted is what there is, and nothing waits to be taken: whenever nothing runs. */
    void requireConsistent(Census now) {
        Census.Holdings held = now.holdings();
        Census.Counted counted = now.counted();
        requireSame("sessions", held.sessions(), counted.sessions());
        requireSame("subscriptions", held.subscriptions(), counted.subscriptions());
        requireSame("queued messages", held.queuedMessages(), counted.queuedMessages());
        requireSame("queued bytes", held.queuedBytes(), counted.queuedBytes());
        requireSame(
                "subscriptions in the index",
                held.subscriptions() - held.sharedMembers() + now.sharedSubscriptions(),
                now.indexed());
        requireNone("items handed over to a loop that rests", held.handedOver());
        if (now.memoryBytes() < 0) {
            add(now.memoryBytes() + " bytes of memory");
        }
    }

    /** No message, no Packet Identifier, no byte of memory is in use: when all was received and acknowledged. */
    void requireDrained(Census now) {
        Census.Holdings held = now.holdings();
        requireNone("queued messages", held.queuedMessages());
        requireNone("queued bytes", held.queuedBytes());
        requireNone("messages in flight", held.inFlight());
        requireNone("received Packet Identifiers", held.receivedIdentifiers());
        requireNone("works under way", held.pending());
        requireNone("publishers paused for memory", held.paused());
        requireNone("bytes of memory", now.memoryBytes());
    }

    /** Nothing is there at all: when connections are closed, and sessions and retained messages have ended. */
    void requireNothingHeld(Census now) {
        Census.Holdings held = now.holdings();
        requireNone("connections", held.connections());
        requireNone("sessions", held.sessions());
        requireNone("subscriptions", held.subscriptions());
        requireNone("wills", held.wills());
        requireNone("timers", held.timers());
        requireNone("filters in the index", now.filters());
        requireNone("subscriptions in the index", now.indexed());
        requireNone("shared subscriptions", now.sharedSubscriptions());
        requireNone("retained messages", now.retainedMessages());
        requireNone("bytes of retained messages", now.retainedBytes());
        requireNone("bytes of retained messages in the cache", now.retainedCacheBytes());
        requireNone("bytes of retained messages that are not stored", now.retainedUnsettledBytes());
        if (!now.indexIsEmpty()) {
            add("the index has no filter, but is not empty");
        }
    }

    /**
     * Nothing is stored but what concerns the whole broker.
     *
     * @param rows how many rows a table has
     * @param garbage tables in which failed commits may have left rows
     */
    void requireNothingStored(ToLongFunction<Table> rows, Set<Table> garbage) {
        for (Table table : Table.values()) {
            if (table != Table.BROKER && !garbage.contains(table)) {
                requireNone("rows in " + table, rows.applyAsLong(table));
            }
        }
    }

    void requireNone(String what, long count) {
        if (count != 0) {
            add(count + " " + what + " left");
        }
    }

    void requireSame(String what, long held, long counted) {
        if (held != counted) {
            add(what + ": there are " + held + ", counted are " + counted);
        }
    }

    private void add(String fault) {
        faults.add(fault);
    }
}
