package io.pipit.benchmarks;

import io.pipit.broker.Message;
import io.pipit.broker.StoredRow;
import io.pipit.broker.spi.Batch;
import io.pipit.mqtt.ClientIdentifier;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.SubscriptionOptions;
import io.pipit.mqtt.TopicFilter;
import io.pipit.mqtt.TopicName;
import io.pipit.store.StoppedStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Fills a data directory with stored sessions without a connection, each with two subscriptions, as a broker would have
 * left them: {@code StoredSessions DIR [SESSIONS [MESSAGES]]}. The messages, of 100 bytes at QoS 1, wait in the queues of
 * every tenth session.
 */
final class StoredSessions {
    private static final int BATCH_BYTES = 4 << 20;

    /** What such a message counts for. */
    private static final int BYTES = 220;

    /** As a broker numbers the sessions of its first start. */
    private static final long FIRST_NUMBER = 1L << 44;

    /** Has no divisor that a number of sessions is likely to have: neighbours by identifier are none by number. */
    private static final long STEP = 7_368_787;

    private static final long YEAR_SECONDS = 365L * 24 * 3600;

    private final StoppedStore store;
    private final long sessions;
    private Batch batch = new Batch(Batch.Urgency.DURABLE);

    private StoredSessions(StoppedStore store, long sessions) {
        this.store = store;
        this.sessions = sessions;
    }

    public static void main(String[] arguments) throws IOException {
        long sessions = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1_000_000;
        long messages = arguments.length > 2 ? Long.parseLong(arguments[2]) : 0;
        try (StoppedStore store = StoppedStore.open(Path.of(arguments[0]))) {
            new StoredSessions(store, sessions).fill(messages);
        }
    }

    private void fill(long messages) throws IOException {
        long now = System.currentTimeMillis();
        add(new StoredRow.Epoch(1));
        add(new StoredRow.Time(now, now));
        for (long i = 0; i < sessions; i++) {
            long number = numberOf(i);
            add(new StoredRow.Session(
                    new ClientIdentifier("device-%07d".formatted(i)), number, null, false, YEAR_SECONDS, now, 0));
            subscribe(number, "dev/" + i + "/cmd/+");
            subscribe(number, "dev/" + i + "/config");
        }
        long queues = Math.max(1, sessions / 10);
        for (long i = 0; i < messages; i++) {
            long device = i % queues * 10;
            queue(device, 1 + i / queues);
        }
        store.commit(batch);
        System.out.printf("%,d sessions, %,d subscriptions, %,d messages%n", sessions, 2 * sessions, messages);
    }

    private long numberOf(long device) {
        return FIRST_NUMBER + 1 + device * STEP % sessions;
    }

    private void subscribe(long session, String filter) throws IOException {
        add(new StoredRow.Subscription(
                session, TopicFilter.of(filter), new SubscriptionOptions(QoS.AT_LEAST_ONCE), 0, false));
    }

    private void queue(long device, long sequence) throws IOException {
        Message message = new Message(
                TopicName.of("dev/" + device + "/config"),
                Payload.owning("%0100d".formatted(sequence).getBytes(StandardCharsets.US_ASCII)),
                QoS.AT_LEAST_ONCE,
                false,
                Properties.NONE,
                Message.NEVER,
                null);
        add(new StoredRow.Entry(
                numberOf(device), sequence, QoS.AT_LEAST_ONCE, false, BYTES, false, List.of(), null, 0, message));
    }

    private void add(StoredRow row) throws IOException {
        row.put(batch);
        if (batch.bytes() > BATCH_BYTES) {
            store.commit(batch);
            batch = new Batch(Batch.Urgency.DURABLE);
        }
    }
}
