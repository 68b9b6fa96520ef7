package io.pipit.broker;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The connections that were accepted on one loop or moved to it. Confined to that loop. */
final class Connections {
    private final Set<Client> open = new LinkedHashSet<>();

    void add(Client client) {
        open.add(client);
    }

    void remove(Client client) {
        open.remove(client);
    }

    int size() {
        return open.size();
    }

    /** Those that are open now. */
    List<Client> all() {
        return new ArrayList<>(open);
    }
}
