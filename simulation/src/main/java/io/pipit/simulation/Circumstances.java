package io.pipit.simulation;

import io.pipit.broker.QueuePolicy;
import io.pipit.broker.Settings;

/**
 * What a history takes place in.
 *
 * @param settings of the broker
 * @param syncMicros that a commit takes
 * @param readMicros that a read takes
 */
record Circumstances(int loops, Settings settings, int syncMicros, int readMicros) {
    /** Whether a queue may drop what was acknowledged. */
    boolean dropsWhenFull() {
        Settings.Queue queue = settings.queue();
        boolean bounded = queue.maxMessages() < Settings.DEFAULT.queue().maxMessages()
                || queue.maxBytes() < Settings.DEFAULT.queue().maxBytes();
        return bounded;
    }

    /** Whether a client may be disconnected because its queue is full. */
    boolean disconnectsWhenFull() {
        return dropsWhenFull() && settings.queue().policy() == QueuePolicy.DISCONNECT;
    }

    /** Whether a PUBLISH may be refused because somebody's queue is full. */
    boolean refusesWhenFull() {
        return dropsWhenFull() && settings.queue().policy() == QueuePolicy.REFUSE_PUBLISHER;
    }
}
