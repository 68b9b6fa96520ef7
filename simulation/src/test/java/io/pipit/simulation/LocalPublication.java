package io.pipit.simulation;

import io.pipit.broker.LocalPublisher;
import io.pipit.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/** A message that the program around a simulated broker has published, and how it fares. */
public final class LocalPublication implements LocalPublisher {
    private @Nullable ReasonCode outcome;
    private boolean released;

    /** How it was taken; null while that is open. */
    public @Nullable ReasonCode outcome() {
        return outcome;
    }

    /** Whether the program may go on. */
    public boolean isReleased() {
        return released;
    }

    @Override
    public void completed(ReasonCode reason) {
        if (outcome != null) {
            throw new AssertionError("completed twice");
        }
        outcome = reason;
    }

    @Override
    public void released() {
        if (released || outcome == null) {
            throw new AssertionError(released ? "released twice" : "released before it is completed");
        }
        released = true;
    }
}
