package io.pipit.simulation;

import static io.pipit.simulation.Packets.connect;
import static io.pipit.simulation.Packets.publish;
import static io.pipit.simulation.Packets.subscribe;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.broker.spi.Table;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Packet;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.PubAck;
import io.pipit.mqtt.PubComp;
import io.pipit.mqtt.PubRec;
import io.pipit.mqtt.PubRel;
import io.pipit.mqtt.Publish;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Clients that keep to the standard, a network, a storage and a process that do not: whatever happens, in whatever
 * order, nothing acknowledged is lost, QoS 2 arrives exactly once, and everything in order. {@code -Ddialogue.from=7
 * -Ddialogue.seeds=1} repeats the dialogue of seed 7.
 */
final class RandomDialogueTest {
    private static final int FROM = Integer.getInteger("dialogue.from", 1);
    private static final int SEEDS = Integer.getInteger("dialogue.seeds", 60);
    private static final int STEPS = 250;
    private static final int TOPICS = 3;
    private static final List<ProtocolVersion> VERSIONS = List.of(ProtocolVersion.values());

    @Test
    void whateverHappens_nothingIsLostNorRepeatedNorOutOfOrder() {
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
        private final List<Publisher> publishers = new ArrayList<>();
        private final List<Subscriber> subscribers = new ArrayList<>();
        private final String padding;
        private boolean fails;
        private boolean hasFailed;

        World(int seed) {
            random = new Random(seed);
            padding = random.nextInt(3) == 0 ? "|" + "x".repeat(200_000) : ""; // a few fill what is kept in memory
        }

        void run() {
            int many = random.nextInt(4) == 0 ? 11 : 3; // above 8 a message is stored once for all
            for (int i = 0; i < many; i++) {
                subscribers.add(new Subscriber("sub" + i, this));
            }
            for (int i = 0; i < 2; i++) {
                publishers.add(new Publisher("pub" + i, this));
            }
            all().forEach(Actor::connectAndPrepare);
            for (int step = 0; step < STEPS; step++) {
                step();
                all().forEach(Actor::listen);
            }
            settle();
            subscribers.forEach(subscriber -> subscriber.check(publishers));
            checkNothingIsLeft();
        }

        /** When all is acknowledged, the storage holds no entry and no message, also after failures. */
        private void checkNothingIsLeft() {
            broker.advance(Duration.ofMinutes(5));
            for (Table table : List.of(Table.ENTRIES, Table.RECEIVED, Table.MESSAGES)) {
                assertThat(broker.storage().rows(table))
                        .as("rows left in " + table)
                        .isZero();
            }
        }

        private void step() {
            Publisher publisher = publishers.get(random.nextInt(publishers.size()));
            Subscriber subscriber = subscribers.get(random.nextInt(subscribers.size()));
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4, 5, 6 -> publisher.publishNew();
                case 7, 8, 9, 10, 11 -> subscriber.acknowledgeOne();
                case 12 -> subscriber.vanish();
                case 13 -> publisher.vanish();
                case 14 -> all().forEach(Actor::connectWhenGone);
                case 15 -> subscriber.takeOver();
                case 16 -> holdOrRelease();
                case 17 -> {
                    if (random.nextInt(3) == 0) {
                        failOrRecover();
                    } else {
                        releaseOne();
                    }
                }
                case 18 -> broker.advance(Duration.ofMillis(random.nextInt(200)));
                default -> {
                    switch (random.nextInt(7)) {
                        case 0 -> {
                            recover();
                            broker.crashes(Duration.ofSeconds(random.nextInt(3)));
                        }
                        case 1 -> restart();
                        case 2 -> broker.storage().holdReads();
                        case 3 -> releaseReads();
                        default -> subscriber.stallOrRead();
                    }
                }
            }
        }

        private void holdOrRelease() {
            switch (random.nextInt(3)) {
                case 0 -> broker.storage().holdCommits();
                case 1 -> broker.storage().holdLazyCommits();
                default -> broker.storage().releaseCommits();
            }
            broker.runUntilIdle();
        }

        private void failOrRecover() {
            fails = !fails;
            if (fails) {
                hasFailed = true;
                broker.storage().failCommits("no space left", true);
            } else {
                broker.storage().recover();
            }
        }

        private void releaseReads() {
            broker.storage().releaseReads();
            broker.runUntilIdle();
        }

        private void recover() {
            releaseReads();
            fails = false;
            broker.storage().recover();
        }

        private void restart() {
            recover(); // it would not start
            broker.storage().releaseCommits();
            broker.restarts();
        }

        private void releaseOne() {
            if (!broker.storage().held().isEmpty()) {
                broker.storage().releaseOneCommit();
                broker.runUntilIdle();
            }
        }

        /** All trouble ends, and everybody goes on until nothing more happens. */
        private void settle() {
            recover();
            broker.storage().releaseCommits();
            broker.runUntilIdle();
            broker.advance(Duration.ofSeconds(11)); // a publisher of 3.x whose message was refused is disconnected
            for (int quiet = 0; quiet < 3; quiet++) {
                for (Actor actor : all()) {
                    actor.listen();
                    actor.connectWhenGone();
                    actor.read();
                    if (actor.finishOne()) {
                        quiet = -1;
                    }
                }
                broker.advance(Duration.ofMillis(100));
            }
        }

        private List<Actor> all() {
            List<Actor> all = new ArrayList<>(publishers);
            all.addAll(subscribers);
            return all;
        }
    }

    private static String textOf(Publish publish) {
        String text = publish.payload().toText();
        int padding = text.indexOf('|');
        return padding < 0 ? text : text.substring(0, padding);
    }

    /** A client with a session that is never given up. */
    private abstract static sealed class Actor permits Publisher, Subscriber {
        final String name;
        final World world;
        final ProtocolVersion version;

        @Nullable
        SimulatedClient client;

        boolean accepted;

        Actor(String name, World world) {
            this.name = name;
            this.world = world;
            this.version = VERSIONS.get(world.random.nextInt(VERSIONS.size()));
        }

        ConnectDraft draft() {
            ConnectDraft draft = connect(name).version(version).resuming();
            return version.hasProperties() ? draft.expiry(100_000) : draft;
        }

        final void connectAndPrepare() {
            client = world.broker.connect(draft());
            accepted = true;
            prepare();
        }

        final void connectWhenGone() {
            if (client == null || client.hasEnded()) {
                listen();
                accepted = false;
                client = world.broker.tries(draft());
                listen();
            }
        }

        /** Connects again though it is connected. */
        final void takeOver() {
            SimulatedClient current = voice();
            if (current != null) {
                listen();
                accepted = false;
                client = world.broker.tries(draft());
                listen();
                current.hearsAll();
            }
        }

        final void vanish() {
            if (client != null && !client.hasEnded()) {
                client.vanishes();
            }
        }

        final void read() {
            if (client != null && !client.hasEnded()) {
                client.readsOn();
                listen();
            }
        }

        /** Its connection, when it may speak. */
        final @Nullable SimulatedClient voice() {
            SimulatedClient current = client;
            return current != null && accepted && !current.hasEnded() ? current : null;
        }

        final void listen() {
            SimulatedClient current = client;
            if (current == null) {
                return;
            }
            for (List<Packet> heard = current.hearsAll(); !heard.isEmpty(); heard = current.hearsAll()) {
                for (Packet packet : heard) {
                    if (packet instanceof Disconnect) {
                        continue; // the broker stops, or another connection took over
                    }
                    if (packet instanceof ConnAck ack) {
                        accepted = !ack.reasonCode().isError();
                        if (accepted) {
                            resumed(current);
                        }
                    } else {
                        hear(packet, current);
                    }
                }
            }
        }

        abstract void prepare();

        abstract void resumed(SimulatedClient current);

        abstract void hear(Packet packet, SimulatedClient current);

        /** Does one thing that is left to do; false when there is none. */
        abstract boolean finishOne();
    }

    /** Publishes numbered messages, and sends again what the standard says. */
    private static final class Publisher extends Actor {
        private final Map<Integer, Publish> published = new LinkedHashMap<>();
        private final Set<Integer> released = new HashSet<>();
        private final Map<String, QoS> acknowledged = new HashMap<>();
        private final int[] numbers = new int[TOPICS * 3];
        private int lastIdentifier;

        Publisher(String name, World world) {
            super(name, world);
        }

        @Override
        void prepare() {}

        void publishNew() {
            SimulatedClient current = voice();
            if (current == null || published.size() + released.size() > 20) {
                return;
            }
            int topic = world.random.nextInt(TOPICS);
            int qos = world.random.nextInt(3);
            String text = name + " t" + topic + " q" + qos + " " + numbers[topic * 3 + qos]++;
            PublishDraft draft = publish("t/" + topic, text + world.padding);
            if (qos > 0) {
                lastIdentifier = 1 + lastIdentifier % 60;
                while (published.containsKey(lastIdentifier) || released.contains(lastIdentifier)) {
                    lastIdentifier = 1 + lastIdentifier % 60;
                }
                draft = draft.qos(QoS.of(qos), lastIdentifier);
                published.put(lastIdentifier, draft.packet());
            }
            current.sends(draft);
        }

        @Override
        void resumed(SimulatedClient current) {
            for (Publish one : List.copyOf(published.values())) {
                current.sends(new Publish(
                        true,
                        one.qos(),
                        one.retain(),
                        one.topic(),
                        one.packetIdentifier(),
                        one.properties(),
                        one.payload()));
            }
            for (int identifier : List.copyOf(released)) {
                current.sends(new PubRel(identifier));
            }
        }

        @Override
        void hear(Packet packet, SimulatedClient current) {
            switch (packet) {
                case PubAck ack -> accepted(published.remove(ack.packetIdentifier()), ack.reasonCode());
                case PubRec ack -> {
                    accepted(published.remove(ack.packetIdentifier()), ack.reasonCode());
                    if (ack.reasonCode().isError()) {
                        return;
                    }
                    released.add(ack.packetIdentifier());
                    if (!current.hasEnded()) {
                        current.sends(new PubRel(ack.packetIdentifier()));
                    }
                }
                case PubComp ack -> released.remove(ack.packetIdentifier());
                default -> throw world.broker.failure(name + " hears " + packet);
            }
        }

        private void accepted(@Nullable Publish publish, ReasonCode reason) {
            if (publish != null && !reason.isError()) {
                acknowledged.put(textOf(publish), publish.qos());
            }
        }

        @Override
        boolean finishOne() {
            return false;
        }
    }

    /** Receives at its QoS, acknowledges in any order, and remembers Packet Identifiers as the standard says. */
    private static final class Subscriber extends Actor {
        private final QoS qos;
        private final int receiveMaximum;
        private final List<String> delivered = new ArrayList<>();
        private final Set<Integer> received = new HashSet<>();
        private final List<Packet> owed = new ArrayList<>();
        private boolean stalled;

        Subscriber(String name, World world) {
            super(name, world);
            this.qos = QoS.of(1 + world.random.nextInt(2));
            this.receiveMaximum = world.random.nextBoolean() ? 1 + world.random.nextInt(5) : 65_535;
        }

        @Override
        ConnectDraft draft() {
            ConnectDraft draft = super.draft();
            return version.hasProperties() ? draft.receiveMaximum(receiveMaximum) : draft;
        }

        @Override
        void prepare() {
            if (client != null) {
                client.subscribes(subscribe(1, "t/#").qos(qos.level()));
            }
        }

        @Override
        void resumed(SimulatedClient current) {
            owed.clear();
            stalled = false;
        }

        void stallOrRead() {
            SimulatedClient current = voice();
            if (current != null) {
                stalled = !stalled;
                if (stalled) {
                    current.stalls();
                } else {
                    current.readsOn();
                }
            }
        }

        @Override
        void hear(Packet packet, SimulatedClient current) {
            switch (packet) {
                case Publish publish -> hear(publish);
                case PubRel release -> {
                    received.remove(release.packetIdentifier());
                    owed.add(new PubComp(release.packetIdentifier()));
                }
                default -> throw world.broker.failure(name + " hears " + packet);
            }
            if (version.hasProperties()
                    && owed.stream().filter(one -> !(one instanceof PubComp)).count() > receiveMaximum) {
                throw world.broker.failure(name + " is sent more than its Receive Maximum");
            }
        }

        private void hear(Publish publish) {
            String text = textOf(publish);
            switch (publish.qos()) {
                case AT_MOST_ONCE -> delivered.add(text);
                case AT_LEAST_ONCE -> {
                    delivered.add(text);
                    owed.add(new PubAck(publish.packetIdentifier()));
                }
                case EXACTLY_ONCE -> {
                    if (received.add(publish.packetIdentifier())) {
                        delivered.add(text);
                    } else if (!publish.dup()) {
                        throw world.broker.failure(name + " is sent id " + publish.packetIdentifier()
                                + " for another message, while it is in use");
                    }
                    owed.add(new PubRec(publish.packetIdentifier()));
                }
            }
        }

        void acknowledgeOne() {
            SimulatedClient current = voice();
            if (current != null && !owed.isEmpty()) {
                current.sends(owed.remove(world.random.nextInt(owed.size())));
            }
        }

        @Override
        boolean finishOne() {
            boolean any = !owed.isEmpty();
            acknowledgeOne();
            return any;
        }

        void check(List<Publisher> publishers) {
            Map<String, Integer> times = new TreeMap<>();
            delivered.forEach(text -> times.merge(text, 1, Integer::sum));
            for (Publisher publisher : publishers) {
                if (!publisher.published.isEmpty() || !publisher.released.isEmpty()) {
                    throw world.broker.failure(publisher.name + " waits for ever for " + publisher.published.keySet()
                            + " and " + publisher.released);
                }
                publisher.acknowledged.forEach((text, published) -> {
                    int count = times.getOrDefault(text, 0);
                    boolean once = published.min(qos) == QoS.EXACTLY_ONCE;
                    if (count == 0 || (once && count > 1)) {
                        throw world.broker.failure(name + " was delivered \"" + text + "\" " + count + " times");
                    }
                });
            }
            times.forEach((text, count) -> {
                if (count > 1 && qos == QoS.EXACTLY_ONCE && text.contains(" q2 ")) {
                    throw world.broker.failure(name + " was delivered \"" + text + "\" " + count + " times");
                }
            });
            if (!world.hasFailed) { // what was refused comes again behind what was not
                checkOrder();
            }
        }

        /** The first delivery of each message follows that of the one published before it, per publisher, topic, QoS. */
        private void checkOrder() {
            Map<String, Integer> last = new HashMap<>();
            Set<String> seen = new HashSet<>();
            for (String text : delivered) {
                if (seen.add(text)) {
                    int space = text.lastIndexOf(' ');
                    int number = Integer.parseInt(text.substring(space + 1));
                    Integer before = last.put(text.substring(0, space), number);
                    if (before != null && before > number) {
                        throw world.broker.failure(name + " was delivered \"" + text + "\" after " + before);
                    }
                }
            }
        }
    }
}
