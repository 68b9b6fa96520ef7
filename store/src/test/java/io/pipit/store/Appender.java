package io.pipit.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.broker.WaitingLoop;
import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Batch.Urgency;
import io.pipit.broker.spi.Storage.Commit;
import io.pipit.broker.spi.Table;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** A program that commits rows with growing numbers, prints each number that was acknowledged, and is killed. */
final class Appender {
    private static final int OUTSTANDING = 64;

    private Appender() {}

    /** Arguments: directory, durability, the first number. */
    public static void main(String[] arguments) throws Exception {
        RocksStorage storage = RocksStorage.open(
                Path.of(arguments[0]), new StoreSettings(Durability.valueOf(arguments[1]), 0), new SystemTime());
        WaitingLoop loop = new WaitingLoop();
        long next = Long.parseLong(arguments[2]);
        AtomicLong outstanding = new AtomicLong();
        while (true) {
            while (outstanding.get() < OUTSTANDING) {
                long number = next++;
                outstanding.incrementAndGet();
                byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
                storage.commit(
                        new Batch(Urgency.DURABLE)
                                .put(Table.ENTRIES, key, new byte[100])
                                .add(Table.MESSAGES, "count".getBytes(UTF_8), 1),
                        "",
                        loop,
                        done -> {
                            outstanding.decrementAndGet();
                            if (done instanceof Commit.Durable) {
                                System.out.println(number);
                            }
                        });
            }
            loop.runUntil(() -> outstanding.get() < OUTSTANDING);
        }
    }
}
