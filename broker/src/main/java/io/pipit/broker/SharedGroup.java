package io.pipit.broker;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The members of a shared subscription (section 4.8.2), and whose turn it is: connected members with room first, in
 * turn; else a connected one, into its queue; else an offline one whose session is stored; one whose queue is full
 * only when all are. Any thread picks without a lock, by what the members show of themselves; changes exclude each other.
 *
 * <p>The turn goes on behind the member that was picked, so that those who were passed over do not double the share
 * of their neighbours. Two threads that pick at once may pick the same member.
 *
 * @param <M> the members, compared by identity
 */
@SuppressWarnings("ReferenceEquality") // members are compared by identity
final class SharedGroup<M extends SharedGroup.Member> {
    /** What a choice depends on; asked on any thread. */
    interface Member {
        boolean isConnected();

        /** Whether a message could be sent at once. */
        boolean hasRoom();

        boolean isStored();

        /** Whether its queue is full, so that it could take a message only by dropping one. */
        boolean isFull();
    }

    /** How good a choice a member is. */
    private enum Choice {
        READY,
        CONNECTED,
        STORED,
        FULL,
        NONE;

        static Choice of(Member member) {
            if (member.isFull()) {
                return member.isConnected() || member.isStored() ? FULL : NONE;
            }
            if (member.isConnected()) {
                return member.hasRoom() ? READY : CONNECTED;
            }
            return member.isStored() ? STORED : NONE;
        }
    }

    /** The place where the next choice begins; beyond the end it means the first. */
    private final AtomicInteger turn = new AtomicInteger();

    private volatile Object[] members = {};

    /** The member that gets the next message, or null when none can take one. */
    @Nullable
    M pick() {
        Object[] all = members;
        int first = turn.get();
        int picked = -1;
        Choice best = Choice.NONE;
        for (int i = 0; i < all.length && best != Choice.READY; i++) {
            int place = (first + i) % all.length;
            Choice choice = Choice.of(member(all, place));
            if (choice.compareTo(best) < 0) {
                best = choice;
                picked = place;
            }
        }
        if (picked < 0) {
            return null;
        }
        turn.compareAndSet(first, picked + 1);
        return member(all, picked);
    }

    @SuppressWarnings("unchecked") // only add puts something in
    private M member(Object[] all, int place) {
        return (M) all[place];
    }

    /** Adds a member, whose turn comes after that of all others. */
    synchronized void add(M member) {
        Object[] before = members;
        Object[] grown = new Object[before.length + 1];
        int first = before.length == 0 ? 0 : turn.get() % before.length;
        System.arraycopy(before, 0, grown, 0, first);
        grown[first] = member;
        System.arraycopy(before, first, grown, first + 1, before.length - first);
        members = grown;
        turn.set(before.length == 0 ? 0 : (first + 1) % grown.length);
    }

    /** Removes a member, if it is one; the turn of the others stays. */
    synchronized void remove(M member) {
        Object[] before = members;
        int place = Arrays.asList(before).indexOf(member);
        if (place < 0) {
            return;
        }
        Object[] left = new Object[before.length - 1];
        System.arraycopy(before, 0, left, 0, place);
        System.arraycopy(before, place + 1, left, place, left.length - place);
        int first = turn.get() % before.length;
        members = left;
        turn.set(first > place ? first - 1 : first == left.length ? 0 : first);
    }

    /** Whether there are members that could take a message, and the queue of each of them is full. */
    boolean isFull() {
        Object[] all = members;
        boolean full = false;
        for (int i = 0; i < all.length; i++) {
            Choice choice = Choice.of(member(all, i));
            if (choice.compareTo(Choice.FULL) < 0) {
                return false;
            }
            full |= choice == Choice.FULL;
        }
        return full;
    }

    boolean isEmpty() {
        return members.length == 0;
    }

    int size() {
        return members.length;
    }
}
