package io.pipit.simulation;

import io.pipit.broker.Broker;
import io.pipit.broker.Census;
import io.pipit.broker.spi.Table;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a broker is whole: what it counts is what it holds, and it holds nothing for which there is no reason. Each
 * check runs the loops until they rest, and throws an AssertionError that names all that is wrong.
 */
public final class WholeBroker {
    private final Broker broker;
    private final SimulatedLoops loops;
    private final SimulatedStorage storage;
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
        Wholeness wholeness = new Wholeness();
        wholeness.requireConsistent(census());
        throwFaults(wholeness);
    }

    /** When all connections are closed: nobody is connected or counts as a client, and the rest is consistent. */
    public void requireNobodyConnected() {
        Census now = census();
        Wholeness wholeness = new Wholeness();
        wholeness.requireConsistent(now);
        wholeness.requireNone("connections", now.holdings().connections());
        wholeness.requireNone("clients", now.counted().clients());
        if (storage.held().isEmpty()) {
            wholeness.requireNone("works under way", now.holdings().pending());
        }
        if (now.holdings().queuedMessages() == 0 && now.holdings().pending() == 0) {
            wholeness.requireNone("bytes of memory", now.memoryBytes());
        }
        throwFaults(wholeness);
    }

    /**
     * When clients have received and acknowledged all there was, and nothing is being stored: no message, no Packet
     * Identifier, no byte of memory is in use.
     *
     * @param garbage tables in which failed commits may have left rows
     */
    public void requireDrained(Set<Table> garbage) {
        Census now = census();
        Wholeness wholeness = new Wholeness();
        wholeness.requireConsistent(now);
        wholeness.requireDrained(now);
        EnumSet<Table> empty = EnumSet.of(Table.ENTRIES, Table.MESSAGES, Table.RECEIVED);
        empty.removeAll(garbage);
        empty.forEach(table -> wholeness.requireNone("rows in " + table, storage.rows(table)));
        throwFaults(wholeness);
    }

    /** When connections are closed and sessions and retained messages have expired: nothing is left in memory. */
    public void requireNothingHeld() {
        Census now = census();
        Wholeness wholeness = new Wholeness();
        wholeness.requireConsistent(now);
        wholeness.requireDrained(now);
        wholeness.requireNothingHeld(now);
        throwFaults(wholeness);
    }

    /**
     * When nothing is held: nothing is left in storage but the broker's time and epoch.
     *
     * @param garbage tables in which failed commits may have left rows
     */
    public void requireNothingStored(Set<Table> garbage) {
        Wholeness wholeness = new Wholeness();
        wholeness.requireNothingStored(storage::rows, garbage);
        wholeness.requireNone("rows in BROKER but time and epoch", storage.rows(Table.BROKER) - 2);
        throwFaults(wholeness);
    }

    private static void throwFaults(Wholeness wholeness) {
        if (!wholeness.faults().isEmpty()) {
            throw new AssertionError("the broker is not whole: " + String.join("; ", wholeness.faults()));
        }
    }
}
