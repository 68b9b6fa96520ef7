package io.pipit.simulation;

import io.pipit.mqtt.Publish;

/**
 * A PUBLISH that a client hears.
 *
 * @param repeated whether it is a QoS 2 message whose Packet Identifier the client still knows
 * @param before how often the session was given this message before
 */
record Delivery(
        ModelSession session,
        Published message,
        Publish packet,
        boolean repeated,
        ModelSession.Seen before,
        long nanos) {
    /**
     * Whether it comes again though its receiver has refused it: the refusal was under way when the connection broke, or
     * its effect was not durable yet.
     */
    boolean isRefusedBefore() {
        return before.isRefused() && packet.dup();
    }

    /** Whether the message has never come before. */
    boolean isFirst() {
        return before.deliveries() == 0;
    }
}
