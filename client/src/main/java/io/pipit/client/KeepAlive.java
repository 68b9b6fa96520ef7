package io.pipit.client;

import java.time.Duration;

/**
 * Decides when a client has to send PINGREQ [MQTT-3.1.2-20], and when a server that does not answer one is gone.
 * Pure: time comes in as nanoseconds of any origin. Guarded by the outbox that asks it.
 */
final class KeepAlive {
    /** What is to be done now. */
    enum Action {
        WAIT,
        PING,
        GIVE_UP
    }

    private final long intervalNanoseconds;
    private final long responseNanoseconds;
    private long lastSent;
    private boolean awaitsResponse;
    private long pinged;

    /** An interval of 0 switches it off. */
    KeepAlive(Duration interval, Duration response, long now) {
        this.intervalNanoseconds = interval.toNanos();
        this.responseNanoseconds = response.toNanos();
        this.lastSent = now;
    }

    /** Any packet has been sent. */
    void sent(long now) {
        lastSent = now;
    }

    /** Any packet has arrived: the server lives. Returns whether that was in doubt. */
    boolean received() {
        boolean awaited = awaitsResponse;
        awaitsResponse = false;
        return awaited;
    }

    /** The client is not reading, because listeners are slow: an answer may be there, unread. */
    void notReading(long now) {
        pinged = now;
    }

    Action next(long now) {
        if (awaitsResponse && now - pinged >= responseNanoseconds) {
            return Action.GIVE_UP;
        }
        if (intervalNanoseconds > 0 && !awaitsResponse && now - lastSent >= intervalNanoseconds) {
            awaitsResponse = true;
            pinged = now;
            return Action.PING;
        }
        return Action.WAIT;
    }

    /** How long until {@link #next} may say something else than WAIT, or Long.MAX_VALUE for never. */
    long nanosecondsToWait(long now) {
        if (awaitsResponse) {
            return responseNanoseconds - (now - pinged);
        }
        return intervalNanoseconds > 0 ? intervalNanoseconds - (now - lastSent) : Long.MAX_VALUE;
    }
}
