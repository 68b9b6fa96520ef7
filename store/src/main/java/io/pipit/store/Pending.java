package io.pipit.store;

import io.pipit.broker.spi.Batch;
import io.pipit.broker.spi.Loop;
import io.pipit.broker.spi.Storage.Commit;
import java.util.function.Consumer;

/** A batch that was handed in and not yet answered. */
record Pending(Batch batch, Loop loop, Consumer<Commit> done) {
    boolean isDurable() {
        return batch.urgency() == Batch.Urgency.DURABLE;
    }
}
