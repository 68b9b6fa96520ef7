package io.pipit.server;

import io.pipit.mqtt.ReasonCode;

/** The broker did not accept a message of the program around it. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ReasonCode reasonCode;

    RefusedException(ReasonCode reasonCode) {
        super("the broker did not accept the message: " + reasonCode);
        this.reasonCode = reasonCode;
    }

    /**
     * Why: QOS_NOT_SUPPORTED, RETAIN_NOT_SUPPORTED, TOPIC_NAME_INVALID or PACKET_TOO_LARGE when the configuration allows
     * no such message; QUOTA_EXCEEDED when a queue or the storage is full.
     */
    public ReasonCode reasonCode() {
        return reasonCode;
    }
}
