package io.pipit.broker;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Storage;
import io.pipit.mqtt.TopicName;
import java.util.function.Consumer;

/**
 * One change of a retained message on its way to the storage. When that refuses it, whoever waits hears so, but
 * subscribers may have seen the change: it is not taken back, which would show a stale value after a newer one, but
 * stored as soon as the storage takes it. Confined to one loop.
 */
final class RetainedChange {
    private final BrokerLoop loop;
    private final TopicName topic;
    private final long version;
    private long row;

    /** A change that {@link RetainedMessages} have made. */
    RetainedChange(BrokerLoop loop, TopicName topic, long version) {
        this.loop = loop;
        this.topic = topic;
        this.version = version;
    }

    /** Hands in a batch, and with it the row of this change, or of a newer one of its topic. */
    void commit(Batch batch, Consumer<Storage.Commit> done) {
        RetainedMessages retained = loop.broker().retained();
        row = retained.store(
                topic,
                version,
                batch,
                () -> loop.commit(batch, topic.toString(), commit -> {
                    if (retained.settle(topic, row, commit instanceof Storage.Commit.Durable)) {
                        storeLater();
                    }
                    done.accept(commit);
                }));
    }

    /** Stores it by itself, for nobody who waits. */
    void store() {
        commit(new Batch(Batch.Urgency.LAZY), commit -> {});
    }

    /** Stores it by itself when the storage has had time to recover. */
    void storeLater() {
        loop.later(this::store);
    }
}
