package io.pipit.simulation;

import io.pipit.broker.spi.Table;
import io.pipit.mqtt.QoS;
import java.util.ArrayList;
import java.util.List;

/**
 * The end of a history: all trouble is over, everybody is connected, reads and acknowledges; within 60 s of virtual time
 * nothing is left to be done. Then the rules are asked once more.
 */
final class Settlement {
    private static final long SLICE_NANOS = 250_000_000L;
    private static final int SLICES = 240;

    private final World world;
    private final List<ModelClient> all;

    /** Of those clients that have appeared in it. */
    Settlement(World world) {
        this.world = world;
        this.all = world.clients().stream().filter(ModelClient::hasAppeared).toList();
    }

    void settle() {
        world.disk().heal();
        world.trace().note("", "all trouble is over");
        all.forEach(ModelClient::settle);
        awaitRest();
        probe();
        awaitRest();
        world.rules().forEach(rule -> rule.settled(world.ledger()));
        Remains remains = new Remains(world);
        new KeptSubscriptions(world, all).requireRight(remains.requireDrained());
        new LastRetained(world).requireRight();
        new Farewell(world, all).part();
        remains.requireNothing();
    }

    private void awaitRest() {
        List<String> waiting = List.of("the beginning");
        for (int i = 0; i < SLICES && !waiting.isEmpty(); i++) {
            for (ModelClient client : all) {
                client.connect(false);
                client.read();
                client.inbound().acknowledge(Integer.MAX_VALUE, Act.Manner.PLAIN);
                client.outbound().releaseAll();
            }
            world.advance(SLICE_NANOS);
            waiting = waiting();
        }
        if (!waiting.isEmpty()) {
            for (ModelClient client : all) {
                world.trace().note(client.name(), "has " + client.voice());
            }
            throw new Violation("progress", "60 s after all trouble: " + String.join("; ", waiting));
        }
    }

    /** What has not come to an end. */
    private List<String> waiting() {
        List<String> waiting = new ArrayList<>();
        for (ModelClient client : all) {
            if (client.voice() == null) {
                waiting.add(client.name() + " is not connected");
            }
            if (!client.outbound().isComplete()) {
                waiting.add(client.name() + " waits for acknowledgements of " + client.outbound());
            }
            if (!client.inbound().isComplete()) {
                waiting.add(client.name() + " has " + client.inbound());
            }
            if (client.isAsking()) {
                waiting.add(client.name() + " waits for SUBACK");
            }
        }
        for (Table table : List.of(Table.ENTRIES, Table.RECEIVED)) {
            if (world.disk().rows(table) > 0) {
                waiting.add(world.disk().rows(table) + " rows are left in " + table);
            }
        }
        return waiting;
    }

    /** One more message on every topic: whoever has subscribed gets it, whatever has happened before. */
    private void probe() {
        if (all.isEmpty()) {
            return;
        }
        ModelClient publisher = all.getFirst();
        for (int i = 0; i < Topics.LIVE; i++) {
            publisher.outbound().publish(Topics.live(i), QoS.AT_LEAST_ONCE, false, 0, 0);
        }
        for (int i = 0; i < Topics.SHARED; i++) {
            publisher.outbound().publish(Topics.shared(i), QoS.AT_LEAST_ONCE, false, 0, 0);
        }
    }
}
