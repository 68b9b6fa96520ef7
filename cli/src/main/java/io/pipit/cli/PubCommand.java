package io.pipit.cli;

import io.pipit.cli.PacketProperties.Target;
import io.pipit.client.Message;
import io.pipit.client.MqttClient;
import io.pipit.client.MqttException;
import io.pipit.client.PublishResult;
import io.pipit.mqtt.Disconnect;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.ReasonCode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code pipit pub}: publishes and ends. Made to start fast: nothing of the server, no logging. */
final class PubCommand {
    private final PubFlags flags;
    private final Terminal terminal;

    private PubCommand(PubFlags flags, Terminal terminal) {
        this.flags = flags;
        this.terminal = terminal;
    }

    /** Runs it and returns the exit status. */
    static int run(Arguments arguments, Terminal terminal) throws InterruptedException {
        try {
            PubFlags flags = PubFlags.parse(arguments);
            if (flags.isHelp()) {
                terminal.line(PubFlags.HELP.stripTrailing());
                return ExitStatus.OK;
            }
            return new PubCommand(flags, terminal).run();
        } catch (UsageException wrong) {
            terminal.error("pipit pub: " + wrong.getMessage() + "\nSee 'pipit pub --help'.");
            return ExitStatus.USAGE;
        }
    }

    private int run() throws UsageException, InterruptedException {
        MqttClient client = new MqttClient(flags.connection()
                .options(terminal)
                .maximumInFlight(flags.maximumInFlight())
                .withoutReconnect()
                .build());
        try {
            // Read before connecting: a file that is not there needs no server to be told about.
            Payload payload = payload();
            client.connect();
            try {
                if (payload == null) {
                    publishLines(client);
                } else {
                    publishRepeatedly(client, message(payload));
                }
            } finally {
                client.disconnect(
                        new Disconnect(ReasonCode.SUCCESS, flags.connection().properties(Target.DISCONNECT)));
            }
            return ExitStatus.OK;
        } catch (MqttException failure) {
            return failed(
                    String.valueOf(failure.getMessage()),
                    ExitStatus.of(failure, flags.connection().version()));
        } catch (IOException unreadable) {
            return failed(String.valueOf(unreadable.getMessage()), ExitStatus.FAILED);
        }
    }

    private int failed(String text, int status) {
        if (!flags.connection().isQuiet()) {
            terminal.error("pipit pub: " + text);
        }
        return status;
    }

    /** The one payload, or null for lines. */
    private @Nullable Payload payload() throws IOException {
        return switch (flags.source()) {
            case GIVEN -> flags.payload();
            case FILE -> read(Path.of(flags.file()));
            case INPUT -> Payload.owning(terminal.in().readAllBytes());
            case LINES -> null;
        };
    }

    private static Payload read(Path file) throws IOException {
        try {
            return Payload.owning(Files.readAllBytes(file));
        } catch (NoSuchFileException missing) {
            throw new IOException("-f " + file + ": there is no such file", missing);
        } catch (IOException unreadable) {
            throw new IOException("-f " + file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private Message message(Payload payload) {
        return new Message(
                flags.topic(),
                payload,
                flags.qos(),
                flags.isRetain(),
                flags.connection().properties(Target.PUBLISH));
    }

    private void publishRepeatedly(MqttClient client, Message message) throws MqttException, InterruptedException {
        for (long i = 0; i < flags.repeat(); i++) {
            if (i > 0 && flags.repeatDelayMillis() > 0) {
                TimeUnit.MILLISECONDS.sleep(flags.repeatDelayMillis());
            }
            client.publish(message);
        }
    }

    /** Each line as soon as it is there, several under way at once; ends when all are acknowledged. */
    private void publishLines(MqttClient client) throws IOException, InterruptedException {
        Deque<CompletableFuture<PublishResult>> underWay = new ArrayDeque<>();
        InputStream in = new BufferedInputStream(terminal.in());
        for (Payload line = line(in); line != null; line = line(in)) {
            underWay.add(client.publishAsync(message(line)));
            while (!underWay.isEmpty() && underWay.element().isDone()) {
                settle(underWay.remove());
            }
        }
        while (!underWay.isEmpty()) {
            settle(underWay.remove());
        }
    }

    private static void settle(CompletableFuture<PublishResult> publication) throws MqttException {
        try {
            publication.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof MqttException known) {
                throw known;
            }
            throw failed;
        }
    }

    private static @Nullable Payload line(InputStream in) throws IOException {
        int octet = in.read();
        if (octet < 0) {
            return null;
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (; octet >= 0 && octet != '\n'; octet = in.read()) {
            line.write(octet);
        }
        return Payload.owning(line.toByteArray());
    }
}
