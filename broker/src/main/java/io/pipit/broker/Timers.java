package io.pipit.broker;

import io.pipit.broker.spi.Clock;
import io.pipit.broker.spi.Loop;
import org.jspecify.annotations.Nullable;

/**
 * The running timers of one loop: a wheel in which scheduling, cancelling and rescheduling cost the same for one timer
 * and for a million, and allocate nothing. Confined to its loop.
 *
 * <h2>How it turns</h2>
 * Time passes in ticks of 100 ms. A timer is due at the first tick at or after its deadline: never early, and late by one
 * tick at most, however far away it was (later only if the loop itself is late). There are seven levels of 64
 * places. A place of the lowest level is one tick, a place of a level above as long as all 64 below. A timer lies at
 * the lowest level where one turn of 64 places contains both now and its tick: in the highest group of 6 bits in which
 * the two numbers differ. When the time of a place above comes, its timers move to levels below, so a timer is touched
 * at most seven times between scheduling and expiry.
 *
 * <p>Of each level the places that are taken are the bits of one number, so the next of them is found without looking at
 * places or timers, and one wake-up is asked of the loop for it: an hour in which nothing is due costs no
 * wake-ups but those few in which timers come down a level. Putting a deadline off, as each packet does with the
 * keep-alive of its connection, only writes the new deadline: the timer stays where it is until the old one comes, and
 * then moves.
 *
 * <p>A turn handles at most {@value #TIMERS_A_TURN} timers and leaves the rest to the next one, so that a hundred thousand due at
 * once do not keep the loop from its connections.
 */
final class Timers {
    /** The length of a tick: no timer is later than this. */
    static final long TICK_NANOS = 100_000_000;

    private static final int BITS = 6;
    private static final int PLACES = 1 << BITS;
    private static final int LEVELS = 7;
    private static final int TIMERS_A_TURN = 1024;

    private final Clock clock;
    private final Loop loop;
    private final long origin;
    private final Runnable turn = this::turn;
    private final @Nullable Timer[] first = new @Nullable Timer[LEVELS * PLACES];
    private final long[] taken = new long[LEVELS];

    /** Up to where time has been handled: no timer lies before it. */
    private long tick;

    private int size;
    private boolean turning;
    private Loop.@Nullable Scheduled wakeUp;
    private long wakeUpTick;

    /**
     * Something that happens when its time has come: one field of whatever wants it, scheduled again and again. Belongs
     * to one {@link Timers}.
     */
    abstract static class Timer {
        private static final int NOWHERE = -1;

        private long deadlineNanos;
        private @Nullable Timer next;
        private @Nullable Timer previous;
        private int place = NOWHERE;

        /**
         * Called once at or after the deadline, on the loop, not scheduled any more; may schedule and cancel any timer,
         * itself included. What it throws goes to the loop, and keeps no other timer from its time.
         */
        abstract void expire();

        /** Whether it waits for its time. */
        final boolean isScheduled() {
            return place != NOWHERE;
        }

        /** The time of the clock before which it does not expire; only while it is scheduled. */
        final long deadlineNanos() {
            return deadlineNanos;
        }
    }

    /** No timers yet. */
    Timers(Clock clock, Loop loop) {
        this.clock = clock;
        this.loop = loop;
        this.origin = clock.nanos();
    }

    /** A timer that runs an action. */
    static Timer timer(Runnable action) {
        return new Timer() {
            @Override
            void expire() {
                action.run();
            }
        };
    }

    /** How many timers are scheduled. */
    int size() {
        return size;
    }

    /**
     * Schedules a timer, or gives it a new time if it is scheduled. It never expires within this call.
     *
     * @param delayNanos how long from now; 0 and below mean the next turn
     */
    void schedule(Timer timer, long delayNanos) {
        assert loop.inLoop();
        long now = elapsedNanos();
        long deadline = origin + now + Math.clamp(delayNanos, 0, Long.MAX_VALUE - now);
        if (timer.isScheduled()) {
            if (deadline - timer.deadlineNanos >= 0) {
                timer.deadlineNanos = deadline;
                return;
            }
            unlink(timer);
        } else {
            size++;
        }
        timer.deadlineNanos = deadline;
        passEmptyTime(now / TICK_NANOS);
        link(timer);
        askForWakeUp(now);
    }

    /** Takes a timer back; no effect when it is not scheduled. */
    void cancel(Timer timer) {
        assert loop.inLoop();
        if (timer.isScheduled()) {
            // The wake-up stays asked for: with nothing due it costs less than asking anew for each timer.
            unlink(timer);
            size--;
        }
    }

    /**
     * Takes a timer back for a while.
     *
     * @return what schedules it again for the time that it had, if it was scheduled at all
     */
    Runnable hold(Timer timer) {
        if (!timer.isScheduled()) {
            return () -> {};
        }
        long deadline = timer.deadlineNanos();
        cancel(timer);
        return () -> schedule(timer, deadline - clock.nanos());
    }

    private void turn() {
        wakeUp = null;
        turning = true;
        try {
            long now = elapsedNanos() / TICK_NANOS;
            for (int left = TIMERS_A_TURN; left > 0 && nextTick() <= now; left--) {
                int level = nextLevel();
                tick = Math.max(tick, nextTick(level));
                Timer timer = firstOf(level);
                unlink(timer);
                if (tickOf(timer) > tick) {
                    link(timer); // from a level above, or put off
                } else {
                    size--;
                    timer.expire();
                }
            }
        } finally {
            turning = false;
            askForWakeUp(elapsedNanos());
        }
    }

    private void askForWakeUp(long now) {
        long next = nextTick();
        if (turning || next == Long.MAX_VALUE) {
            return;
        }
        if (wakeUp != null) {
            if (wakeUpTick <= next) {
                return;
            }
            wakeUp.cancel();
        }
        wakeUpTick = next;
        wakeUp = loop.schedule(Math.max(0, next * TICK_NANOS - now), turn);
    }

    /** Moves on to now unless something is due before: so that new timers lie as low as they can. */
    private void passEmptyTime(long now) {
        if (now > tick && nextTick() > now) {
            tick = now;
        }
    }

    /** The tick at which the next place that is taken begins, or {@link Long#MAX_VALUE}. */
    private long nextTick() {
        int level = nextLevel();
        return level < 0 ? Long.MAX_VALUE : nextTick(level);
    }

    /**
     * The level of the place that begins next, or -1. A place from which timers are just moving down begins no later than
     * those that they move to, so among equals it is the highest.
     */
    private int nextLevel() {
        int next = -1;
        long nextTick = Long.MAX_VALUE;
        for (int level = 0; level < LEVELS; level++) {
            if (taken[level] != 0 && nextTick(level) <= nextTick) {
                next = level;
                nextTick = nextTick(level);
            }
        }
        return next;
    }

    private long nextTick(int level) {
        int shift = level * BITS;
        long turnBegins = tick >>> (shift + BITS) << (shift + BITS);
        return turnBegins + ((long) Long.numberOfTrailingZeros(taken[level]) << shift);
    }

    private Timer firstOf(int level) {
        Timer timer = first[level * PLACES + Long.numberOfTrailingZeros(taken[level])];
        if (timer == null) {
            throw new IllegalStateException("no timer where one was counted");
        }
        return timer;
    }

    private long elapsedNanos() {
        return clock.nanos() - origin;
    }

    /** The first tick at or after the deadline of a timer. */
    private long tickOf(Timer timer) {
        return Math.ceilDiv(timer.deadlineNanos - origin, TICK_NANOS);
    }

    private void link(Timer timer) {
        long due = Math.max(tickOf(timer), tick);
        int level = (Long.SIZE - 1 - Long.numberOfLeadingZeros((due ^ tick) | 1)) / BITS;
        int index = (int) (due >>> (level * BITS)) & (PLACES - 1);
        int place = level * PLACES + index;
        Timer head = first[place];
        if (head == null || head.previous == null) {
            first[place] = timer;
            timer.next = timer;
            timer.previous = timer;
            taken[level] |= 1L << index;
        } else {
            Timer last = head.previous;
            timer.next = head;
            timer.previous = last;
            last.next = timer;
            head.previous = timer;
        }
        timer.place = place;
    }

    @SuppressWarnings("ReferenceEquality") // a list is of these very timers
    private void unlink(Timer timer) {
        int place = timer.place;
        Timer next = timer.next;
        Timer previous = timer.previous;
        if (next == null || previous == null || next == timer) {
            first[place] = null;
            taken[place / PLACES] &= ~(1L << (place % PLACES));
        } else {
            next.previous = previous;
            previous.next = next;
            if (first[place] == timer) {
                first[place] = next;
            }
        }
        timer.next = null;
        timer.previous = null;
        timer.place = Timer.NOWHERE;
    }
}
