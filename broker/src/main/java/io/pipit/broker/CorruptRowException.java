package io.pipit.broker;

/** A row of the storage is not what this program wrote, or was written by a newer one. */
public final class CorruptRowException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CorruptRowException(String message) {
        super(message);
    }

    CorruptRowException(String message, Throwable cause) {
        super(message, cause);
    }
}
