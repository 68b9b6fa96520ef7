package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.acceptance.Endpoint.Transport;
import io.pipit.client.ClientOptions;
import io.pipit.client.Message;
import io.pipit.client.MessageStream;
import io.pipit.client.MqttClient;
import io.pipit.client.MqttException;
import io.pipit.client.PublishResult;
import io.pipit.client.ReceivedMessage;
import io.pipit.client.ServerAddress;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The file system becomes read-only while the broker runs, as after an error of the disk, and writable again. */
@OnlyPipit
@Timeout(120)
final class ReadOnlyDiskTest {
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    private Path directory = Path.of("");

    private Path data = Path.of("");
    private Path readOnly = Path.of("");

    @BeforeEach
    void names() throws IOException {
        Path real = directory.toRealPath();
        data = Files.createDirectory(real.resolve("data"));
        readOnly = real.resolve("read-only");
    }

    private PipitProcess start() throws IOException {
        return PipitProcess.start(
                data,
                Map.of(
                        "LD_PRELOAD", Shim.compiled("read-only").toString(),
                        "READ_ONLY_ROOT", data.toString(),
                        "READ_ONLY_WHILE", readOnly.toString()));
    }

    private static MqttClient connected(PipitProcess broker, String identifier) throws MqttException {
        return connected(broker, identifier, new MessageStream(100));
    }

    /** With a session that is kept for an hour. */
    private static MqttClient connected(PipitProcess broker, String identifier, MessageStream stream)
            throws MqttException {
        MqttClient client =
                new MqttClient(ClientOptions.builder(ServerAddress.tcp(Endpoint.HOST, broker.port(Transport.TCP)))
                        .clientIdentifier(identifier)
                        .cleanStart(false)
                        .sessionExpirySeconds(3600)
                        .withoutReconnect()
                        .messageListener(stream)
                        .build());
        client.connect();
        return client;
    }

    private static Message atLeastOnce(String text) {
        return Message.of("q", text, QoS.AT_LEAST_ONCE);
    }

    @Test
    void whatNeedsTheDisk_isRefused_theRestGoesOn_andAllIsTakenWhenItCanBeWrittenAgain() throws Exception {
        PipitProcess broker = start();
        try (Program program = broker.program()) {
            try (MqttClient kept = connected(broker, "kept")) {
                kept.subscribe("q", QoS.AT_LEAST_ONCE, new MessageStream(100));
            }
            try (MqttClient watcher = connected(broker, "watcher");
                    MqttClient publisher = connected(broker, "publisher");
                    MqttClient another = connected(broker, "another")) {
                MessageStream alarms = watcher.subscribe("$SYS/brokers/+/alarms/#", QoS.AT_MOST_ONCE, 100);
                MessageStream live = watcher.subscribe("live", QoS.AT_MOST_ONCE, 100);
                publisher.publish(atLeastOnce("before"));

                Files.createFile(readOnly);
                CompletableFuture<PublishResult> unknown = publisher.publishAsync(atLeastOnce("unanswered"));
                await(alarms, "storage-refuses/alert");
                MqttException refusal =
                        catchThrowableOfType(MqttException.class, () -> another.publish(atLeastOnce("refused")));
                assertThat(refusal.reasonCode()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
                another.publish(Message.of("live", "goes on", QoS.AT_MOST_ONCE));
                assertThat(text(live.take())).isEqualTo("goes on");
                assertThat(unknown).isNotDone();

                Files.delete(readOnly);
                await(alarms, "storage-refuses/clear");
                unknown.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                publisher.publish(atLeastOnce("after"));
            }
            program.signal("KILL");
            assertThat(program.exitCode()).isNotZero();
        }
        try (PipitProcess again = start()) {
            MessageStream queued = new MessageStream(100);
            try (MqttClient kept = connected(again, "kept", queued)) {
                assertThat(kept.isConnected()).isTrue();
                List<String> texts = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    texts.add(text(queued.take()));
                }
                assertThat(texts).containsExactly("before", "unanswered", "after");
            }
        }
    }

    private static void await(MessageStream alarms, String event) throws MqttException, InterruptedException {
        ReceivedMessage next;
        do {
            next = alarms.take();
        } while (!next.topic().toString().endsWith(event));
    }

    private static String text(ReceivedMessage message) {
        return message.payload().toText();
    }
}
