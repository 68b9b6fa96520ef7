package io.pipit.mqtt;

/**
 * A peer broke the protocol. Thrown where it is noticed, answered at one place; it has no stack trace,
 * since a hostile peer may cause any number of them.
 */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1;

    private final ReasonCode reasonCode;

    /** Text for the log and the Reason String; the reason code is what the specification names. */
    public ProtocolException(String text, ReasonCode reasonCode) {
        super(text, null, false, false);
        this.reasonCode = reasonCode;
    }

    /** The reason for CONNACK or DISCONNECT, 0x80 or above. */
    public ReasonCode reasonCode() {
        return reasonCode;
    }
}
