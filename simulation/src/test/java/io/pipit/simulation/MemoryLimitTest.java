package io.pipit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.Settings;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.RetainHandling;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two clients publish to each other, faster than the broker's memory allows: neither waits for the other for ever, and the
 * limit is kept, as the {@link MemoryBound} of each world sees in every moment.
 */
@Tag("long")
final class MemoryLimitTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int SEEDS = 40;
    private static final int ROUNDS = 10;
    private static final int BURST = 12;
    private static final int SIZE = 30_000;

    @Test
    void twoThatPublishToEachOtherAtTheLimit_bothMakeProgress() {
        int atTheLimit = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            Both both = new Both(seed);
            both.connect();
            for (int round = 1; round <= ROUNDS; round++) {
                both.publish();
                both.pass();
                assertThat(both.complete(0))
                        .as("seed %d, the first in round %d", seed, round)
                        .isTrue();
                assertThat(both.complete(1))
                        .as("seed %d, the second in round %d", seed, round)
                        .isTrue();
            }
            atTheLimit += both.world.memoryBound().peak() > both.limit ? 1 : 0;
        }
        assertThat(atTheLimit).as("worlds in which the limit was passed").isGreaterThan(SEEDS / 2);
    }

    /** The two, in a world of their own. */
    private static final class Both {
        private final SplittableRandom random;
        private final World world;
        private final long limit;

        Both(int seed) {
            random = new SplittableRandom(seed);
            int loops = 1 + random.nextInt(2);
            limit = 20_000L + random.nextInt(200_000);
            Circumstances circumstances = new Circumstances(loops, settings(limit), random.nextInt(3_000), 0);
            List<Traits> clients = List.of(traits("a"), traits("b"));
            world = new World(new Plan(seed, circumstances, clients, List.of()), new Coverage(), Trace.Reader.NOBODY);
        }

        void connect() {
            for (ModelClient client : world.clients()) {
                client.connect(false);
                world.advance(SECOND);
                QoS qos = QoS.of(1 + random.nextInt(2));
                client.subscribe(new SubscriptionRequest(
                        TopicFilter.of("t/" + client.index()),
                        new SubscriptionOptions(qos, false, false, RetainHandling.SEND)));
                world.advance(SECOND);
            }
        }

        void publish() {
            for (int i = 0; i < BURST; i++) {
                for (ModelClient client : world.clients()) {
                    TopicName others = TopicName.of("t/" + (1 - client.index()));
                    client.outbound().publish(others, QoS.of(1 + random.nextInt(2)), false, SIZE, 0);
                    world.run(random.nextInt(20));
                }
            }
        }

        void pass() {
            for (int i = 0; i < 40 && !(complete(0) && complete(1)); i++) {
                world.advance(SECOND);
            }
        }

        boolean complete(int client) {
            ModelClient one = world.clients().get(client);
            return one.voice() != null
                    && one.outbound().isComplete()
                    && one.inbound().isComplete();
        }

        private Traits traits(String name) {
            boolean stored = random.nextBoolean();
            return new Traits(
                    name,
                    ProtocolVersion.MQTT_5_0,
                    stored,
                    Traits.LONG,
                    1 + random.nextInt(5),
                    0,
                    true,
                    random.nextBoolean(),
                    0,
                    null,
                    0);
        }
    }

    private static Settings settings(long memory) {
        Settings standard = Settings.DEFAULT;
        Settings.Limits limits = standard.limits();
        return new Settings(
                standard.mqtt(),
                standard.session(),
                standard.queue(),
                standard.retained(),
                standard.sys(),
                new Settings.Limits(
                        limits.connections(),
                        limits.subscriptionsPerSession(),
                        limits.outgoingBytes(),
                        memory,
                        limits.uncommittedBytes()),
                standard.disk());
    }
}
