package io.pipit.cli;

import io.pipit.cli.PacketProperties.Target;
import io.pipit.client.Acknowledgement;
import io.pipit.client.ClientOptions;
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
final class SubCommand implements MessageListener {
    private static final long RETRY_MILLIS = 1000;
    private static final long CONNECT_MILLIS = 10_000;

    /**
     * What the main thread waits for.
     *
     * @param status the exit status, when nothing else is to be done
     * @param lost why the connection is gone, or null
     */
    private record End(int status, @Nullable MqttException lost) {
        static End with(int status) {
            return new End(status, null);
        }
    }

    private final SubFlags flags;
    private final OutputFormat format;
    private final Terminal terminal;
    private final MqttClient client;
    private final LinkedBlockingQueue<End> ends = new LinkedBlockingQueue<>();
    private final long deadline;
    /** Messages from now on are neither printed nor acknowledged. */
    private volatile boolean finished;
    /** Of the thread that calls listeners. */
    private long printed;

    private SubCommand(SubFlags flags, Terminal terminal, long start) throws UsageException {
        this.flags = flags;
        this.format = flags.format();
        this.terminal = terminal;
        this.deadline = start + TimeUnit.MILLISECONDS.toNanos(flags.timeoutMillis());
        ClientOptions.Builder options =
                flags.connection().options(terminal).messageListener(this).acknowledgement(Acknowledgement.MANUAL);
        if (flags.timeoutMillis() > 0) {
            options.connectTimeout(Duration.ofMillis(Math.min(CONNECT_MILLIS, flags.timeoutMillis())));
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
            connect();
        } catch (MqttException failure) {
            return failed(failure);
        }
        while (true) {
            End end = await(Long.MAX_VALUE);
            MqttException lost = end == null ? null : end.lost();
            if (lost != null) {
                connectAgain(lost);
            } else if (end != null) {
                return end.status();
            }
        }
    }

    /** The next end, or null when there is none within so many milliseconds. */
    private @Nullable End await(long millis) throws InterruptedException {
        if (flags.timeoutMillis() == 0) {
            return ends.poll(millis, TimeUnit.MILLISECONDS);
        }
        long left = deadline - System.nanoTime();
        End end = ends.poll(Math.min(TimeUnit.MILLISECONDS.toNanos(millis), left), TimeUnit.NANOSECONDS);
        if (end == null && System.nanoTime() - deadline >= 0) {
            report("timed out");
            return End.with(ExitStatus.TIMED_OUT);
        }
        return end;
    }

    /** Tries until it is connected, or what happened is put back as an end. */
    private void connectAgain(MqttException cause) throws InterruptedException {
        MqttException failure = cause;
        report(cause.getMessage() + (isTransient(cause) ? "; connecting again" : ""));
        while (isTransient(failure)) {
            End end = await(RETRY_MILLIS);
            if (end != null) {
                ends.add(end);
                return;
            }
            try {
                connect();
                return;
            } catch (MqttException again) {
                failure = again;
            }
        }
        ends.add(End.with(status(failure)));
    }

    /** Whether the same may succeed later. */
    private static boolean isTransient(MqttException failure) {
        return switch (failure.failure()) {
            case CONNECTION_LOST, UNREACHABLE, HOST_UNKNOWN, TIMED_OUT -> true;
            case DISCONNECTED, REFUSED ->
                failure.reasonCode() == ReasonCode.SERVER_SHUTTING_DOWN
                        || failure.reasonCode() == ReasonCode.SERVER_UNAVAILABLE
                        || failure.reasonCode() == ReasonCode.SERVER_BUSY;
            case REJECTED, NOT_POSSIBLE, NOT_CONNECTED, PROTOCOL_ERROR, LISTENER_FAILED -> false;
        };
    }

    /** Connects and subscribes. When the connection is lost meanwhile, that comes as an end. */
    private void connect() throws MqttException, InterruptedException {
        client.connect();
        try {
            subscribe();
        } catch (MqttException failure) {
            if (client.isConnected()) {
                throw failure;
            }
        }
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

    private int failed(MqttException failure) {
        report(failure.getMessage());
        return status(failure);
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
    public void connectionEnded(MqttException cause) {
        if (cause.failure() != Failure.NOT_CONNECTED) {
            ends.add(new End(ExitStatus.FAILED, cause));
        }
    }
}
