package io.pipit.cli;

import io.pipit.cli.PacketProperties.Target;
import io.pipit.client.Acknowledgement;
import io.pipit.client.ClientOptions;
import io.pipit.client.ConnectionListener;
import io.pipit.client.Failure;
import io.pipit.client.Message;
import io.pipit.client.MessageListener;
import io.pipit.client.MqttClient;
import io.pipit.client.MqttException;
import io.pipit.client.ReceivedMessage;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import io.pipit.mqtt.SubAck;
import io.pipit.mqtt.SubscriptionRequest;
import io.pipit.mqtt.TopicFilter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * {@code pipit sub}: subscribes, prints what comes, and connects again when its connection breaks. Made to start fast:
 * nothing of the server, no logging.
 */
final class SubCommand implements MessageListener, ConnectionListener {
    private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);
    private static final long CONNECT_MILLIS = 10_000;
    private static final long RESPONSE_MILLIS = 30_000;

    /**
     * Why the program ends.
     *
     * @param cause what is still to be reported, or null
     */
    private record End(int status, @Nullable MqttException cause) {
        static End with(int status) {
            return new End(status, null);
        }
    }

    private final SubFlags flags;
    private final OutputFormat format;
    private final Terminal terminal;
    private final MqttClient client;
    /** Of which the first counts. */
    private final LinkedBlockingQueue<End> ends = new LinkedBlockingQueue<>();

    private final long deadline;
    /** Messages from now on are neither printed nor acknowledged. */
    private volatile boolean finished;
    /** Of the thread that calls listeners. */
    private long printed;
    /** Of the same thread: subscriptions that the server refused when it was asked again. */
    private int lost;

    private SubCommand(SubFlags flags, Terminal terminal, long start) throws UsageException {
        this.flags = flags;
        this.format = flags.format();
        this.terminal = terminal;
        this.deadline = start + TimeUnit.MILLISECONDS.toNanos(flags.timeoutMillis());
        ClientOptions.Builder options =
                flags.connection().options(terminal).messageListener(this).acknowledgement(Acknowledgement.MANUAL);
        options.connectionListener(this).reconnect(SHORTEST_RETRY, LONGEST_RETRY);
        if (flags.timeoutMillis() > 0) {
            options.connectTimeout(Duration.ofMillis(Math.min(CONNECT_MILLIS, flags.timeoutMillis())))
                    .responseTimeout(Duration.ofMillis(Math.min(RESPONSE_MILLIS, flags.timeoutMillis())));
        }
        this.client = new MqttClient(options.build());
    }

    /** Runs it and returns the exit status. */
    static int run(Arguments arguments, Terminal terminal) throws InterruptedException {
        long start = System.nanoTime();
        try {
            SubFlags flags = SubFlags.parse(arguments);
            if (flags.isHelp()) {
                terminal.line(SubFlags.HELP.stripTrailing());
                return ExitStatus.OK;
            }
            return new SubCommand(flags, terminal, start).runUntilSignal();
        } catch (UsageException wrong) {
            terminal.error("pipit sub: " + wrong.getMessage() + "\nSee 'pipit sub --help'.");
            return ExitStatus.USAGE;
        }
    }

    /** SIGINT and SIGTERM end it in order: with status 0, and the server drops the Will Message. */
    private int runUntilSignal() throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        Thread onSignal = new Thread(() -> {
            if (over.compareAndSet(false, true)) {
                finished = true;
                try {
                    client.close();
                } finally {
                    Runtime.getRuntime().halt(ExitStatus.OK);
                }
            }
        });
        Runtime.getRuntime().addShutdownHook(onSignal);
        int status = run();
        finished = true;
        client.disconnect(new Disconnect(ReasonCode.SUCCESS, flags.connection().properties(Target.DISCONNECT)));
        over.set(true);
        return status;
    }

    private int run() throws InterruptedException {
        try {
            client.connect();
            subscribe();
        } catch (MqttException failure) {
            report(failure.getMessage());
            return status(failure);
        }
        End end = flags.timeoutMillis() == 0
                ? ends.take()
                : ends.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (end == null) {
            report("timed out");
            return ExitStatus.TIMED_OUT;
        }
        MqttException cause = end.cause();
        if (cause != null) {
            report(cause.getMessage());
        }
        return end.status();
    }

    private void subscribe() throws MqttException, InterruptedException {
        if (!flags.unsubscribed().isEmpty()) {
            client.unsubscribe(flags.unsubscribed(), flags.connection().properties(Target.UNSUBSCRIBE));
        }
        if (!flags.requests().isEmpty()) {
            report(client.subscribe(flags.requests(), flags.connection().properties(Target.SUBSCRIBE), this));
        }
        if (flags.isExitAfterSubscribing()) {
            ends.add(End.with(ExitStatus.OK));
        }
    }

    private void report(SubAck answer) {
        List<SubscriptionRequest> requests = flags.requests();
        int refused = 0;
        for (int i = 0; i < answer.reasonCodes().size(); i++) {
            ReasonCode reason = answer.reasonCodes().get(i);
            if (reason.isError()) {
                refused++;
                report("the server refused the subscription to "
                        + requests.get(i).filter() + ": " + reason);
            }
        }
        if (refused == answer.reasonCodes().size()) {
            ends.add(End.with(answer.reasonCodes().getFirst().code()));
        }
    }

    private int status(MqttException failure) {
        boolean late = flags.timeoutMillis() > 0 && System.nanoTime() - deadline >= 0;
        return late
                ? ExitStatus.TIMED_OUT
                : ExitStatus.of(failure, flags.connection().version());
    }

    private void report(@Nullable String text) {
        if (!flags.connection().isQuiet()) {
            terminal.error("pipit sub: " + text);
        }
    }

    @Override
    public void received(ReceivedMessage message) {
        if (finished) {
            return;
        }
        if (flags.isRetainedOnly() && !message.isRetained()) {
            finish(End.with(ExitStatus.OK));
            return;
        }
        try {
            if (isWanted(message)) {
                print(message);
                printed++;
            }
        } catch (IOException broken) {
            report("cannot write to standard output: " + broken.getMessage());
            finish(End.with(ExitStatus.FAILED));
            return;
        }
        message.acknowledge();
        if (printed == flags.count()) {
            finish(End.with(ExitStatus.OK));
        }
    }

    private void finish(End end) {
        finished = true;
        ends.add(end);
    }

    private boolean isWanted(ReceivedMessage message) {
        for (TopicFilter filter : flags.filteredOut()) {
            if (filter.matches(message.topic())) {
                return false;
            }
        }
        if (message.isRetained() && flags.isRemoveRetained()) {
            clear(message);
        }
        if (message.isRetained() && flags.isNoRetained()) {
            return false;
        }
        return flags.percent() >= 100 || ThreadLocalRandom.current().nextDouble(100) < flags.percent();
    }

    private void clear(ReceivedMessage message) {
        try {
            client.publish(new Message(message.topic(), Payload.EMPTY, QoS.AT_LEAST_ONCE, true, Properties.NONE));
        } catch (MqttException failure) {
            report("could not clear the retained message of " + message.topic() + ": " + failure.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void print(ReceivedMessage message) throws IOException {
        ByteArrayOutputStream bytes =
                new ByteArrayOutputStream(message.payload().size() + 64);
        if (!format.append(message, bytes)) {
            report("the payload is not valid JSON, on topic " + message.topic());
        }
        terminal.write(bytes);
    }

    @Override
    public void reconnecting(MqttException cause, Duration retryIn) {
        report(cause.getMessage() + "; connecting again");
    }

    @Override
    public void ended(MqttException cause) {
        if (cause.failure() == Failure.REJECTED) {
            report(cause.getMessage());
            lost++;
            if (lost == flags.requests().size()) {
                finish(End.with(status(cause)));
            }
        } else if (cause.failure() != Failure.NOT_CONNECTED) {
            finish(new End(status(cause), cause));
        }
    }
}
