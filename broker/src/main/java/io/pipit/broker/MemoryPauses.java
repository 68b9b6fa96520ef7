package io.pipit.broker;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The publishers of one loop that are paused because the broker's memory is full. Once a second stored sessions are made
 * to read from storage what they have not been sent, and each publisher gets a turn even so, in which it reads
 * acknowledgements: two that publish to each other at the limit both make progress. Confined to its loop.
 */
final class MemoryPauses {
    private static final long LOOK_NANOS = Timers.TICK_NANOS / 2; // with the next tick
    private static final int LOOKS_PER_TURN = 10;
    private final BrokerLoop loop;
    private final MemoryBudget budget;
    private final long step;
    private final Set<Client> paused = new LinkedHashSet<>();
    private final Timers.Timer look = Timers.timer(this::look);
    private long uncounted;
    private int looks;

    /**
     * One in which nobody is paused.
     *
     * @param loops how many there are
     */
    MemoryPauses(BrokerLoop loop, MemoryBudget budget, int loops) {
        this.loop = loop;
        this.budget = budget;
        this.step = budget.step(loops);
    }

    /** Queues of this loop have grown by so many bytes, or shrunk by a negative number. */
    void add(long bytes) {
        uncounted += bytes;
        if (uncounted > step || uncounted < -step) {
            budget.add(uncounted);
            uncounted = 0;
        }
    }

    /** A client has published something that takes memory: it is paused when there is too little. */
    void published(Client client) {
        if (budget.isExceeded() && paused.add(client)) {
            client.pause(Pause.MEMORY);
            if (!look.isScheduled()) {
                loop.timers().schedule(look, LOOK_NANOS);
            }
        }
    }

    /** How many publishers are paused. */
    int paused() {
        return paused.size();
    }

    /** Bytes that the budget does not know of yet. */
    long uncounted() {
        return uncounted;
    }

    private void look() {
        looks++;
        boolean relieved = budget.isRelieved();
        if (!relieved && looks % LOOKS_PER_TURN == 0) {
            loop.broker().loops().forEach(each -> loop.on(each, each.sessions()::fallBehind));
        }
        if (relieved || looks % LOOKS_PER_TURN == 0) {
            List<Client> all = List.copyOf(paused);
            paused.clear();
            all.forEach(client -> client.resume(Pause.MEMORY));
        }
        if (!paused.isEmpty() && !look.isScheduled()) {
            loop.timers().schedule(look, LOOK_NANOS);
        }
    }
}
