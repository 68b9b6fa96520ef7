package io.pipit.broker;

import org.jspecify.annotations.Nullable;

/**
 * Queue entries found by their sequence numbers, which follow one another from {@link #first} to {@link #end};
 * places may be empty. Both ends move up only. Confined to one loop.
 */
final class EntryRing {
    private static final int INITIAL = 8;
    private static final @Nullable QueueEntry[] NONE = {};

    /** None before the first entry: most queues are empty for most of their time. */
    private @Nullable QueueEntry[] slots = NONE;

    private long first;
    private long end;

    /** Empty, beginning at this sequence number. */
    EntryRing(long first) {
        this.first = first;
        this.end = first;
    }

    /** The lowest sequence number it covers; {@link #end} when empty. */
    long first() {
        return first;
    }

    /** One more than the highest sequence number it covers. */
    long end() {
        return end;
    }

    boolean isEmpty() {
        return first == end;
    }

    /** How many places it covers. */
    int span() {
        return (int) (end - first);
    }

    /** The entry with this sequence number, or null when there is none. */
    @Nullable
    QueueEntry get(long sequence) {
        return sequence < first || sequence >= end ? null : slots[index(sequence)];
    }

    /** Appends an entry, whose sequence number is at or above the end; places between stay empty. */
    void add(QueueEntry entry) {
        long sequence = entry.sequence();
        if (first == end) {
            first = sequence;
        }
        while (sequence - first >= slots.length) {
            grow();
        }
        slots[index(sequence)] = entry;
        end = sequence + 1;
    }

    /** Empties a place, and with it all empty ones at the front. */
    void remove(long sequence) {
        slots[index(sequence)] = null;
        while (first < end && slots[index(first)] == null) {
            first++;
        }
        shrink();
    }

    /** Forgets everything; goes on at this sequence number. */
    void clear(long next) {
        slots = NONE;
        first = next;
        end = next;
    }

    private int index(long sequence) {
        return (int) sequence & (slots.length - 1);
    }

    private void grow() {
        resize(Math.max(INITIAL, slots.length * 2));
    }

    private void shrink() {
        if (slots.length > 64 && span() < slots.length / 8) {
            resize(slots.length / 4);
        }
    }

    private void resize(int size) {
        @Nullable QueueEntry[] old = slots;
        int mask = old.length - 1;
        slots = new @Nullable QueueEntry[size];
        for (long s = first; s < end; s++) {
            slots[index(s)] = old[(int) s & mask];
        }
    }
}
