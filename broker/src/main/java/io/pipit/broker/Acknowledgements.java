package io.pipit.broker;

import io.pipit.broker.QueueEntry.State;
import io.pipit.broker.spi.Storage;
import io.pipit.mqtt.QoS;
import org.jspecify.annotations.Nullable;

/**
 * What clients answer to the messages of one queue: it finds the entry in the window, brings it to its next state, and
 * lets PUBREL follow as soon as that is safe. Confined to the session's loop.
 */
final class Acknowledgements {
    private final Queue queue;
    private final SendWindow window;
    private final Queue.Outlet outlet;
    private final @Nullable EntryRows rows;

    Acknowledgements(Queue queue, SendWindow window, Queue.Outlet outlet, @Nullable EntryRows rows) {
        this.queue = queue;
        this.window = window;
        this.outlet = outlet;
        this.rows = rows;
    }

    /**
     * PUBACK or PUBCOMP: the delivery is complete.
     *
     * @param expected what the entry waits for: SENT at QoS 1, RELEASED at QoS 2
     * @return false when no such delivery is in flight
     */
    boolean completed(int packetIdentifier, State expected, QoS qos, boolean refused) {
        QueueEntry entry = window.find(packetIdentifier);
        if (entry == null || entry.state() != expected || entry.terms().qos() != qos) {
            return false;
        }
        queue.finish(entry, refused);
        return true;
    }

    /**
     * PUBREC: PUBREL follows as soon as that is safe [MQTT-4.3.3-6]; at once when it was on its way already.
     *
     * @return false when no such delivery is in flight
     */
    boolean received(int packetIdentifier, boolean refused) {
        QueueEntry entry = window.find(packetIdentifier);
        if (entry == null || entry.terms().qos() != QoS.EXACTLY_ONCE) {
            return false;
        }
        switch (entry.state()) {
            case SENT -> {
                if (refused) {
                    queue.finish(entry, true); // [MQTT-4.3.3-4]
                } else {
                    release(entry);
                }
            }
            case RELEASED -> outlet.release(packetIdentifier);
            case RECEIVED, QUEUED, DONE -> {}
        }
        return true;
    }

    private void release(QueueEntry entry) {
        entry.become(State.RECEIVED);
        entry.forgetMessage();
        EntryRows stored = rows;
        if (stored == null) {
            released(entry);
            return;
        }
        stored.release(entry, commit -> {
            if (window.get(entry.sequence()) != entry) {
                return; // the connection has gone: the next one finds the row
            }
            switch (commit) {
                case Storage.Commit.Durable() -> released(entry);
                case Storage.Commit.Failed(String reason, boolean full) -> outlet.storageFailed(reason);
            }
        });
    }

    private void released(QueueEntry entry) {
        entry.become(State.RELEASED);
        outlet.release(entry.packetIdentifier());
    }
}
