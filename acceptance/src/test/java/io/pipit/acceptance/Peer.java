package io.pipit.acceptance;

import io.pipit.acceptance.Endpoint.Transport;
import java.util.ArrayList;
import java.util.List;

/** One way in which a scenario runs: a library, the version it speaks, and what carries it. */
record Peer(Library library, Version version, Transport transport) {

    /** All that there are. */
    static List<Peer> all() {
        List<Peer> peers = new ArrayList<>();
        for (Library library : Library.values()) {
            for (Version version : Version.values()) {
                for (Transport transport : Transport.values()) {
                    if (exists(library, version, transport)) {
                        peers.add(new Peer(library, version, transport));
                    }
                }
            }
        }
        return peers;
    }

    private static boolean exists(Library library, Version version, Transport transport) {
        return version != Version.V3_1 || (library != Library.HIVEMQ && transport == Transport.TCP);
    }

    boolean can(Ability ability) {
        return version == Version.V5 && !library.lacks(ability);
    }

    @Override
    public String toString() {
        return library + " " + version + " " + transport;
    }
}
