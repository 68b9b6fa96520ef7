package io.pipit.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.QoS;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which threads a client has, and that it takes them with it. */
@Timeout(60)
final class ThreadsTest {
    private static final String ACCEPTED = "20 03 00 00 00";

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final ThreadFactory factory = task -> {
        Thread thread = Thread.ofVirtual().unstarted(task);
        threads.add(thread);
        return thread;
    };
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void client_thatOnlyPublishes_hasAReaderAndAWriter() throws Exception {
        server.play(dialogue ->
                dialogue.accept(ACCEPTED).expect("30 05 0001 74 00 61 e0 00").expectEnd());
        MqttClient client = new MqttClient(server.options().threads(factory).build());
        client.connect();
        client.publish(Message.of("t", "a", QoS.AT_MOST_ONCE));

        assertThat(threads).hasSize(2).allMatch(Thread::isVirtual);

        client.close();
        assertThatAllEnd();
    }

    @Test
    void client_thatListensAndReconnects_takesAllThreadsWithIt() throws Exception {
        CountDownLatch received = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            boolean last = i == 1;
            server.play(dialogue -> {
                dialogue.accept(ACCEPTED).send("32 07 0001 74 0001 00 61").expect("40 02 0001");
                if (last) {
                    dialogue.expect("e0 00").expectEnd();
                } else {
                    dialogue.drop();
                }
            });
        }
        MqttClient client = new MqttClient(server.options()
                .threads(factory)
                .reconnect(Duration.ofMillis(1), Duration.ofMillis(1))
                .messageListener(message -> received.countDown())
                .build());
        client.connect();
        assertThat(received.await(20, TimeUnit.SECONDS)).isTrue();

        client.close();

        // Two a connection, one for the listeners, one that connected again.
        assertThat(threads).hasSize(6);
        assertThatAllEnd();
    }

    private void assertThatAllEnd() throws InterruptedException {
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        }
    }
}
