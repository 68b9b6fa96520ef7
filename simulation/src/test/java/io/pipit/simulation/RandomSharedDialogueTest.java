package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.disconnectWithExpiry;
import static io.pipit.simulation.Packets.publish;

import io.pipit.broker.spi.DropReason;
import io.pipit.broker.spi.Table;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A shared subscription whose members come, go and end, and a process that crashes: each message reaches one of them,
 * at QoS 2 never two. {@code -Ddialogue.from=7 -Ddialogue.seeds=1} repeats the dialogue of seed 7.
 */
final class RandomSharedDialogueTest {
    private static final int FROM = Integer.getInteger("dialogue.from", 1);
    private static final int SEEDS = Integer.getInteger("dialogue.seeds", 60);
    private static final int STEPS = 200;
    private static final String FILTER = "$share/g/t";

    @Test
    void whateverHappens_eachMessageReachesAMember() {
        for (int seed = FROM; seed < FROM + SEEDS; seed++) {
            try {
                new World(seed).run();
            } catch (AssertionError failure) {
                throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
            }
        }
    }

    /** One dialogue. */
    private static final class World {
        private final Random random;
        private final Dialogue broker = new Dialogue();
        private final List<Member> members = new ArrayList<>();
        private final Map<String, Integer> delivered = new HashMap<>();
        private final int[] published = new int[3];

        World(int seed) {
            random = new Random(seed);
        }

        void run() {
            for (int i = 0; i < 4; i++) {
                members.add(new Member("member" + i, this));
            }
            members.forEach(Member::join);
            for (int step = 0; step < STEPS; step++) {
                step();
                members.forEach(Member::listen);
            }
            settle();
            check();
        }

        private void step() {
            Member member = members.get(random.nextInt(members.size()));
            Member mortal = members.get(1 + random.nextInt(members.size() - 1)); // the first one never ends
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3, 4, 5 -> publishOne();
                case 6, 7, 8, 9 -> member.acknowledgeOne();
                case 10 -> member.vanish();
                case 11 -> members.forEach(Member::resume);
                case 12 -> mortal.end();
                case 13 -> mortal.unsubscribeOrSubscribe();
                case 14 -> broker.advance(Duration.ofMillis(random.nextInt(100)));
                default -> {
                    if (random.nextInt(3) == 0) {
                        broker.crashes();
                    }
                }
            }
        }

        private void publishOne() {
            int qos = 1 + random.nextInt(2);
            var publisher = broker.connect(connect("publisher"));
            publisher.publishes(publish("t", "q" + qos + " " + published[qos]++).qos(QoS.of(qos), 0));
            publisher.disconnects();
        }

        private void settle() {
            boolean busy = true;
            while (busy) {
                busy = false;
                for (Member member : members) {
                    member.resume();
                    member.listen();
                    busy |= member.acknowledgeOne();
                }
                broker.advance(Duration.ofMillis(100));
            }
        }

        private void check() {
            for (int i = 0; i < published[1]; i++) {
                if (!delivered.containsKey("q1 " + i)) {
                    throw broker.failure("nobody was delivered \"q1 " + i + "\"");
                }
            }
            int lost = 0;
            for (int i = 0; i < published[2]; i++) {
                int times = delivered.getOrDefault("q2 " + i, 0);
                if (times > 1) {
                    throw broker.failure("\"q2 " + i + "\" was delivered " + times + " times");
                }
                lost += times == 0 ? 1 : 0;
            }
            int counted = members.stream()
                    .mapToInt(member -> broker.drops(member.name, DropReason.SHARED_QOS_2_IN_FLIGHT))
                    .sum();
            if (lost > counted) {
                throw broker.failure(lost + " messages of QoS 2 were lost, but " + counted + " counted");
            }
            broker.advance(Duration.ofMinutes(5));
            for (Table table : List.of(Table.ENTRIES, Table.MESSAGES)) {
                if (broker.storage().rows(table) != 0) {
                    throw broker.failure(broker.storage().rows(table) + " rows left in " + table);
                }
            }
        }
    }

    /** A member, whose session is stored. */
    private static final class Member {
        private final String name;
        private final World world;
        private final int receiveMaximum;
        private final Set<Integer> received = new HashSet<>();
        private final List<Packet> owed = new ArrayList<>();
        private SimulatedClient client;
        private boolean subscribed;

        Member(String name, World world) {
            this.name = name;
            this.world = world;
            this.receiveMaximum = 1 + world.random.nextInt(6);
            this.client = world.broker.connect(draft());
        }

        private ConnectDraft draft() {
            return connect(name).resuming().expiry(100_000).receiveMaximum(receiveMaximum);
        }

        void join() {
            client.subscribes(FILTER);
            subscribed = true;
        }

        void resume() {
            if (client.hasEnded()) {
                listen();
                client = world.broker.tries(draft());
                if (!client.receivesConnack().sessionPresent()) {
                    received.clear();
                    subscribed = false;
                }
                owed.clear();
                listen();
                if (!subscribed) {
                    join();
                }
            }
        }

        void vanish() {
            if (!client.hasEnded()) {
                client.vanishes();
            }
        }

        /** Ends its session. */
        void end() {
            if (!client.hasEnded()) {
                listen();
                client.sends(disconnectWithExpiry(0));
            }
        }

        void unsubscribeOrSubscribe() {
            if (client.hasEnded()) {
                return;
            }
            listen();
            if (subscribed) {
                client.unsubscribes(FILTER);
                subscribed = false;
            } else {
                join();
            }
        }

        void listen() {
            for (Packet packet : client.hearsAll()) {
                switch (packet) {
                    case Publish publish -> hear(publish);
                    case PubRel release -> {
                        received.remove(release.packetIdentifier());
                        owed.add(new PubComp(release.packetIdentifier()));
                    }
                    default -> throw world.broker.failure(name + " hears " + packet);
                }
            }
        }

        private void hear(Publish publish) {
            if (publish.qos() == QoS.AT_LEAST_ONCE) {
                world.delivered.merge(publish.payload().toText(), 1, Integer::sum);
                owed.add(new PubAck(publish.packetIdentifier()));
            } else {
                if (received.add(publish.packetIdentifier())) {
                    world.delivered.merge(publish.payload().toText(), 1, Integer::sum);
                }
                owed.add(new PubRec(publish.packetIdentifier()));
            }
        }

        /** Sends one acknowledgement that it owes; false when it owes none. */
        boolean acknowledgeOne() {
            if (client.hasEnded() || owed.isEmpty()) {
                return false;
            }
            client.sends(owed.remove(world.random.nextInt(owed.size())));
            return true;
        }
    }
}
