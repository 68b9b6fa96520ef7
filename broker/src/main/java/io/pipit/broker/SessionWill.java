package io.pipit.broker;

import io.pipit.mqtt.Property;
import io.pipit.mqtt.Will;

/** The will of a session's connection, while it is connected or its delay runs. */
final class SessionWill {
    private final Will will;
    private final Timers.Timer delay;

    /**
     * A will.
     *
     * @param due what to do when its delay has passed
     */
    SessionWill(Will will, Runnable due) {
        this.will = will;
        this.delay = Timers.timer(due);
    }

    Will will() {
        return will;
    }

    /** Seconds from the end of the connection. */
    long delaySeconds() {
        return will.properties().get(Property.WILL_DELAY_INTERVAL, 0L);
    }

    Timers.Timer delay() {
        return delay;
    }
}
