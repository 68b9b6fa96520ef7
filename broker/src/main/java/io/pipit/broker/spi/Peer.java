package io.pipit.broker.spi;

/**
 * Who is at the other end of a connection, as the network tells.
 *
 * @param address as text, with the port where there is one: {@code 127.0.0.1:51812}
 * @param loopback whether it is on this machine
 * @param listener the name of the listener that accepted it
 */
public record Peer(String address, boolean loopback, String listener) {}
