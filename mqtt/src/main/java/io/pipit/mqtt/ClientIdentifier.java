package io.pipit.mqtt;

/**
 * The Client Identifier of CONNECT: what a session is found by. It has an order so that a hash map finds it as fast
 * among many that were chosen to have the same hash.
 *
 * @param value up to 65,535 bytes of UTF-8; empty in a CONNECT that asks the server for one
 */
public record ClientIdentifier(String value) implements Comparable<ClientIdentifier> {
    /** Whether CONNECT left it to the server. */
    public boolean isEmpty() {
        return value.isEmpty();
    }

    @Override
    public int compareTo(ClientIdentifier other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
