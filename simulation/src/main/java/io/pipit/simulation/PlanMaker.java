package io.pipit.simulation;

import io.pipit.broker.QueuePolicy;
import io.pipit.broker.Settings;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.RetainHandling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes a plan from a seed. Each seed draws its own weights, some of them 0: histories that differ in kind find more
 * than histories that are all alike.
 */
final class PlanMaker {
    private static final int CLIENTS = 20;
    private static final int STEPS = 2_000;
    private static final int FAULTS = 3;
    private static final List<ProtocolVersion> VERSIONS = List.of(ProtocolVersion.values());
    private static final List<Act.Trouble> TROUBLES = List.of(Act.Trouble.values());
    private static final List<QueuePolicy> POLICIES = List.of(QueuePolicy.values());

    private final long seed;
    private final SplittableRandom random;
    private final List<Traits> clients = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final int size;

    PlanMaker(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed * 0xBF58_476D_1CE4_E5B9L);
        this.size = oneIn(6) ? 20_000 : oneIn(3) ? 1_500 : 0;
    }

    Plan plan() {
        Circumstances circumstances = circumstances();
        int count = CLIENTS + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            clients.add(traits(i, circumstances.refusesWhenFull()));
        }
        begin();
        Weights weights = new Weights(random);
        int last = steps.size() + STEPS;
        while (steps.size() < last) {
            add(weights.pick(random));
        }
        for (int i = 0; i < FAULTS; i++) { // whatever the weights are
            int place = clients.size() * 3 + random.nextInt(STEPS);
            Step old = steps.get(place);
            steps.set(place, new Step(place, fault(), old.turns(), old.millis(), old.salt()));
        }
        return new Plan(seed, circumstances, clients, steps);
    }

    private Circumstances circumstances() {
        Settings standard = Settings.DEFAULT;
        Settings.Queue queue = standard.queue();
        boolean bounded = oneIn(4);
        if (bounded) {
            QueuePolicy policy = POLICIES.get(random.nextInt(POLICIES.size()));
            // Clients publish to themselves: who repeats more than fits is disconnected again and again, as it says.
            int most = policy == QueuePolicy.DISCONNECT ? 200 + random.nextInt(400) : 5 + random.nextInt(40);
            queue = new Settings.Queue(most, 256L << 20, policy, oneIn(2));
        }
        long memory = oneIn(4) ? 150_000 + random.nextInt(300_000) : 1L << 30;
        int outgoing = oneIn(3) ? outgoingBound(random.nextInt(60_000)) : 1 << 20;
        long uncommitted = oneIn(4) ? 20_000 + random.nextInt(100_000) : 64L << 20;
        Settings settings = new Settings(
                mqtt(standard.mqtt()),
                new Settings.Session(Duration.ofDays(7), Duration.ZERO),
                queue,
                new Settings.Retained(Duration.ZERO, retainedCache()),
                new Settings.Sys(Duration.ZERO, standard.sys().node()),
                new Settings.Limits(0, 0, outgoing, memory, uncommitted),
                standard.disk());
        return new Circumstances(
                1 + random.nextInt(4),
                settings,
                oneIn(3) ? 0 : random.nextInt(8_000),
                oneIn(2) ? 0 : random.nextInt(3_000));
    }

    /** For all retained messages, for some or for none; drawn apart, since it changes nothing that anybody does. */
    private long retainedCache() {
        return switch (new SplittableRandom(~seed).nextInt(3)) {
            case 0 -> 0;
            case 1 -> 400;
            default -> 1;
        };
    }

    /** Often so small that a client that takes nothing for a while is not read. */
    private static int outgoingBound(int drawn) {
        return drawn < 30_000 ? 200 + drawn / 20 : drawn;
    }

    private Settings.Mqtt mqtt(Settings.Mqtt standard) {
        return new Settings.Mqtt(
                standard.maximumPacketSize(),
                oneIn(4) ? 2 + random.nextInt(10) : standard.receiveMaximum(),
                standard.topicAliasMaximum(),
                standard.outgoingTopicAliasMaximum(),
                standard.maximumQos(),
                true,
                true,
                true,
                true,
                standard.keepAliveFactor(),
                standard.maximumKeepAliveSeconds(),
                standard.connectTimeout(),
                standard.maximumTopicLevels(),
                standard.responseInformation());
    }

    /** In 3.x a refused PUBLISH comes again and again: where queues refuse, all clients are of 5.0. */
    private Traits traits(int index, boolean refuses) {
        ProtocolVersion version = refuses ? ProtocolVersion.MQTT_5_0 : VERSIONS.get(random.nextInt(VERSIONS.size()));
        boolean properties = version.hasProperties();
        boolean shares = isGroupMember(index);
        boolean stored = shares || !oneIn(4);
        long expiry = properties && stored && !shares && oneIn(5) ? 3 + random.nextInt(20) : Traits.LONG;
        @Nullable QoS will = oneIn(3) ? QoS.of(random.nextInt(3)) : null;
        return new Traits(
                "c" + (index < 10 ? "0" : "") + index,
                version,
                stored,
                expiry,
                properties && oneIn(2) ? 1 + random.nextInt(8) : 65_535,
                oneIn(3) ? 4 + random.nextInt(20) : 0,
                !oneIn(3),
                oneIn(4),
                properties && oneIn(4) ? 2 : 0,
                will,
                properties && oneIn(2) ? random.nextInt(12) : 0);
    }

    /** The first few are members of shared subscriptions; the first of them never leaves. */
    private static boolean isGroupMember(int index) {
        return index >= 4 && index < 8;
    }

    private void begin() {
        for (int i = 0; i < clients.size(); i++) {
            add(new Act.Connect(i, false));
            add(new Act.Subscribe(i, Topics.Kind.LIVE, 0, acknowledged(), false, RetainHandling.SEND));
            Topics.Kind kind =
                    isGroupMember(i) ? Topics.Kind.SHARED : i % 3 == 0 ? Topics.Kind.RETAINED : Topics.Kind.WILL;
            add(new Act.Subscribe(i, kind, i == 4 ? 0 : random.nextInt(2), acknowledged(), false, RetainHandling.SEND));
        }
    }

    private void add(Act act) {
        int turns = oneIn(4) ? 1_000 : oneIn(4) ? 0 : random.nextInt(30);
        int millis = oneIn(3) ? random.nextInt(60) : oneIn(60) ? random.nextInt(4_000) : 0;
        steps.add(new Step(steps.size(), act, turns, millis, random.nextLong()));
    }

    private void add(Weights.Kind kind) {
        int client = random.nextInt(clients.size());
        add(
                switch (kind) {
                    case PUBLISH -> publish(client);
                    case CLEAR -> new Act.Clear(random.nextInt(Topics.RETAINED));
                    case SUBSCRIBE -> subscribe(client);
                    case UNSUBSCRIBE -> unsubscribe(client);
                    case ACKNOWLEDGE -> new Act.Acknowledge(client, 1 + random.nextInt(6), manner());
                    case CONNECT -> new Act.Connect(client, oneIn(25) && client != 4);
                    case TAKE_OVER -> new Act.TakeOver(client, oneIn(12) && client != 4);
                    case LEAVE -> new Act.Leave(client, oneIn(6) && client != 4, oneIn(3));
                    case LOSE -> new Act.Lose(client);
                    case GO_SILENT -> new Act.GoSilent(client);
                    case STALL -> new Act.Stall(client, random.nextInt(2_000));
                    case READ -> new Act.Read(client);
                    case LAG -> new Act.Lag(client, oneIn(2) ? 0 : random.nextInt(800));
                    case CRASH -> crash();
                    case RESTART -> new Act.Restart(oneIn(2) ? 0 : random.nextInt(6_000));
                    case DISK -> disk();
                    case STEP_WALL -> new Act.StepWall(random.nextInt(7_200) - 3_600);
                    case PASS -> new Act.Pass();
                });
    }

    private Act publish(int client) {
        int choice = random.nextInt(10);
        Topics.Kind kind = choice < 6 ? Topics.Kind.LIVE : choice < 8 ? Topics.Kind.SHARED : Topics.Kind.RETAINED;
        int publisher = kind == Topics.Kind.RETAINED ? random.nextInt(Topics.RETAINED) : client;
        int bytes = size == 0 || oneIn(3) ? 0 : random.nextInt(size);
        int expiry = kind != Topics.Kind.RETAINED && oneIn(20) ? 1 + random.nextInt(15) : 0;
        QoS qos = kind == Topics.Kind.SHARED ? acknowledged() : QoS.of(random.nextInt(3));
        int topic = random.nextInt(Topics.LIVE);
        return new Act.Publish(publisher, kind, topic, qos, oneIn(5) ? 1 + random.nextInt(8) : 1, bytes, expiry);
    }

    private Act subscribe(int client) {
        Topics.Kind kind = isGroupMember(client) && oneIn(3)
                ? Topics.Kind.SHARED
                : oneIn(2) ? Topics.Kind.RETAINED : oneIn(4) ? Topics.Kind.WILL : Topics.Kind.LIVE;
        QoS qos = kind == Topics.Kind.SHARED ? acknowledged() : QoS.of(random.nextInt(3));
        boolean noLocal = kind != Topics.Kind.SHARED && oneIn(6);
        RetainHandling handling = oneIn(4) ? RetainHandling.SEND_IF_NEW : RetainHandling.SEND;
        return new Act.Subscribe(client, kind, random.nextInt(8), qos, noLocal, handling);
    }

    private Act unsubscribe(int client) {
        Topics.Kind kind = isGroupMember(client) && client != 4 && oneIn(3)
                ? Topics.Kind.SHARED
                : oneIn(2) ? Topics.Kind.RETAINED : Topics.Kind.LIVE;
        int filter = kind == Topics.Kind.LIVE ? 1 + random.nextInt(7) : random.nextInt(8);
        return new Act.Unsubscribe(client, kind, filter);
    }

    private Act fault() {
        return switch (random.nextInt(4)) {
            case 0 -> crash();
            case 1 -> disk();
            case 2 -> new Act.Restart(random.nextInt(2_000));
            default -> new Act.Lose(random.nextInt(clients.size()));
        };
    }

    private Act crash() {
        return new Act.Crash(random.nextInt(4), oneIn(2) ? 0 : random.nextInt(5_000));
    }

    private Act disk() {
        return new Act.Disk(TROUBLES.get(random.nextInt(TROUBLES.size())), random.nextInt(2_000));
    }

    private Act.Manner manner() {
        return oneIn(12) ? Act.Manner.REFUSED : oneIn(8) ? Act.Manner.TWICE : Act.Manner.PLAIN;
    }

    private QoS acknowledged() {
        return QoS.of(1 + random.nextInt(2));
    }

    private boolean oneIn(int many) {
        return random.nextInt(many) == 0;
    }
}
