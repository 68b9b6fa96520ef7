package io.pipit.broker.spi;

import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection, as the network tells.
 *
 * @param address as text, with the port where there is one: {@code 127.0.0.1:51812}
 * @param loopback whether it is on this machine
 * @param listener the name of the listener that accepted it
 * @param certifiedName the user name that the listener has taken from the client's certificate, whose authority it trusts;
 *     null where it takes none. CONNECT's user name gives way to it
 */
public record Peer(
        String address,
        boolean loopback,
        String listener,
        @Nullable String certifiedName) {
    /** One of whom no certificate tells. */
    public Peer(String address, boolean loopback, String listener) {
        this(address, loopback, listener, null);
    }
}
