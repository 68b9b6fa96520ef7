package io.pipit.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.acceptance.Verdict.Fault;
import io.pipit.client.ClientOptions;
import io.pipit.client.ConnectionListener;
import io.pipit.client.MessageListener;
import io.pipit.client.MqttClient;
import io.pipit.client.MqttException;
import io.pipit.mqtt.ConnAck;
import io.pipit.mqtt.ProtocolVersion;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicFilter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A program that keeps clients at work on a broker that is killed and started again, and judges whether the broker
 * keeps what it acknowledges. It is a process of its own, which no fault of the broker's or the test's reaches.
 *
 * <p>Commands come on stdin, one a line, and each is answered by a line: {@code up} (the broker is ready), {@code until N}
 * (answered when N more messages are acknowledged), {@code newcomer} (another subscriber, up to a number), {@code settle}
 * (all publishing ends, and everything must have come), {@code faults} (answered by how many there are), {@code end}
 * (answered by the numbers of messages and of faults, and the faults in words, up to the line {@code end}).
 */
final class CrashJudge {
    private static final int PUBLISHERS = 4;
    /** So many retained topics has each. */
    private static final int RETAINED = 8;

    private static final int MOST_NEWCOMERS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final PrintStream answers;
    private final int port;
    private final Random random;
    private final AcknowledgedLog log;
    private final Verdict verdict = new Verdict();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Progress starts = new Progress();
    private final Progress deliveries = new Progress();
    private final List<NumberingPublisher> publishers = new ArrayList<>();
    private final List<ComingSubscriber> subscribers = new CopyOnWriteArrayList<>();
    private final List<NumberedTopic> load = new ArrayList<>();
    private final List<NumberedTopic> retained = new ArrayList<>();
    private final AtomicInteger retainedReads = new AtomicInteger();
    private int newcomers;
    private int readers;

    private CrashJudge(int port, AcknowledgedLog log, long seed, PrintStream answers) {
        this.answers = answers;
        this.port = port;
        this.log = log;
        this.random = new Random(seed);
    }

    /** Arguments: the broker's port, the file of what was acknowledged, a seed. */
    public static void main(String[] arguments) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err); // what libraries say is no answer
        try (AcknowledgedLog log = new AcknowledgedLog(Path.of(arguments[1]));
                BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            new CrashJudge(Integer.parseInt(arguments[0]), log, Long.parseLong(arguments[2]), answers).obey(commands);
        }
        System.exit(0); // whatever still tries to connect
    }

    private void obey(BufferedReader commands) throws IOException, MqttException, InterruptedException {
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            String[] words = command.split(" ", 2);
            switch (words[0]) {
                case "up" -> up();
                case "until" -> log.progress().awaitMore(Long.parseLong(words[1]));
                case "newcomer" -> newcomer();
                case "settle" -> settle();
                case "faults" -> {
                    answers.println(verdict.told().size());
                    continue;
                }
                case "end" -> {
                    end();
                    return;
                }
                default -> throw new IllegalArgumentException(command);
            }
            answers.println("done");
        }
    }

    private void up() throws MqttException, InterruptedException {
        starts.advance();
        if (publishers.isEmpty()) {
            begin();
        } else {
            RetainedReader reader = new RetainedReader(retained, verdict);
            String name = "reader-" + readers++;
            if (log.isClosing()) {
                read(reader, name); // nobody publishes anew what may be lost
            } else {
                task(name, () -> read(reader, name));
            }
        }
    }

    private void begin() throws MqttException, InterruptedException {
        for (int i = 0; i < PUBLISHERS; i++) {
            String name = "p" + i;
            List<NumberedTopic> own = new ArrayList<>();
            own.add(new NumberedTopic("load/1/" + name, QoS.AT_LEAST_ONCE, false));
            own.add(new NumberedTopic("load/2/" + name, QoS.EXACTLY_ONCE, false));
            load.addAll(own);
            for (int k = 0; k < RETAINED; k++) {
                QoS qos = k % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE;
                NumberedTopic topic = new NumberedTopic("retained/" + name + "/" + k, qos, true);
                own.add(topic);
                retained.add(topic);
            }
            publishers.add(new NumberingPublisher(name, own, client(name, i % 2 == 0, message -> {}), log, verdict));
        }
        subscriber("all-five", "load/#", QoS.EXACTLY_ONCE, false);
        subscriber("all-three", "load/#", QoS.EXACTLY_ONCE, false);
        subscriber("once", "load/2/+", QoS.EXACTLY_ONCE, false);
        subscriber("least", "load/1/+", QoS.AT_LEAST_ONCE, false);
        subscriber("lower", "load/+/p1", QoS.AT_LEAST_ONCE, false);
        for (int i = 0; i < 7; i++) { // with those above more than have a message in their own queues
            subscriber("many-" + i, "load/+/p0", QoS.EXACTLY_ONCE, false);
        }
        for (NumberingPublisher publisher : publishers) {
            long seed = random.nextLong();
            task("a publisher", () -> {
                connect(publisher.client());
                publisher.run(new Random(seed));
            });
        }
    }

    private void newcomer() {
        if (newcomers == MOST_NEWCOMERS) {
            return;
        }
        String name = "newcomer-" + newcomers++;
        subscriber(name, "load/+/p" + random.nextInt(PUBLISHERS), QoS.EXACTLY_ONCE, newcomers % 2 == 0);
    }

    private void subscriber(String name, String filter, QoS qos, boolean unsubscribes) {
        TopicFilter topicFilter = TopicFilter.of(filter);
        boolean five = subscribers.size() % 2 == 0;
        ComingSubscriber subscriber = new ComingSubscriber(
                name,
                topicFilter,
                qos,
                load.stream().filter(topic -> topicFilter.matches(topic.name())).toList(),
                (clientIdentifier, listener) -> client(clientIdentifier, five, listener),
                log,
                verdict,
                deliveries);
        subscribers.add(subscriber);
        long seed = random.nextLong();
        task(name, () -> subscriber.run(new Random(seed), unsubscribes, this::connect));
    }

    private interface Task {
        void run() throws MqttException, InterruptedException;
    }

    private void task(String name, Task task) {
        threads.execute(() -> {
            try {
                task.run();
            } catch (MqttException | RuntimeException failed) {
                verdict.add(Fault.STUCK, name + " has ended: " + failed);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** A client whose session is kept, and that connects again by itself. */
    private MqttClient client(String name, boolean five, MessageListener listener) {
        ClientOptions.Builder options = ClientOptions.builder("mqtt://" + Endpoint.HOST + ":" + port)
                .version(five ? ProtocolVersion.MQTT_5_0 : ProtocolVersion.MQTT_3_1_1)
                .clientIdentifier(name)
                .cleanStart(false)
                .reconnect(Duration.ofMillis(1), Duration.ofMillis(50))
                .messageListener(listener)
                .connectionListener(new SessionWatch(name, verdict));
        return new MqttClient((five ? options.sessionExpirySeconds(86_400) : options).build());
    }

    /** Whether the session is there whenever it must be. */
    private static final class SessionWatch implements ConnectionListener {
        private final String name;
        private final Verdict verdict;
        private boolean accepted;

        SessionWatch(String name, Verdict verdict) {
            this.name = name;
            this.verdict = verdict;
        }

        @Override
        public void connected(ConnAck connAck) {
            if (accepted && !connAck.sessionPresent()) {
                verdict.add(Fault.SESSION_LOST, name);
            }
            accepted = true;
        }
    }

    /** Tries while the broker is there, and again when it is there again. */
    private void connect(MqttClient client) throws MqttException, InterruptedException {
        while (true) {
            long before = starts.count();
            try {
                client.connect();
                return;
            } catch (MqttException failed) {
                if (!failed.isTransient()) {
                    throw failed;
                }
                starts.awaitAbove(before, Duration.ofSeconds(1));
            }
        }
    }

    private boolean read(RetainedReader reader, String name) throws InterruptedException {
        try (MqttClient client = new MqttClient(ClientOptions.builder("mqtt://" + Endpoint.HOST + ":" + port)
                .clientIdentifier(name)
                .withoutReconnect()
                .build())) {
            client.connect();
            boolean whole = reader.read(client, "retained/#");
            retainedReads.addAndGet(whole ? 1 : 0);
            return whole;
        } catch (MqttException gone) {
            return false; // the next start is read again
        }
    }

    /** Everything that was published has been acknowledged, and has come. */
    private void settle() throws MqttException, InterruptedException {
        log.closeSoon();
        subscribers.forEach(ComingSubscriber::stay);
        for (NumberingPublisher publisher : publishers) {
            publisher.publishLast();
        }
        // Whatever has been lost already does not come for whom it is waited for.
        Duration patience = verdict.isEmpty() ? PATIENCE : Duration.ofSeconds(1);
        long seen;
        do {
            seen = deliveries.count();
        } while (!subscribers.stream().allMatch(ComingSubscriber::isComplete) && deliveries.awaitAbove(seen, patience));
        subscribers.forEach(ComingSubscriber::end);
        if (!read(new RetainedReader(retained, verdict), "reader-" + readers++)) {
            verdict.add(Fault.STUCK, "retained messages cannot be read");
        }
    }

    private void end() {
        answers.println("acknowledged " + log.progress().count());
        answers.println("delivered " + deliveries.count());
        answers.println("repeated "
                + subscribers.stream().mapToLong(ComingSubscriber::repeated).sum());
        answers.println("retained-reads " + retainedReads);
        verdict.counts().forEach((fault, count) -> answers.println(fault + " " + count));
        verdict.told().forEach(text -> answers.println("- " + text));
        answers.println("end");
    }
}
