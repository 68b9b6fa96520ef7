package io.pipit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.junit.EmbeddedPipit;
import io.pipit.server.Pipit;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** One wildcard subscription to very many retained messages. */
@EmbeddedPipit
final class RetainedCrowdTest {
    private static final int TOPICS = 100_000;
    private static final String END = "end";
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int SUBACK = 9;

    private static RawConnection connected(Pipit pipit, String name) {
        return RawConnection.connected(pipit.port(), Version.V3_1_1, name);
    }

    private static void retain(Pipit pipit) {
        try (RawConnection publisher = connected(pipit, "retainer")) {
            for (int i = 0; i < TOPICS; i++) {
                String topic = "crowd/" + i % 100 + "/" + i;
                boolean last = i == TOPICS - 1;
                Message message = Message.of(topic, "value " + i).retained().withQos(last ? 1 : 0);
                publisher.send(Packets.publish(Version.V3_1_1, 1, message));
            }
            assertThat(publisher.packet().type()).isEqualTo(PUBACK);
        }
    }

    private static RawConnection subscriber(Pipit pipit, String name) {
        RawConnection subscriber = connected(pipit, name);
        subscriber.send(Packets.subscribe(Version.V3_1_1, 1, "live/+", 0));
        assertThat(subscriber.packet().type()).isEqualTo(SUBACK);
        return subscriber;
    }

    /** Publishes one live message after the other until told, each when the one before is acknowledged. */
    private static void publishLive(Pipit pipit, AtomicBoolean done) {
        try (RawConnection publisher = connected(pipit, "live")) {
            for (int i = 0; !done.get(); i++) {
                publishLive(publisher, Integer.toString(i));
            }
            publishLive(publisher, END);
        }
    }

    private static void publishLive(RawConnection publisher, String payload) {
        publisher.send(
                Packets.publish(Version.V3_1_1, 1, Message.of("live/t", payload).withQos(1)));
        assertThat(publisher.packet().type()).isEqualTo(PUBACK);
    }

    /** Reads live messages, of which none may be missing, to their end. */
    private static int receiveLive(RawConnection connection) {
        int count = 0;
        String payload = connection.packet().message(Version.V3_1_1).payload();
        while (!payload.equals(END)) {
            assertThat(payload).isEqualTo(Integer.toString(count++));
            payload = connection.packet().message(Version.V3_1_1).payload();
        }
        return count;
    }

    @Test
    void subscribe_toAHundredThousandRetained_getsAllWhileLiveMessagesFlow(Pipit pipit) throws Exception {
        retain(pipit);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                RawConnection everything = subscriber(pipit, "everything");
                RawConnection bystander = subscriber(pipit, "bystander")) {
            Future<Integer> bystanderReceived = threads.submit(() -> receiveLive(bystander));
            Future<?> published = threads.submit(() -> publishLive(pipit, done));
            // The live messages flow before the crowd is asked for.
            assertThat(everything.packet().message(Version.V3_1_1).topic()).isEqualTo("live/t");
            everything.send(Packets.subscribe(Version.V3_1_1, 2, "crowd/#", 0));
            int liveAmongRetained;
            try {
                liveAmongRetained = receiveAll(everything);
            } finally {
                done.set(true);
            }
            assertThat(liveAmongRetained).isGreaterThan(20);
            published.get(10, TimeUnit.SECONDS);
            assertThat(bystanderReceived.get(10, TimeUnit.SECONDS)).isGreaterThan(liveAmongRetained);
        }
    }

    /** Reads until each retained topic has come; returns how many live messages came in between. */
    private static int receiveAll(RawConnection connection) {
        Set<String> topics = new HashSet<>();
        int live = 0;
        while (topics.size() < TOPICS) {
            RawPacket packet = connection.packet();
            if (packet.type() == PUBLISH) {
                Message message = packet.message(Version.V3_1_1);
                if (!message.topic().startsWith("live/")) {
                    assertThat(message.retain()).isTrue();
                    topics.add(message.topic());
                } else if (!topics.isEmpty()) {
                    live++;
                }
            }
        }
        return live;
    }
}
