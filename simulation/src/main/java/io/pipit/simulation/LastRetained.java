package io.pipit.simulation;

import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicName;
import java.util.ArrayList;
import java.util.List;

/**
 * When all is settled, somebody who subscribes anew is given of each topic the last retained message that was
 * acknowledged, or one that was sent after it, whose fate nobody was told.
 */
final class LastRetained {
    private static final long SECOND = 1_000_000_000L;

    private final World world;

    LastRetained(World world) {
        this.world = world;
    }

    /** Asks, and compares. */
    void requireRight() {
        ModelClient reader = reader();
        reader.connect(false);
        world.advance(SECOND);
        SubscriptionOptions options = new SubscriptionOptions(QoS.AT_LEAST_ONCE, false, false, RetainHandling.SEND);
        reader.subscribe(new SubscriptionRequest(Topics.filter(Topics.Kind.RETAINED, 0), options));
        world.advance(SECOND);
        if (reader.isAsking()) {
            throw new Violation("last-retained", "a fresh subscriber is not answered");
        }
        for (int i = 0; i < Topics.RETAINED; i++) {
            require(Topics.retained(i), reader.session());
        }
        reader.retire();
        reader.leave(true, false);
        world.advance(SECOND);
    }

    private void require(TopicName topic, ModelSession reader) {
        List<Published> all = world.ledger().messages().stream()
                .filter(message -> message.retain() && message.topic().equals(topic) && message.timesSent() > 0)
                .toList();
        long since = all.stream()
                .filter(Published::isAcknowledged)
                .mapToLong(Published::firstSent)
                .max()
                .orElse(0);
        List<Published> possible =
                all.stream().filter(message -> message.lastSent() >= since).toList();
        List<Published> given = all.stream().filter(reader::has).toList();
        boolean maybeNone = since == 0
                || possible.stream().anyMatch(message -> message.payload().isEmpty());
        List<Published> wrong = new ArrayList<>(given);
        wrong.removeAll(possible);
        if (!wrong.isEmpty() || given.size() > 1 || (given.isEmpty() && !maybeNone)) {
            throw new Violation(
                    "last-retained",
                    "of " + topic + " a fresh subscriber is given " + given + ", and not one of " + possible);
        }
    }

    private ModelClient reader() {
        int index = world.clients().size();
        Traits traits = new Traits("reader", ProtocolVersion.MQTT_5_0, false, 0, 65_535, 0, true, false, 0, null, 0);
        return new ModelClient(index, traits, world);
    }
}
