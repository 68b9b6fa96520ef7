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
    private static final long LULL_NANOS = 40_000_000_000L;
    private static final int LULL_BYTES = 2_000;

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
        lull();
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

    /**
     * A while in which some of the clients take nothing of what they are sent, but say that they are there: the broker
     * does not read those whose buffers are full, and must not take that for silence.
     */
    private void lull() {
        for (ModelClient client : all) {
            if (client.isAsking() || !client.outbound().isComplete()) {
                client.read(); // else it might hear only afterwards that it was refused in a time of trouble
            } else if (client.index() % 2 == 0) {
                client.stall(0);
            }
        }
        for (int i = 0; i < Topics.LIVE && !all.isEmpty(); i++) {
            all.getLast().outbound().publish(Topics.live(i), QoS.AT_MOST_ONCE, false, LULL_BYTES, 0);
        }
        world.advance(LULL_NANOS);
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
            world.trace()
                    .note(
                            "",
                            world.broker().memoryBytes() + " bytes are taken of "
                                    + world.circumstances().settings().limits().memory());
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
