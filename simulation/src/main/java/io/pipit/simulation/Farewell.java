package io.pipit.simulation;

import io.pipit.mqtt.QoS;
import java.util.List;

/** After a history: everybody ends his session, and retained messages are cleared. */
final class Farewell {
    private static final long SECOND = 1_000_000_000L;
    /** What was silently lost is noticed until then, and what crashes have left behind is swept away. */
    private static final long SWEPT_NANOS = 300 * SECOND;

    private final World world;
    private final List<ModelClient> all;

    Farewell(World world, List<ModelClient> all) {
        this.world = world;
        this.all = all;
    }

    void part() {
        world.trace().note("", "everybody parts");
        clear();
        for (ModelClient client : all) {
            client.retire();
            client.leave(true, false);
        }
        world.advance(SECOND);
        List<ModelClient> older = all.stream()
                .filter(client -> !client.traits().version().hasProperties())
                .toList();
        older.forEach(client -> client.connect(true)); // a clean session is how 3.x ends a stored one
        world.advance(SECOND);
        older.forEach(client -> client.leave(true, false));
        world.advance(SWEPT_NANOS);
    }

    /** One after the other: nobody is refused because a queue is full. */
    private void clear() {
        for (int i = 0; i < Topics.RETAINED && !all.isEmpty(); i++) {
            all.getFirst().outbound().publish(Topics.retained(i), QoS.AT_LEAST_ONCE, true, -1, 0);
            world.advance(SECOND);
        }
    }
}
