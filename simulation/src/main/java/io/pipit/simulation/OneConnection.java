package io.pipit.simulation;

import java.util.HashSet;
import java.util.Set;

/** A Client Identifier has one connection at a time, by what the broker tells its listeners. */
final class OneConnection {
    private final Set<String> connected = new HashSet<>();

    void connected(String client) {
        if (!connected.add(client)) {
            throw new Violation("one-connection", client + " is connected a second time");
        }
    }

    void disconnected(String client) {
        if (!connected.remove(client)) {
            throw new Violation("one-connection", client + " is disconnected, but was not connected");
        }
    }

    /** The broker's process is gone. */
    void forgetAll() {
        connected.clear();
    }
}
