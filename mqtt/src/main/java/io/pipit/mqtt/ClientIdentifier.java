package io.pipit.mqtt;

/**
 * The Client Identifier of CONNECT: what a session is found by.
 *
 * @param value up to 65,535 bytes of UTF-8; empty in a CONNECT that asks the server for one
 */
public record ClientIdentifier(String value) {
    /** Whether CONNECT left it to the server. */
    public boolean isEmpty() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return value;
    }
}
