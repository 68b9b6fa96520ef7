package io.pipit.simulation;

import io.pipit.broker.Broker;
import io.pipit.broker.Census;
import io.pipit.broker.spi.Table;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a broker is whole: what it counts is what it holds, and it holds nothing for which there is no reason. Each
 * check runs the loops until they rest, and throws an AssertionError that names all that is wrong.
 */
public final class WholeBroker {
    private static final Set<Table> OF_SESSIONS = EnumSet.complementOf(EnumSet.of(Table.BROKER));

    private final Broker broker;
    private final SimulatedLoops loops;
    private final SimulatedStorage storage;
    private final List<String> faults = new ArrayList<>();
    private @Nullable Census census;

    /** Of a broker that has started on these loops and this storage. */
    public WholeBroker(Broker broker, SimulatedLoops loops, SimulatedStorage storage) {
        this.broker = broker;
        this.loops = loops;
        this.storage = storage;
    }

    /** What it holds now. */
    public Census census() {
        census = null;
        broker.census(taken -> census = taken);
        loops.runUntilIdle();
        Census taken = census;
        if (taken == null) {
            throw new AssertionError("the broker does not say what it holds");
        }
        return taken;
    }

    /** Whenever nothing runs: the metrics and the index agree with the sessions, and nothing waits to be taken. */
    public void requireConsistent() {
        consistent(census());
        throwFaults();
    }

    /**
     * When clients have received and acknowledged all there was, and nothing is being stored: no message, no Packet
     * Identifier, no byte of memory is in use.
     *
     * @param garbage tables in which failed commits may have left rows
     */
    public void requireDrained(Set<Table> garbage) {
        Census now = census();
        consistent(now);
        drained(now);
        EnumSet<Table> empty = EnumSet.of(Table.ENTRIES, Table.MESSAGES, Table.RECEIVED);
        empty.removeAll(garbage);
        empty.forEach(table -> none("rows in " + table, storage.rows(table)));
        throwFaults();
    }

    /** When connections are closed and sessions and retained messages have expired: nothing is left in memory. */
    public void requireNothingHeld() {
        Census now = census();
        consistent(now);
        drained(now);
        Census.Holdings held = now.holdings();
        none("connections", held.connections());
        none("sessions", held.sessions());
        none("subscriptions", held.subscriptions());
        none("wills", held.wills());
        none("timers", held.timers());
        none("filters in the index", now.filters());
        none("subscriptions in the index", now.indexed());
        none("shared subscriptions", now.sharedSubscriptions());
        none("retained messages", now.retainedMessages());
        none("bytes of retained messages", now.retainedBytes());
        if (!now.indexIsEmpty()) {
            faults.add("the index has no filter, but is not empty");
        }
        throwFaults();
    }

    /**
     * When nothing is held: nothing is left in storage but the broker's time and epoch.
     *
     * @param garbage tables in which failed commits may have left rows
     */
    public void requireNothingStored(Set<Table> garbage) {
        EnumSet<Table> empty = EnumSet.copyOf(OF_SESSIONS);
        empty.removeAll(garbage);
        empty.forEach(table -> none("rows in " + table, storage.rows(table)));
        none("rows in BROKER but time and epoch", storage.rows(Table.BROKER) - 2);
        throwFaults();
    }

    private void consistent(Census now) {
        Census.Holdings held = now.holdings();
        Census.Counted counted = now.counted();
        same("sessions", held.sessions(), counted.sessions());
        same("subscriptions", held.subscriptions(), counted.subscriptions());
        same("queued messages", held.queuedMessages(), counted.queuedMessages());
        same("queued bytes", held.queuedBytes(), counted.queuedBytes());
        same(
                "subscriptions in the index",
                held.subscriptions() - held.sharedMembers() + now.sharedSubscriptions(),
                now.indexed());
        none("items handed over to a loop that rests", held.handedOver());
        if (now.memoryBytes() < 0) {
            faults.add(now.memoryBytes() + " bytes of memory");
        }
    }

    private void drained(Census now) {
        Census.Holdings held = now.holdings();
        none("queued messages", held.queuedMessages());
        none("queued bytes", held.queuedBytes());
        none("messages in flight", held.inFlight());
        none("received Packet Identifiers", held.receivedIdentifiers());
        none("works under way", held.pending());
        none("publishers paused for memory", held.paused());
        none("bytes of memory", now.memoryBytes());
    }

    private void same(String what, long held, long counted) {
        if (held != counted) {
            faults.add(what + ": there are " + held + ", counted are " + counted);
        }
    }

    private void none(String what, long count) {
        if (count != 0) {
            faults.add(count + " " + what + " left");
        }
    }

    private void throwFaults() {
        if (!faults.isEmpty()) {
            String all = String.join("; ", faults);
            faults.clear();
            throw new AssertionError("the broker is not whole: " + all);
        }
    }
}
