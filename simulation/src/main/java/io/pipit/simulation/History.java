package io.pipit.simulation;

import io.pipit.mqtt.QoS;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import java.time.Duration;

/** Makes a world live through its plan, step by step. */
final class History {
    private static final long MILLI = 1_000_000L;

    private final Plan plan;
    private final World world;
    private int done;

    History(Plan plan, World world) {
        this.plan = plan;
        this.world = world;
    }

    /** How many steps were begun. */
    int done() {
        return done;
    }

    /** All of it; throws the {@link Violation} of the first rule that is broken. */
    void run() {
        for (Step step : plan.steps()) {
            done++;
            world.salt(step.salt());
            perform(step.act());
            world.run(step.turns());
            if (step.millis() > 0) {
                world.advance(step.millis() * MILLI);
            }
        }
        world.salt(plan.seed());
        new Settlement(world).settle();
    }

    private void perform(Act act) {
        switch (act) {
            case Act.OfClient one -> perform(one, world.clients().get(one.client()));
            case Act.Crash crash -> world.crash(crash.tasks(), crash.downMillis());
            case Act.Restart restart -> world.restart(restart.downMillis());
            case Act.Disk disk -> world.trouble(disk.trouble(), disk.millis());
            case Act.StepWall step -> stepWall(step.seconds());
            case Act.Pass pass -> {}
        }
    }

    private void stepWall(int seconds) {
        world.strikes(Fault.WALL_CLOCK_SET, null);
        world.trace().note("", "the wall clock is set by " + seconds + " s");
        world.ledger().wallStepped();
        world.clock().stepWall(Duration.ofSeconds(seconds));
    }

    private static void perform(Act.OfClient act, ModelClient client) {
        switch (act) {
            case Act.Publish publish -> publish(publish, client);
            case Act.Clear clear ->
                client.outbound().publish(Topics.retained(client.index()), QoS.AT_LEAST_ONCE, true, -1, 0);
            case Act.Subscribe subscribe -> client.subscribe(request(subscribe, client));
            case Act.Unsubscribe unsubscribe ->
                client.unsubscribe(Topics.filter(unsubscribe.kind(), unsubscribe.filter()));
            case Act.Acknowledge acknowledge -> {
                client.inbound().acknowledge(acknowledge.count(), acknowledge.manner());
                client.outbound().releaseAll();
            }
            case Act.Connect connect -> client.connect(connect.cleanStart());
            case Act.TakeOver takeOver -> client.takeOver(takeOver.cleanStart());
            case Act.Leave leave -> client.leave(leave.endSession(), leave.withWill());
            case Act.Lose lose -> client.lose();
            case Act.GoSilent silent -> client.goSilent();
            case Act.Stall stall -> client.stall(stall.bytes());
            case Act.Read read -> client.read();
            case Act.Lag lag -> client.lag(lag.millis());
        }
    }

    private static void publish(Act.Publish publish, ModelClient client) {
        TopicName topic = switch (publish.kind()) {
            case LIVE, WILL -> Topics.live(publish.topic());
            case SHARED -> Topics.shared(publish.topic());
            case RETAINED -> Topics.retained(client.index());
        };
        for (int i = 0; i < publish.count(); i++) {
            client.outbound()
                    .publish(
                            topic,
                            publish.qos(),
                            publish.kind() == Topics.Kind.RETAINED,
                            publish.size(),
                            publish.expirySeconds());
        }
    }

    private static SubscriptionRequest request(Act.Subscribe subscribe, ModelClient client) {
        boolean noLocal = subscribe.noLocal() && client.traits().version().hasProperties();
        TopicFilter filter = Topics.filter(subscribe.kind(), subscribe.filter());
        return new SubscriptionRequest(
                filter, new SubscriptionOptions(subscribe.qos(), noLocal, false, subscribe.retainHandling()));
    }
}
