package io.pipit.simulation;

import java.util.PriorityQueue;

/** What the world around the broker will do, by virtual time: disks that answer, bytes that arrive, faults that end. */
final class Agenda {
    private final SimulatedClock clock;
    private final PriorityQueue<Item> items = new PriorityQueue<>();
    private long made;

    Agenda(SimulatedClock clock) {
        this.clock = clock;
    }

    private record Item(long dueNanos, long order, Runnable action) implements Comparable<Item> {
        @Override
        public int compareTo(Item other) {
            int byTime = Long.compare(dueNanos - other.dueNanos, 0);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** Does something when so much time has passed, 0 or more. */
    void in(long delayNanos, Runnable action) {
        items.add(new Item(clock.nanos() + delayNanos, made++, action));
    }

    boolean isDue() {
        Item next = items.peek();
        return next != null && next.dueNanos - clock.nanos() <= 0;
    }

    /** Does the first that is due. */
    void act() {
        Item next = items.remove();
        next.action.run();
    }

    /** When the next is due, or {@code latest} when that is earlier. */
    long nextNanos(long latest) {
        Item next = items.peek();
        return next == null || next.dueNanos - latest > 0 ? latest : next.dueNanos;
    }
}
