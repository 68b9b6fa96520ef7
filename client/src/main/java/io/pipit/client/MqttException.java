package io.pipit.client;

import io.pipit.mqtt.Properties;
import io.pipit.mqtt.ReasonCode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An operation of the client failed. The message says what, with whom, and where it is known why. */
public final class MqttException extends IOException {
    private static final long serialVersionUID = 1;

    private final Failure failure;
    private final @Nullable ReasonCode reasonCode;
    private final transient @Nullable Properties properties;

    MqttException(Failure failure, String text) {
        this(failure, text, null);
    }

    MqttException(Failure failure, String text, @Nullable Throwable cause) {
        super(text, cause);
        this.failure = failure;
        this.reasonCode = null;
        this.properties = null;
    }

    MqttException(Failure failure, String text, ReasonCode reasonCode, Properties properties) {
        super(text);
        this.failure = failure;
        this.reasonCode = reasonCode;
        this.properties = properties;
    }

    /** What kind of failure it is. */
    public Failure failure() {
        return failure;
    }

    /** The reason that the server gave, or that the client found; null where there is none. */
    public @Nullable ReasonCode reasonCode() {
        return reasonCode;
    }

    /** The properties of the packet that carried the reason: Reason String, Server Reference and others. */
    public Properties properties() {
        Properties carried = properties;
        return carried == null ? Properties.NONE : carried;
    }
}
