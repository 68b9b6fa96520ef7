package io.pipit.broker;

import io.pipit.broker.spi.Row;
import io.pipit.mqtt.Payload;
import io.pipit.mqtt.Properties;
import io.pipit.mqtt.QoS;
import io.pipit.mqtt.TopicName;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.ref.Reference;
import java.time.Duration;

/** Prints how many bytes of heap a retained message takes, when memory has it and when only the storage has. */
final class RetainedFootprint {
    private static final int TOPICS = 1_000_000;
    private static final int PAYLOAD_BYTES = 256;
    private static final long UNBOUNDED = Long.MAX_VALUE / 2;

    private RetainedFootprint() {}

    public static void main(String[] arguments) {
        print("in memory", UNBOUNDED);
        print("only in the storage", 1);
    }

    private static void print(String where, long cacheBytes) {
        long before = usedBytes();
        RetainedMessages messages = new RetainedMessages(() -> 0, Duration.ZERO, new RetainedCache(cacheBytes));
        long nameBytes = 0;
        for (int i = 0; i < TOPICS; i++) {
            TopicName topic = TopicName.of("site/" + i / 1000 + "/device/" + i + "/state");
            nameBytes += topic.size();
            messages.load(row(topic, i + 1L));
        }
        try {
            System.out.printf(
                    "%-20s %4d bytes a topic of %d bytes, payload %d bytes%n",
                    where, (usedBytes() - before) / TOPICS, nameBytes / TOPICS, PAYLOAD_BYTES);
        } finally {
            Reference.reachabilityFence(messages);
        }
    }

    private static Row row(TopicName topic, long version) {
        Message message = new Message(
                topic,
                Payload.owning(new byte[PAYLOAD_BYTES]),
                QoS.AT_LEAST_ONCE,
                true,
                Properties.NONE,
                Message.NEVER,
                null);
        return new Row(Keys.retained(topic), RetainedTopic.row(version, Message.NEVER, message));
    }

    private static long usedBytes() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }
}
