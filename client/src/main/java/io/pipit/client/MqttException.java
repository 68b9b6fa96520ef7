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

    MqttException(Failure failure, String text, @Nullable ReasonCode reasonCode, @Nullable Properties properties) {
        super(text);
        this.failure = failure;
        this.reasonCode = reasonCode;
        this.properties = properties;
    }

    /** The same, told to another caller. */
    MqttException again() {
        MqttException again = new MqttException(failure, String.valueOf(getMessage()), reasonCode, properties);
        again.initCause(this);
        return again;
    }

    /** What kind of failure it is. */
    public Failure failure() {
        return failure;
    }

    /**
     * The reason that the server gave, or that the client found in what the server sent; null where neither spoke of
     * one, as when a network breaks.
     */
    public @Nullable ReasonCode reasonCode() {
        return reasonCode;
    }

    /**
     * Whether the same may succeed later without anybody changing something, because the network or the server was
     * not there or too busy. Automatic reconnect goes by this. Bad credentials, a protocol error, another client that
     * has taken over the session, or a server that names another one are not transient.
     */
    public boolean isTransient() {
        return switch (failure) {
            case HOST_UNKNOWN, UNREACHABLE, CONNECTION_LOST, TIMED_OUT -> true;
            case REFUSED, DISCONNECTED -> reasonCode != null && isTransient(reasonCode);
            case UNTRUSTED, REJECTED, NOT_POSSIBLE, NOT_CONNECTED, BACKLOG_FULL, PROTOCOL_ERROR, LISTENER_FAILED ->
                false;
        };
    }

    private static boolean isTransient(ReasonCode reasonCode) {
        return switch (reasonCode) {
            case SUCCESS,
                    UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    SERVER_UNAVAILABLE,
                    SERVER_BUSY,
                    SERVER_SHUTTING_DOWN,
                    KEEP_ALIVE_TIMEOUT,
                    MESSAGE_RATE_TOO_HIGH,
                    QUOTA_EXCEEDED,
                    ADMINISTRATIVE_ACTION,
                    CONNECTION_RATE_EXCEEDED,
                    MAXIMUM_CONNECT_TIME -> true;
            default -> false;
        };
    }

    /** The properties of the packet that carried the reason: Reason String, Server Reference and others. */
    public Properties properties() {
        Properties carried = properties;
        return carried == null ? Properties.NONE : carried;
    }
}
